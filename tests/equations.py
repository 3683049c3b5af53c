"""Equations of the mechanisms by hand arithmetic: sign and size of each, uncompiled.

A case is an equation, what it is given, and its value as somebody with a pocket calculator finds it. Loops that book
money are run on three enterprises.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from types import SimpleNamespace as Given
from typing import Any
from unittest.mock import patch

import numpy as np
from worlds import TOWN

from sim.agents.model import EcosystemModel
from sim.kernel import draws
from sim.model.catalogue import load
from sim.model.ecosystem import Ecosystem
from sim.model.mechanisms import (
    absorption,
    adoption,
    chain,
    demand,
    entry,
    exports,
    finance,
    frontier,
    growth,
    idle_space,
    incomes,
    industries,
    jobs,
    lending,
    letting,
    levers,
    matching,
    newborns,
    orders,
    population,
    projects,
    resources,
    taxes,
)
from sim.model.state import knowledge
from sim.model.state.accounts import TICKS, TRANSFERS
from sim.model.state.enterprises import BIG, INDEPENDENT, MEDIUM, OPERATING, SMALL, SUSPENDED, TENANT
from sim.model.state.groups import AT_RISK, REGISTER
from sim.model.state.sites import EVERYONE

Case = tuple[Any, tuple[Any, ...], float]
LN2 = 0.6931471805599453


def cases() -> list[Case]:
    """Every equation with what it is given and its value."""
    rivals = Given(growth=0.0, sector_reversion=0.24, sector_shock=0.1)
    site = Given(rent=0.3, worth=0.5, worth_per_job=0.02, outside_rent=0.4, outside_floor_per_job=25.0)
    moving = Given(horizon=3.0, moving_cost=0.01)
    saved = 3.0 * 100.0 * (0.4 - 0.3) + 3.0 * (250.0 - 100.0) * 0.4
    market = Given(payout=0.1, reserve_years=1.0, working_months=2.0, outside_capital=0.7)
    lines = Given(shock=0.2, reversion=0.05, ramp_months=36, ramp=0.1, line_birth=0.02, saturation=0.5)
    abroad = Given(demand=2.0, price_elasticity=1.5, fixed_cost=1.0, intercept=-1.0, staff_slope=0.2,
                   productivity_slope=1.0, taste=0.5)  # fmt: skip
    team = Given(begin=0.6, team=6.0, most_teams=2.0, team_share=0.5, capital=4.0, capital_share=0.4,
                 contact_hours=0.04, solve=0.5, distance_scale=0.2, gain=0.12, by_market=True, productivity_share=0.6,
                 parallel=0.3, routine=0.25, cost=0.03, cover=4.0, abandon=0.05)  # fmt: skip
    plain = Given(by_market=False, productivity_share=0.6, distance_scale=0.2, cover=0.0, abandon=0.05)
    steady = Given(begin=0.6, team=6.0, abandon=0.0)
    money = Given(merit_noise=0.3, ticket=5.0, ticket_years=2.0, ticket_log_sd=0.5, give_up=0.02, foreclosure=0.03,
                  closure=0.024, deregister_stopped=0.02, deregister_idle=0.003, idle_grace=6.0)  # fmt: skip
    labour = Given(most_talent_share=0.9, talent_premium=1.6, most_wage=3.0, least_wage=0.5, tightness=0.05,
                   mobility=1.2)  # fmt: skip
    grown = Given(young=0.12, fading=50.0, crowding=0.3, spread=0.2, spread_exponent=0.5, shocks=0.6)
    joining = Given(innovation=0.02, imitation=0.4, medium_factor=0.7, small_factor=0.4, worth=0.01, own_share=0.005,
                    own_cost=60.0, by_answers=0.4, secrecy=0.02, considers=1.2)  # fmt: skip
    founding = Given(horizon=3.0, cost_of_capital=0.1, taste=0.08, hours_per_job=20.0, hours_worth=0.0001,
                     capital_per_job=0.06, margin=0.1, foresight=0.0, outside_option=0.06)  # fmt: skip
    opening = Given(mean_age=400.0, age_elasticity=0.5, knowledge_spread=0.1, most_knowledge=1.5, talent_share=0.1,
                    talent_elasticity=0.5)  # fmt: skip
    spending = Given(bought_here=0.5, wages_spent=0.7, dividends_spent=0.3, taxes_spent=0.8)
    moves = Given(innovation=0.024, imitation=0.48, horizon=3.0, margin=0.1, cost=0.05, mode_demand=0.5, mode_cost=0.02,
                  taught=0.25, least_left=0.1)  # fmt: skip
    taken = Given(open=[1, 1, 0, 1], demand=[10.0, 10.0, 10.0, 1.0], opening_demand=[20.0, 20.0, 20.0, 20.0])
    idle = Given(spare=0.25, assets_an_hour=0.5, laboratory_hours=40.0, hours_a_person=160.0, horizon=3.0, least=0.5,
                 response=0.2)  # fmt: skip
    return [
        (demand.energy_cost, (10.0, 0.2, 0.5), 1.0),
        (projects.saved, (0.5, Given(most_saved=0.4)), 0.1),
        (projects.worth_of_saving, (0.2, 0.5, 0.1), 0.01),
        (projects.worth_of_gain, (0.1, 0.25), 0.025),
        (knowledge.shortfall, (0.5, 0.9, 0.1, 0.8, 0.5, 0.5), 0.5),
        (knowledge.kept_in, (0.7, 0.2, 2.0 * LN2), 0.5),
        (knowledge.kept_in, (0.1, 0.2, 2.0 * LN2), 1.0),
        (industries.taken_up, (0.0, moves), 0.002),
        (industries.taken_up, (0.5, moves), 0.511),
        (industries.taken_up, (1.0, moves), 1.0),
        (industries.gain_of_moving, (2.0, 20.0, 1.5, moves), 2.6),
        (industries.gain_of_moving, (2.0, 20.0, 0.5, moves), -4.6),
        (industries.gain_of_mode, (2.0, 20.0, moves), 0.44),
        (industries.gap_ahead, (0.3, 0.1), 0.2),
        (industries.gap_ahead, (0.1, 0.3), 0.0),
        (industries.closed_by_answer, (0.5, 0.1, moves), 0.1),
        (industries.closed_by_answer, (0.1, 0.5, moves), 0.0),
        (industries.prepared_probability, (0.2, 2.0, Given(most_a_year=0.9, opening=0.1, gap_scale=0.2)),
         1.0 - (1.0 - 0.2 / math.e) ** (1.0 / 12.0)),
        (industries.spare_demand, (0, 3, taken, moves), 8.0),
        (industries.spare_demand, (1, 3, taken, moves), 0.0),
        (industries.spare_demand, (3, 0, taken, moves), 0.0),
        (entry.hours_planned, (10.0, founding, Given(fill=0.5, assets=0.004)), 100.0),
        (entry.hours_planned, (10.0, founding, Given(fill=1.0, assets=0.007)), 85.0),
        (entry.hours_planned, (10.0, founding, Given(fill=1.0, assets=0.0)), 0.0),
        (entry.sales_per_job, (0.8, 2.0, Given(worker_revenue=0.5)), 0.2),
        (lending.idle_equipment, (10.0, 8.0, idle), 8.0),
        (lending.idle_equipment, (5.0, 8.0, idle), 0.0),
        (lending.missing_equipment, (3.0, 5.0, idle), 4.0),
        (lending.missing_equipment, (5.0, 3.0, idle), 0.0),
        (lending.cost_of_owning, (0.1, 0.08, idle), 0.0075),
        (lending.idle_laboratory, (8.0, 2.0, 6.0, idle), 240.0),
        (lending.idle_laboratory, (5.0, 2.0, 6.0, idle), 0.0),
        (lending.missing_laboratory, (4.0, 5.0, 6.0, idle), 160.0),
        (lending.missing_laboratory, (4.0, 6.0, 6.0, idle), 0.0),
        (lending.idle_specialists, (10.0, 7.0, 8.0, idle), 320.0),
        (lending.idle_specialists, (10.0, 9.0, 8.0, idle), 160.0),
        (lending.missing_specialists, (8.0, 1.0, idle, team), 640.0),
        (lending.missing_specialists, (8.0, 2.0, idle, team), 2560.0),
        (lending.worth_of_component, (2.0, 0.25, idle, team), 0.24),
        (lending.affordable, (10.0, 1.0, 0.25), 4.0),
        (lending.affordable, (2.0, 1.0, 0.25), 2.0),
        (lending.affordable, (2.0, -1.0, 0.25), 0.0),
        (lending.next_price, (0.1, 30.0, 10.0, 0.1, idle), 0.1 * math.exp(0.1)),
        (lending.next_price, (0.1, 10.0, 30.0, 0.1, idle), 0.1 * math.exp(-0.1)),
        (lending.next_price, (0.05, 0.0, 10.0, 0.1, idle), 0.05),
        (demand.added_demand, (2, Given(demand=0.1, demand_sector=-1)), 1.1),
        (demand.added_demand, (2, Given(demand=0.1, demand_sector=2)), 1.1),
        (demand.added_demand, (2, Given(demand=0.1, demand_sector=1)), 1.0),
        (demand.sales, (2.0, 6.0, 0, Given(mode_demand=0.08)), 1.0),
        (demand.sales, (2.0, 6.0, 1, Given(mode_demand=0.08)), 1.08),
        (demand.shared_pull, (2.0, 4.0, 0.5), 8.0 / 3.0),
        (demand.shared_pull, (2.0, 4.0, 0.25), 1.0 / (0.75 / 2.0 + 0.25 / 4.0)),
        (demand.next_cycle, (0.5, 0.0, rivals), 0.49),
        (demand.next_cycle, (0.0, 2.0, rivals), 0.2 / math.sqrt(12.0)),
        (demand.sum_log_variance, (4, LN2), math.log(1.25)),
        (demand.total_size, (0.5, 0, 1.0), 0.0),
        (demand.total_size, (0.5, 3, 0.0), 3.0),
        (demand.total_size, (0.5, 1, 1.0), math.exp(-0.5)),
        (demand.stationary_variance, (lines,), 0.4),
        (demand.birth_rate, (4.0, lines), 0.01),
        (demand.may_change, (0.97, 2, 0.02), True),
        (demand.may_change, (0.95, 2, 0.02), False),
        (demand.share_lost, (0.5, 1, 1, lines), 0.5),
        (demand.share_lost, (0.5, 3, 0, lines), 1.0),
        (demand.share_lost, (0.5, 1, 3, Given(shock=0.0, reversion=0.05)), 0.25),
        (demand.gap_to_maturity, (2.0, 4, 1.0), LN2),
        (demand.shock_variance, (1, 2.0, lines), 0.04),
        (demand.shock_variance, (3, 2.0, lines), 0.02),
        (demand.reversion_speed, (40, 0.04, 0.4, lines), 0.05),
        (demand.reversion_speed, (40, 0.04, 0.0, lines), 0.05),
        (demand.reversion_speed, (35, 0.04, 0.4, lines), 0.1),
        (adoption.choose, (0.5, np.array([1.0, 3.0])), 1),
        (adoption.choose, (1.0, np.array([1.0, 3.0])), 1),
        (adoption.class_factor, (BIG, joining), 1.0),
        (adoption.class_factor, (MEDIUM, joining), 0.7),
        (adoption.class_factor, (SMALL, joining), 0.4),
        (adoption.adoption_probability, (0.5, 0.5, 1.0, joining), 1.0 - math.exp(-0.22 / 12.0)),
        (adoption.expected_worth, (2.0, 0.25, 150.0, joining), 2.1),
        (adoption.expected_cost, (1.0, 0.5, 150.0, joining), 2.5),
        (adoption.joining_probability, (3.0, 1.0, joining), 0.75),
        (adoption.joining_probability, (3.0, 0.0, joining), 1.0),
        (adoption.considering_probability, (0.5, joining), 1.0 - math.exp(-0.05)),
        (adoption.ahead_of, (0.6, 0.4), 0.2),
        (adoption.ahead_of, (0.4, 0.6), 0.0),
        (adoption.next_fee, (0.1, 10, 10, 0.1, 0.005, 1.0), 0.11),
        (adoption.next_fee, (0.1, 9, 10, 0.1, 0.005, 1.0), 0.09),
        (adoption.next_fee, (0.98, 10, 10, 0.1, 0.005, 1.0), 1.0),
        (adoption.next_fee, (0.0051, 1, 2, 0.1, 0.005, 1.0), 0.005),
        (adoption.can_afford_own, (12_000.0, joining), True),
        (adoption.can_afford_own, (11_000.0, joining), False),
        (letting.floor_needed, (3, 2.5), 8.0),
        (letting.saved_by_moving, (10, 100.0, site, moving), saved),
        (letting.worth, (10, site, moving), 3.0 * 0.5 + 3.0 * 0.2),
        (letting.expected_gain, (10, 100.0, site, moving), saved + 2.1 - 0.1),
        (letting.expected_loss, (10, 100.0, site, moving), -saved - 2.1 - 0.1),
        (letting.inclusive_value, (LN2,), math.log(3.0)),
        (letting.inclusive_value, (-LN2,), math.log(1.5)),
        (letting.searching, (0.12, Given(search_cost=0.12)), 1.0 - math.exp(-1.0)),
        (finance.runway, (1.0, 25, 0.04), 12.0),
        (finance.merit, (0.5, 2.0, 3.0, money), 6.0),
        (finance.ticket, (0.5, 10, 0.04, money), 0.8),
        (finance.ticket, (0.5, 1000, 0.04, money), 5.0),
        (finance.target_assets, (400, 0.2, 0.5), 160.0),
        (finance.target_assets, (100, 0.2, 0.5), 20.0),
        (finance.dividend, (10.0, 1.0, 50, 0.04, 3.0, market), 0.7),
        (finance.dividend, (10.0, 1.0, 200, 0.04, 3.0, market), 0.2),
        (finance.dividend, (2.0, 1.0, 50, 0.04, 3.0, market), 0.0),
        (finance.internal_funds, (5.0, 4.0, 1.0, market), 2.0),
        (finance.internal_funds, (1.0, 4.0, 1.0, market), 1.0),
        (finance.internal_funds, (-1.0, 4.0, 1.0, market), 0.0),
        (finance.external_funds, (5.0, 2.0, 4.0, market), 2.1),
        (finance.external_funds, (5.0, 2.0, -0.1, market), 0.0),
        (finance.host_dividend, (0.25, 0.8), 0.2),
        (finance.monthly_interest, (-3.0, 0.08), 0.02),
        (finance.monthly_interest, (3.0, 0.08), 0.0),
        (finance.stop_probability, (0, 1.0, 2.0, money), 0.002),
        (finance.stop_probability, (1, -1.0, 2.0, money), 0.022),
        (finance.stop_probability, (1, -3.0, 2.0, money), 0.052),
        (finance.strike_off_probability, (SUSPENDED, 1, money), 0.02),
        (finance.strike_off_probability, (SUSPENDED + 9, 6, money), 0.003),
        (finance.strike_off_probability, (SUSPENDED + 9, 5, money), 0.0),
        (jobs.needed_staff, (2.0, 0.25, 1.0, 0.5), 96.0),
        (jobs.needed_staff, (2.0, 0.25, 4.0, 0.5), 48.0),
        (jobs.target_staff, (10.0, 2.0), 10.0),
        (jobs.target_staff, (1.0, 2.0), 2.0),
        (jobs.target_talent, (400.0, 1.6, opening, labour), 80.0),
        (jobs.target_talent, (100.0, 3.2, opening, labour), 5.0),
        (jobs.wage_bill, (10.0, 2.0, 0.04, 1.5), 0.44),
        (jobs.next_wage, (1.0, 0.4, 0.0, labour), math.exp(0.03)),
        (jobs.next_wage, (1.0, 1.0, 0.2, labour), math.exp(-0.01)),
        (jobs.next_wage, (3.0, 0.0, 0.0, labour), 3.0),
        (jobs.arrivals, (2.0, 1000.0, labour), 100.0),
        (jobs.arrivals, (0.5, 1000.0, labour), -100.0),
        (growth.shock_scale, (400, grown), 0.1),
        (growth.shock_scale, (1, grown), 0.9),
        (growth.shock, (0.06, 0.25, 0.1, grown), 0.0),
        (growth.shock, (0.04, 0.25, 0.1, grown), -0.1 * LN2),
        (growth.shock, (0.04, 0.75, 0.1, grown), 0.1 * LN2),
        (growth.drift, (0, 1.0, grown), 0.01),
        (growth.drift, (50, 2.0, grown), (0.12 / math.e - 0.3 * LN2) / 12.0),
        (frontier.frontier_of, (np.array([4.0, 1.0, 2.0]), Given(abroad=0.0, best=1.0)), 2.0 * LN2),
        (frontier.frontier_of, (np.array([4.0, 1.0, 2.0]), Given(abroad=0.0, best=0.5)), LN2),
        (frontier.step_of_month, (0.0, 0.5, 0.0, Given(catch_up=0.12, trend=0.03, shock=0.06, protected_lead=0.2)),
         (0.12 * 0.3 - 0.03) / 12.0),
        (frontier.step_of_month, (0.5, 0.5, 2.0, Given(catch_up=0.12, trend=0.03, shock=0.06, protected_lead=0.2)),
         -0.0025 + 0.12 / math.sqrt(12.0)),
        (absorption.absorptive_capacity, (8, 100, 0.5, Given(rate=0.06, talent_half=0.08)), 0.045),
        (absorption.knowledge_gain, (0.2, 0.6, 0.5), 0.2),
        (absorption.knowledge_gain, (0.6, 0.2, 0.5), 0.0),
        (absorption.depreciated, (0.6, 0.3, Given(depreciation=0.12)), 0.597),
        (absorption.depreciated, (0.2, 0.3, Given(depreciation=0.12)), 0.2),
        (exports.export_share, (100.0, 0.0, 2.0, abroad), 0.5),
        (exports.export_share, (100.0, 1.0, 0.0, abroad), 0.5),
        (exports.export_share, (100.0 * math.e**5, 0.0, 0.0, abroad), 0.5),
        (exports.demand_abroad, (LN2, abroad), 2.0 * 2.0**1.5),
        (exports.yearly_gain, (0.5, 3.0, 0.0, 0.4, abroad), 10.8),
        (exports.pays, (0.5, 3.0, 0.0, 0.4, abroad), True),
        (exports.pays, (0.01, 3.0, 0.0, 0.4, abroad), False),
        (projects.begin_probability, (12, 1.0, team), 0.1),
        (projects.begin_probability, (12, 0.0, team), 0.0),
        (projects.breadth_chosen, (0.99,), 4),
        (projects.project_size, (48.0, team), 2.0),
        (projects.project_size, (2.0, team), 1.0),
        (projects.project_staff, (48.0, 2.0, team), 24.0),
        (projects.project_staff, (8.0, 2.0, team), 8.0),
        (projects.effort, (6.0, 4.0, team), 0.5),
        (projects.effort, (6.0, 12.0, team), 0.75**0.4 * 0.5**0.6),
        (projects.effort, (6.0, 0.0, team), 0.0),
        (projects.hours_left, (2, team), 0.92),
        (projects.solve_probability, (0.2, 0.5, team), 0.25 / math.e),
        (projects.gain, (0.5, team), 0.03),
        (projects.productivity_probability, (0.3, 0.5, team), 0.6 / math.e),
        (projects.productivity_probability, (0.5, 0.3, team), 0.6),
        (projects.productivity_probability, (0.3, 0.5, plain), 0.6),
        (projects.any_of, (0.2, 1.0), 0.2),
        (projects.any_of, (0.5, 2.0), 0.75),
        (projects.ways_tried, (48.0, team), 1.3),
        (projects.felt_gap, (0.2, 16, team), 0.4),
        (projects.felt_gap, (0.2, 0, team), 0.2),
        (projects.monthly_spending, (48.0, 1.6, 0.06, team), 0.912),
        (projects.abandon_probability, (12.0, 1.0, team), 0.0125),
        (projects.abandon_probability, (-1.0, 1.0, team), 0.05),
        (projects.abandon_probability, (12.0, 1.0, plain), 0.05),
        (projects.upward, (0.0, 1.0), 1.0 / math.sqrt(2.0 * math.pi)),
        (projects.upward, (2.0, 0.001), 2.0),
        (projects.components_a_year, (6.0, 0.1, steady), 1.8 / (1.0 + 0.6 * (10.0 / 3.0 + 5.0 + 10.0) / 12.0)),
        (projects.known_before, (48.0, 4.0, 0, 0.1, team), 0.0),
        (idle_space.idle_hours, (10, Given(idle_hours=0.5)), 5.0),
        (taxes.losses_carried_forward, (-10.0, Given(loss_years=5.0)), 8.0),
        (taxes.losses_carried_forward, (10.0, Given(loss_years=5.0)), 0.0),
        (chain.links_wanted, (449, Given(most_links=6, staff_per_link=150.0)), 3),
        (chain.links_wanted, (9000, Given(most_links=6, staff_per_link=150.0)), 6),
        (chain.supplier_utility, (math.e, math.e, 0.25, 1.5, Given(taste=0.2), 0.5), 1.55),
        (matching.meeting_probability, (2000.0, 8.0, 2.0, Given(rate=0.25, resource_elasticity=0.5)), 0.25),
        (matching.answered_within_month, (0.3, 0.5), 0.2),
        (matching.meeting_probability, (0.0, 8.0, 2.0, Given(rate=0.25, resource_elasticity=0.5)), 0.0),
        (matching.first_open, (0,), 0), (matching.first_open, (1,), 1), (matching.first_open, (3,), 2),
        (industries.mature_part, (0.0, Given(steepness=0.07, midpoint=60.0)), 0.0),
        (industries.mature_part, (60.0, Given(steepness=0.0501, midpoint=60.0)),
         (0.5 - 1 / (1 + math.exp(3.006))) / (1 - 1 / (1 + math.exp(3.006)))),
        (entry.utility, (2.0, 5.0, 0.25, 1.0, 0.5, founding), 6.0 - 0.25 - 1.5 + 1.0 + 0.04),
        (entry.stake_gain, (1.0, 0.3, 1.2, founding), 0.75 - 0.39),
        (entry.capital_need, (10.0, 0.5, founding), 0.59),
        (entry.expected_gain, (2.0, 10.0, 0.5, 0.01, None, founding), 1.0 - 0.1 - 0.06),
        (newborns.joining_staff, (12, 2, 0.5, Given(joining=0.3)), 3),
        (newborns.joining_staff, (2, 12, 0.5, Given(joining=0.3)), 0),
        (population.mean_age, (400, opening), 800.0),
        (_room_above, (2**40,), 2.0**-33),
        (population.knowledge, (0.4, 0.5, opening), 0.4),
        (population.knowledge, (9.0, 0.5, opening), 1.5),
        (resources.campaign, (0.5, 0.4), math.exp(-0.08)),
        (resources.recruited, (10.0, 3.0, 0.5), 15.0),
        (resources.attracted, (10.0, 3.0), 30.0),
        (chain.affordable, (1.0, Given(part_price=2.0)), False),
        (chain.affordable, (2.0, Given(part_price=2.0)), True),
        (chain.affordable, (-1.0, Given(part_price=0.0)), True),
        (orders.order_wanted, (10.0, 2, Given(ordered=0.5), 0.8), 2.0),
        (orders.part_agreed, (4.0, 0.5, 10.0, Given(capacity=0.7)), 0.5),
        (orders.part_agreed, (1.0, 0.5, 10.0, Given(capacity=0.7)), 1.0),
        (orders.part_agreed, (1.0, 0.9, 10.0, Given(capacity=0.7)), 0.0),
        (orders.order, (0.25, 3.0), 0.75),
        (incomes.spent_here, (10.0, 20.0, 5.0, spending), 0.5 * (7.0 + 6.0 + 4.0)),
        (incomes.factor_on_demand, (5.0, 50.0), 1.1),
        (incomes.factor_on_demand, (-60.0, 50.0), 0.0),
        (incomes.factor_on_demand, (5.0, 0.0), 1.0),
        (resources.unasked, (2.0, 6.0, 24.0), math.exp(-0.5)),
        (resources.unasked, (1.0, 6.0, 2.0), math.exp(-1.0)),
        (resources.leaving_probability, (60.0, 0.5, 12.0), 1.0 / 60.0 + 0.5 / 12.0),
        (resources.leaving_probability, (60.0, 0.5, 0.0), 1.0 / 60.0),
        (resources.next_ready, (0.8, 0.4, 4.0), 0.75),
        (resources.next_ready, (0.8, 0.4, 0.0), 1.0),
        (knowledge.cell_at, (0.1, 0.5, 1.3), 5),
        (knowledge.cell_at, (-0.9, 0.8, 0.0), 6),
    ]  # fmt: skip


def wrong() -> list[str]:
    """What is not as the pocket calculator has it."""
    said = []
    for equation, given, value in cases():
        found = equation(*given)
        if not math.isclose(found, value, rel_tol=1e-9, abs_tol=1e-12):
            said.append(f"{equation.__module__}.{equation.__name__}{given}: {found}, and not {value}")
    for name, found, value in _booked():
        if not math.isclose(found, value, rel_tol=0.0, abs_tol=3 / TICKS):
            said.append(f"{name}: {found}, and not {value}")
    return said


def _booked() -> Iterator[tuple[str, float, float]]:
    """What loops book or change, by what it is: what they found, and what it is by hand."""
    yield from _rents()
    yield from _fees()
    yield from _interest()
    yield from _orders()
    yield from _energy()
    yield from _lending()
    yield from _hosts()
    yield from _investment()
    yield from _staff()
    yield from _asked_for()
    yield from _modes()
    yield from _training()
    yield from _idle_hours()
    yield from _scanning()
    yield from _lines_of_who_stopped()
    yield from _young_at_risk()
    yield from _late_answers()
    yield from _founded_again()
    yield from _heard()
    yield from _dividends_to_hosts()
    yield from _floor_of_tenants()
    yield from _skilled_staff_of_ideas()
    yield from _links_of_many_blocks()
    yield from _best_breadth()
    yield from _members_as_resources()
    yield from _partners_of_those_who_meet()
    yield from _tenants_who_leave()
    yield from _taste_at_founding()
    yield from _hours_borrowed_for_long()
    yield from _ideas_of_residents()
    yield from _rent_of_sectors()
    yield from _what_is_posted()
    yield from _outcomes()


def _room_above(number: int) -> float:
    """What is left between 1 and the last of so many points of staff."""
    return 1.0 - float(population.lattice(1, number, number - 1, number)[0, 0])


def _flow(flows: Any, name: str) -> float:
    return float(flows[list(TRANSFERS).index(name)]) / TICKS


def _rents() -> Iterator[tuple[str, float, float]]:
    """A tenant, one in its rent-free months, and one who rents elsewhere: each 120 m2."""
    cash, profit, flows = np.full(3, 5.0), np.zeros(3), np.zeros(len(TRANSFERS), np.int64)
    r = letting.RentReads(
        np.full(3, OPERATING, np.int8), np.array([0, 0, -1], np.int16), np.full(3, 120, np.int32),
        np.array([0, 9, 0], np.int16),
    )  # fmt: skip
    rents = letting.Rents(0.0006, np.array([0.0004, 0.0]), np.array([0.0001, 0.0]), np.array([0.0002, 0.0]))
    letting.pay_rents(0, 3, 1, 5, r, letting.RentWrites(profit, cash), rents, flows)
    for row, paid in enumerate((-0.004 - 0.002 + 0.001, -0.002, -0.006)):
        yield f"cash of payer {row}", cash[row], 5.0 + paid
        yield f"profit of payer {row}", profit[row], paid
    for name, paid in {"site_rent": -0.004, "utilities": -0.004, "rent_subsidy": 0.001, "rent": -0.006}.items():
        yield name, _flow(flows, name), paid


def _fees() -> Iterator[tuple[str, float, float]]:
    """A member, the host and an outsider, at a fee of 1.2 million yuan a year, of which government pays a quarter."""
    cash, profit, flows = np.full(3, 5.0), np.zeros(3), np.zeros(len(TRANSFERS), np.int64)
    income = np.zeros(2, np.int64)
    r = adoption.FeeReads(np.array([11, 12, 13]), np.full(3, OPERATING, np.int8), np.array([0, 0, -1], np.int16))
    fees = adoption.Fees(np.array([1.2, 0.0]), np.array([12, 0]), 0.25)
    adoption.charge(0, 3, 1, 5, r, adoption.FeeWrites(profit, cash), fees, income, flows)
    for row, paid in enumerate((-0.075, 0.0, 0.0)):
        yield f"cash of member {row}", cash[row], 5.0 + paid
        yield f"profit of member {row}", profit[row], paid
    yield "fees", _flow(flows, "fees"), -0.1
    yield "fee support", _flow(flows, "fee_support"), 0.025
    yield "income of the platform", float(income[0]) / TICKS, 0.1


def _interest() -> Iterator[tuple[str, float, float]]:
    """One in debt, one with cash, and one in debt that does not operate."""
    cash, profit, flows = np.array([-3.0, 3.0, -3.0]), np.zeros(3), np.zeros(len(TRANSFERS), np.int64)
    status = np.array([OPERATING, OPERATING, SUSPENDED], np.int8)
    finance.charge_interest(0, 3, 1, 5, finance.DebtReads(status), finance.DebtWrites(profit, cash), 0.08, flows)
    for row, (left, paid) in enumerate(((-3.02, -0.02), (3.0, 0.0), (-3.0, 0.0))):
        yield f"cash of debtor {row}", cash[row], left
        yield f"profit of debtor {row}", profit[row], paid
    yield "interest", _flow(flows, "interest"), -0.02


def _orders() -> Iterator[tuple[str, float, float]]:
    """A buyer with an order of 2, one whose order of 1 is missed, and the supplier, which gives up an eighth of 10."""
    cash, profit, flows = np.full(3, 5.0), np.zeros(3), np.zeros(len(TRANSFERS), np.int64)
    revenue, year = np.array([20.0, 20.0, 10.0]), np.zeros(3)
    here = np.zeros(3, np.int8)
    r = orders.Reads(np.array([11, 12, 13]), np.full(3, OPERATING, np.int8), here, here)
    tick = int(TICKS)
    sums = orders.Sums(
        np.ones(3, np.int64), np.zeros(3, np.int64), np.array([0, 0, tick // 8]), np.array([0, 0, 2 * tick]),
        np.array([2 * tick, 0, 0]), np.array([0, tick, 0]),
    )  # fmt: skip
    events = np.zeros(4, np.int64)
    w = orders.Writes(revenue, year, profit, cash)
    orders.deliver(r, w, Given(premium=0.2), orders.Costs(0.8, 0.0), sums, flows, events)
    for row, (held, gained, sold) in enumerate(((5.0, 0.0, 20.0), (4.8, -0.2, 20.0), (5.15, 0.15, 10.75))):
        yield f"cash of trader {row}", cash[row], held
        yield f"profit of trader {row}", profit[row], gained
        yield f"sales of trader {row}", revenue[row], sold
    yield "orders", _flow(flows, "orders"), 0.0
    yield "sales at home", _flow(flows, "sales_home"), -1.25
    yield "inputs", _flow(flows, "inputs"), 2.0 - 0.2 - 0.6


def _energy() -> Iterator[tuple[str, float, float]]:
    """Two that operate, of different energy per output, and one that does not: at a price of 0.5."""
    cash, profit, flows = np.full(3, 5.0), np.zeros(3), np.zeros(len(TRANSFERS), np.int64)
    status = np.array([OPERATING, OPERATING, SUSPENDED], np.int8)
    r = demand.EnergyReads(status, np.array([0.25, 0.5, 0.5], np.float32), np.full(3, 2.0))
    demand.buy_energy(0, 3, 1, 5, r, demand.EnergyWrites(profit, cash), 0.5, flows)
    for row, paid in enumerate((-0.25, -0.5, 0.0)):
        yield f"cash of user {row}", cash[row], 5.0 + paid
        yield f"profit of user {row}", profit[row], paid
    yield "energy", _flow(flows, "energy"), -0.75


def _lending() -> Iterator[tuple[str, float, float]]:
    """An owner, one that borrows equipment and specialists, and one that lets and borrows: the purpose adds up to 0."""
    cash, profit, flows = np.full(3, 5.0), np.zeros(3), np.zeros(len(TRANSFERS), np.int64)
    let, got = (
        np.array([[10, 0, 0, 80], [0, 0, 0, 0], [0, 0, 2, 0]]),
        np.array([[0, 0, 0, 0], [8, 0, 2, 80], [2, 0, 0, 0]]),
    )
    counts = np.zeros(len(lending.EVENTS), np.int64)
    rules = Given(laboratory_worth=0.5, data_hours=40.0, hours_a_person=160.0)
    r = lending.ClassReads(np.array([BIG, SMALL, MEDIUM], np.int8))
    hours, budget, people = np.zeros(3, np.int32), np.zeros(3, np.float32), np.zeros(3, np.float32)
    w = lending.Writes(hours, budget, people, profit, cash)
    lets = lending.Lets(np.array([0.0625, 0.5, 0.25, 0.03125]), let, got)
    lending.settle(0, 3, 1, 5, r, w, rules, lets, counts, flows)
    for row, paid in enumerate((0.625 + 2.5, -0.5 - 0.5 - 2.5, 0.5 - 0.125)):
        yield f"cash of party {row}", cash[row], 5.0 + paid
        yield f"profit of party {row}", profit[row], paid
    yield "lending", _flow(flows, "lending"), 0.0
    yield "hours of the borrower", float(hours[1]), 8.0
    yield "people of the borrower", float(people[1]), (80.0 + 2.0 * 40.0) / 160.0
    yield "income of the big", float(counts[lending.INCOME + BIG]) / TICKS, 3.125
    yield "rent of the small", float(counts[lending.PAID + SMALL]) / TICKS, 3.5


def _hosts() -> Iterator[tuple[str, float, float]]:
    """Two makers: one with 10 million yuan, of which its host owns a quarter, and one without money to pay out."""
    cash, paid, flows = np.array([10.0, 0.5]), np.zeros(2, np.int64), np.zeros(len(TRANSFERS), np.int64)
    r = finance.MakerReads(
        np.full(2, OPERATING, np.int8), np.array([7, 9]), np.full(2, 50, np.int32), np.array([1.0, 1.0]),
        np.array([0.25, 0.25], np.float32),
    )  # fmt: skip
    market, opening = Given(payout=0.1, reserve_years=1.0), Given(cash_months=3.0)
    finance.share_with_hosts(2, r, cash, opening, market, 0.04, np.array([7, 9]), paid, flows)
    for row, left in enumerate((10.0 - 0.175, 0.5)):
        yield f"cash of maker {row}", cash[row], left
    yield "paid to the first one's host", paid[0] / TICKS, 0.175
    yield "paid to the other's", paid[1] / TICKS, 0.0
    yield "dividends of makers", _flow(flows, "maker_dividends"), -0.175


def _investment() -> Iterator[tuple[str, float, float]]:
    """One that lacks assets and money for them, one with too many assets, and one that does not operate."""
    assets, cash, profit = np.array([10.0, 30.0, 10.0]), np.array([2.5, 1.0, 2.5]), np.zeros(3)
    flows = np.zeros(len(TRANSFERS), np.int64)
    r = finance.OwnersReads(
        np.array([OPERATING, OPERATING, SUSPENDED], np.int8), np.full(3, 100, np.int32), np.zeros(3, np.int32),
        np.full(3, 1.0), np.full(3, 0.2, np.float32),
    )  # fmt: skip
    market = Given(depreciation=0.12, investment_speed=0.1, resale=0.5, payout=0.1, reserve_years=0.0,
                   working_months=2.0, outside_capital=0.7)  # fmt: skip
    opening = Given(capital_intensity_elasticity=0.5, cash_months=1.0)
    w, terms = finance.OwnersWrites(assets, profit, cash), finance.OwnersTerms(0.04, 0.0)
    finance.invest_and_pay_dividends(0, 3, 1, 5, r, w, market, opening, terms, flows)
    by_hand = (
        (10.0 - 0.1 + 0.5 + 0.427, 2.5 - 0.5 - 0.1, -0.1),
        (30.0 - 0.3 - 0.67, 1.0 + 0.335 - 0.0335, -0.3 - 0.335),
        (10.0, 2.5, 0.0),
    )
    for row, (owned, held, gained) in enumerate(by_hand):
        yield f"assets of owner {row}", assets[row], owned
        yield f"cash of owner {row}", cash[row], held
        yield f"profit of owner {row}", profit[row], gained
    yield "outside equity", _flow(flows, "outside_equity"), 0.427
    yield "investment", _flow(flows, "investment"), -0.927 + 0.335
    yield "dividends", _flow(flows, "dividends"), -0.1 - 0.0335


def _staff() -> Iterator[tuple[str, float, float]]:
    """One sheds people and asks for skilled ones, one hires half of those that it seeks, and one does not operate."""
    status, none = np.array([OPERATING, OPERATING, SUSPENDED], np.int8), np.zeros(3)
    sector, months = np.zeros(3, np.int8), np.zeros(3, np.int16)
    r = jobs.Reads(np.array([11, 12, 13]), status, sector, months, months, none, none, none)
    staff, talent = np.array([10, 10, 10], np.int32), np.array([5, 2, 2], np.int32)
    sums = jobs.Sums(np.zeros(2, np.int64), np.zeros(5, np.int64), np.zeros(len(TRANSFERS), np.int64))
    wanted = np.array([6.0, 18.0, 14.0]), np.array([8.0, 5.0, 5.0])
    found = Given(staff_fill=0.5, talent_fill=1.0)
    w = jobs.Writes(staff, talent, none, none)
    jobs.change_staff(0, 3, 1, 60, r, w, Given(hire=1.0, shed=1.0, patience=24.0), found, wanted, sums)
    for row, (people, skilled) in enumerate(((6, 4), (14, 5), (10, 2))):
        yield f"staff of employer {row}", staff[row], people
        yield f"talent of employer {row}", talent[row], skilled
    for name, counted, number in (
        ("staff hired, net", sums.people[jobs.STAFF], 0), ("talent hired, net", sums.people[jobs.TALENT], 2),
        ("hired", sums.events[jobs.HIRED], 4), ("shed", sums.events[jobs.SHED], 4),
        ("talent asked for", sums.events[jobs.TALENT_ASKED], 6), ("talent granted", sums.events[jobs.TALENT_HIRED], 4),
    ):  # fmt: skip
        yield name, float(counted), number


def _asked_for() -> Iterator[tuple[str, float, float]]:
    """Equipment asked for by one with money and by one in debt, both with less than their staff need."""
    r = Given(staff=np.full(2, 400), capital_intensity=np.full(2, 0.2), assets=np.full(2, 10.0), cash=[10.0, -1.0])
    terms = Given(market=Given(overdraft_rate=0.16, depreciation=0.08), cost_of_capital=0.1, prices=[0.25],
                  population=Given(capital_intensity_elasticity=0.5))  # fmt: skip
    table = lending.Table(np.zeros((2, 4), np.int64), np.zeros((2, 4), np.int64), np.zeros((2, 4)))
    for row, (asked, gain) in enumerate(((40, 0.0075), (0, 0.01))):
        lending.of_equipment(row, 100.0, r, Given(spare=0.25, assets_an_hour=0.5), terms, table)
        yield f"hours asked for by {row}", float(table.asked[row, lending.EQUIPMENT]), asked
        yield f"gain of an hour of {row}", float(table.gain[row, lending.EQUIPMENT]), gain
        yield f"hours offered by {row}", float(table.offered[row, lending.EQUIPMENT]), 0.0


def _modes() -> Iterator[tuple[str, float, float]]:
    """Who follows into a new mode of selling, or into a new sector that sells twice as much for the same pull."""
    p = Given(most_a_year=1.0, review=1.0, follow=0.5, mode_demand=0.5, mode_cost=0.3, opening=0.0, abroad=1.0,
              preparing=False)  # fmt: skip
    factor, is_open = np.ones(industries.MAX_SECTORS), np.zeros(industries.MAX_SECTORS, np.int8)
    factor[4], is_open[2] = 2.0, 1
    into_sector, into_mode = industries.following(4, factor, is_open, p)
    for sector in range(6):
        moving = 1.0 - 0.5 ** (1.0 / 12.0) if sector == 1 else 0.0
        yield f"following from sector {sector}", into_sector[sector], moving
        yield f"following into the mode of {sector}", into_mode[sector], 1.0 - 0.9 ** (1 / 12) if sector == 2 else 0.0
    identity, status = np.full(3, 11), np.array([OPERATING, OPERATING, SUSPENDED], np.int8)
    none, mode, events = np.zeros(3), np.zeros(3, np.int8), np.zeros(8, np.int64)
    small, alone, unprepared = np.zeros(3, np.int8), np.full(3, -1, np.int16), np.zeros(3, np.float32)
    scanning = industries.Reads(identity, status, small, alone, none, none, none, unprepared)
    surely = np.full(industries.MAX_SECTORS, 0.9)
    chances = industries.Chances(1.0, np.zeros(1, bool), -1, np.zeros(industries.MAX_SECTORS), surely, np.zeros((1, 3)))
    w = industries.Writes(np.zeros(3, np.int8), mode)
    industries.scan(0, 3, 1, 5, scanning, w, p, chances, np.zeros(3, np.int8), events)
    for row, follows in enumerate((1, 1, 0)):
        yield f"mode of follower {row}", mode[row], follows
    yield "followers", float(events[industries.FOLLOWERS]), 2.0
    yield from _weighed()


def _weighed() -> Iterator[tuple[str, float, float]]:
    """A new mode costs a twentieth of sales of 20: one can pay for it, one cannot, and one does not operate."""
    identity, status = np.full(3, 11), np.array([OPERATING, OPERATING, SUSPENDED], np.int8)
    none, mode, cash, profit = np.zeros(3), np.zeros(3, np.int8), np.array([2.0, 0.5, 2.0]), np.zeros(3)
    r = industries.WeighReads(identity, status, np.full(3, 2.0), np.full(3, 20.0), none, none, none)
    w = industries.WeighWrites(np.zeros(3, np.int8), mode, none, none, np.zeros(3, np.float32), profit, cash)
    sectors = Given(opened=[-1], sales_factor=[0.0], mode_open=[1])
    sums = industries.Sums(np.zeros(8, np.int64), np.zeros(len(TRANSFERS), np.int64))
    p = Given(most_a_year=1.0, review=1.0, cost=0.05, horizon=3.0, margin=0.1, mode_demand=0.5, mode_cost=0.02)
    industries.weigh(0, 3, 1, 5, r, w, p, sectors, np.zeros(1), sums)
    for row, (changed, paid) in enumerate(((1, -1.0), (0, 0.0), (0, 0.0))):
        yield f"mode of {row} after weighing it", mode[row], changed
        yield f"profit of {row} after weighing a mode", profit[row], paid
    yield "cash after a change of mode", cash[0], 1.0
    yield "cost of a change of mode", _flow(sums.flows, "opening_industry"), -1.0


def _training() -> Iterator[tuple[str, float, float]]:
    """Five skilled people more, of whom three are unemployed and trained, and two come from elsewhere."""
    size, paid = max(levers.UNEMPLOYED, levers.ELSEWHERE) + 1, []
    people, skilled = np.zeros(size, np.int64), np.zeros(size, np.int64)
    people[levers.UNEMPLOYED], skilled[levers.UNEMPLOYED] = 10, 7
    books = Given(people=people, skilled=skilled, residents_skilled=1200, pay=lambda _, amount: paid.append(amount))
    levers.add_talent(Given(books=books), 0.05, 0.1)
    yield "unemployed after training", float(people[levers.UNEMPLOYED]), 12.0
    yield "skilled among them", float(skilled[levers.UNEMPLOYED]), 12.0
    yield "people elsewhere", float(people[levers.ELSEWHERE]), -2.0
    yield "skilled residents", books.residents_skilled, 1205.0
    yield "cost of training", sum(paid), 0.5


def _idle_hours() -> Iterator[tuple[str, float, float]]:
    """Equipment of two sites, of which one is vacated, in a sample in which an enterprise stands for two."""
    p = Given(enabled=True, leavers_stay=1.0, lent_share=0.1)
    rules = Given(floor=200.0, fund=1.0, equipment_hours=600.0, renovation=False)
    sites = [Given(vacated=at, floor=100, fund=0.5, fund_paid_in=0.25, idle=0, relocated=True) for at in (0, 9)]
    world = Given(
        rules=lambda name: p if name == "idle_space" else Given(enabled=False), site_rules=lambda _: rules, sites=sites,
        month=5, weight=2.0, books=Given(people=np.zeros(4, np.int64)), hours=np.zeros(2, np.int64),
        loop=lambda *_, **__: None, group=lambda _: Given(conversion_grant=0.0),
    )  # fmt: skip
    idle_space.apply(world)
    yield "equipment hours offered", world.hours_offered, 300.0
    yield "fund of a site", sites[0].fund, 0.5 + 0.75


def _scanning() -> Iterator[tuple[str, float, float]]:
    """Three enterprises of a nation scan for openings, of which it has two big ones that operate."""
    table = Given(
        size_class=np.array([BIG, BIG, BIG, SMALL]), status=np.array([OPERATING, SUSPENDED, OPERATING, OPERATING])
    )
    world: Any = Given(is_nation=True, enterprises=table)
    yield "part that scans", industries.part_that_scans(world, Given(scanning=3.0)), 1.5


def _lines_of_who_stopped() -> Iterator[tuple[str, float, float]]:
    """What a suspended enterprise would sell neither reverts nor moves, whatever lines it has."""
    rules = Given(
        line_loss=0.0, line_birth=0.0, saturation=0.0, line_log_sd=1.2, shock=0.16, reversion=0.02, ramp=0.09,
        ramp_months=36,
    )  # fmt: skip
    status, sector, started = np.full(1, SUSPENDED, np.int8), np.zeros(1, np.int8), np.full(1, 1, np.int16)
    r = demand.LinesReads(np.array([11]), status, sector, started, np.ones(1))
    w = demand.LinesWrites(np.full(1, 2, np.int32), np.full(1, 5.0))
    demand.update_lines(0, 1, 1, 60, r, w, rules, np.ones(1))  # type: ignore[arg-type]
    yield "appeal of a suspended enterprise", float(w.appeal[0]), 5.0


def _young_at_risk() -> Iterator[tuple[str, float, float]]:
    """One startup that has lines and cash, in a place where no firm closes for other reasons, lives through a month."""
    settings = {"population.enterprises": 20, "mechanisms.finance.closure": 0.0}
    world = EcosystemModel(load(TOWN, settings), rng=3).world
    table = world.enterprises
    table.origin[0], table.cash[0], table.born[0], table.started[0] = INDEPENDENT, 10.0, world.month, world.month
    finance.close(world)
    yield "months on the register", float(world.lives[REGISTER, AT_RISK].sum()), 1.0


def _late_answers() -> Iterator[tuple[str, float, float]]:
    """Foreign experts of a platform answer half a month later, but for one that translates at once."""
    world = Given(platforms=[0, 1], platform_rules=lambda it: Given(real_time=it == 1))
    for months, late in ((0.5, (0.5, 0.0, 0.0)), (0.0, (0.0, 0.0, 0.0))):
        for platform, found in enumerate(matching.later_answers(world, Given(foreign_months=months))):
            yield f"months of platform {platform} at {months}", float(found), late[platform]


def _founded_again() -> Iterator[tuple[str, float, float]]:
    """A place whose host has left in the spin-up: it is there again, of the declared staff, and all others stay."""
    named = {"population.world": "place", "population.enterprises": 20, "population.host_staff": 50}
    world = Ecosystem(load("manufacturing", named | {"run.spin_up": 0}), 1).world
    table = world.enterprises
    table.staff[:20] = 7
    table.release(np.array([0]))
    population.set_host(world)
    yield "enterprises with the host", float(table.alive.sum()), 20.0
    yield "staff with the host", float(table.staff[table.alive].sum()), 19 * 7.0 + 50.0


def _heard() -> Iterator[tuple[str, float, float]]:
    """A tenant meets the other one of its site, a member, and hears of its platform; one alone hears of none."""
    r = adoption.HearReads(
        np.array([11, 12]), np.full(2, OPERATING, np.int8), np.zeros(2, np.int16), np.array([0, -1], np.int16)
    )
    rows, meets, partner, bits = np.array([1]), np.full(2, 2, np.int8), np.array([-1]), np.array([1, 0])
    both = Given(identity=np.array([11, 12]), row=np.array([0, 1]))
    alone = Given(identity=np.array([12]), row=np.array([1]))
    for name, tenants, heard in (("two", both, 1.0), ("one", alone, 0.0)):
        w = adoption.HearWrites(np.zeros(2, np.int64))
        number = adoption.hear(1, 5, r, w, rows, meets, partner, tenants, bits)
        yield f"number of those who heard, of {name}", float(number), heard
        yield f"platforms heard of by one of {name}", float(w.heard[1]), heard


def _dividends_to_hosts() -> Iterator[tuple[str, float, float]]:
    """A maker that its host owns a quarter of, one that has stopped, one without a host, the host, and nobody's."""
    cash, flows = np.array([10.0, 10.0, 10.0, 0.0, 10.0]), np.zeros(len(TRANSFERS), np.int64)
    stakes = np.array([0.25, 0.25, 0.0, 0.0, 0.25], np.float32)
    status = np.array([OPERATING, SUSPENDED, OPERATING, OPERATING, OPERATING], np.int8)
    makers = finance.MakerReads(
        status, np.array([14, 14, 0, 0, 99]), np.full(5, 50, np.int32), np.full(5, 1.0), stakes
    )  # fmt: skip
    table = Given(size=5, cash=cash, view=lambda _: makers)
    world: Any = Given(
        enterprises=table, books=Given(flows=flows), platforms=[Given(host=0), Given(host=14)],
        row_of=lambda host: {14: 3}.get(host, -1),
    )  # fmt: skip
    finance.pay_hosts(world, 0.04, Given(payout=0.1, reserve_years=1.0), Given(cash_months=3.0))
    for row, left in enumerate((10.0 - 0.175, 10.0, 10.0, 0.175, 10.0 - 0.175)):
        yield f"cash of {row} after dividends to hosts", cash[row], left
    yield "dividends that platforms keep", _flow(flows, "platform_income"), 0.175


def _floor_of_tenants() -> Iterator[tuple[str, float, float]]:
    """Tenants of 10 people at a site where a job takes half of the floor that it takes elsewhere."""
    world = EcosystemModel(load(TOWN, {"population.enterprises": 20, "sites.mill.space": 0.5}), rng=3).world
    table, mill = world.enterprises, world.sites[0]
    table.site[:5], table.staff[:5], table.floor[:5] = mill.index, 10, 9000
    letting.let_site(world, mill, world.rules("letting"), 25.0)
    stayed = table.floor[:5][table.site[:5] == mill.index]
    yield "floor of tenants at half the floor for each job", float(stayed.sum()) / len(stayed), 125.0


def _skilled_staff_of_ideas() -> Iterator[tuple[str, float, float]]:
    """An idea of 10 jobs, 2 of them skilled, and a site that is worth much and asks for so many skilled people."""
    rules = Given(
        choosing=False, hours_per_job=0.0, hours_worth=0.0, capital_per_job=0.06, margin=0.1, foresight=0.0, taste=0.0,
        outside_option=0.06, horizon=3.0, cost_of_capital=0.1, wealth_median=0.32, wealth_log_sd=0.9,
    )  # fmt: skip
    cohort = Given(enabled=False, staff_mean=10.0, talent_share=0.2, worker_revenue=0.5)
    markets = Given(worker_revenue=np.ones(1), saturation=np.ones(1), opened=np.full(1, -1))
    lending_terms = Given(fill=0.0, assets=0.0, price=0.0)
    terms = Given(hours_fill=0.0, entry_cost=0.0, floor_per_job=25.0, finance_fill=1.0, lending=lending_terms,
                  taxation=None)  # fmt: skip
    for asked, founded in ((1.5, 1.0), (2.5, 0.0)):
        there = entry.Offer(0.0, 50.0, 0.0, 0.0, 2.0, EVERYONE._replace(least_talent=asked))
        alone = entry.Offer(0.0, -50.0, 0.0, 0.0, 2.0, EVERYONE)
        ideas = Given(
            identity=np.array([11]), source=np.array([INDEPENDENT]), parent=np.array([-1]), platform=np.array([-1]),
            sector=np.array([0]), merit=np.ones(1), channel=np.zeros(1, np.int64), hours=np.zeros(1, np.int64),
        )  # fmt: skip
        counts = np.zeros(len(entry.EVENTS), np.int64)
        offers = entry.Offers(alone, alone, there, 1, np.zeros(0, np.int8))
        entry.consider(1, 5, ideas, rules, cohort, offers, terms, markets, Given(), counts)
        yield f"tenants where {asked} skilled people are asked for", float(ideas.channel[0] == TENANT), founded


def _links_of_many_blocks() -> Iterator[tuple[str, float, float]]:
    """New links of four blocks and one more, of one buyer, and the one supplier that there is."""
    here, known = np.array([11, 2**62]), np.ones(2)
    r: Any = Given(identity=here, sector=np.array([1, 0], np.int8), knowledge_0=known, knowledge_1=known,
                   knowledge_2=known, quality=known, productivity=known)  # fmt: skip
    ring: Any = Given(identity=here, row=np.array([0, 1], np.uint32), stage=np.array([1, 0], np.int8))
    rules: Any = Given(renewal=0.0, candidates=1, circle=2, taste=0.2)
    with patch.object(chain, "BLOCK", np.uint64(8)):
        links = chain.Supply(np.zeros(33, np.uint32), np.full(33, -1, np.int32), np.zeros(33, np.int8), True)
        chain.renew(0, 33, 1, 5, links, r, rules, 0.5, ring, np.zeros(len(chain.EVENTS), np.int64))
    yield "new links with a supplier", float((links.supplier == 1).sum()), 33.0


def _best_breadth() -> Iterator[tuple[str, float, float]]:
    """Successes of ten projects by breadth: a quadratic peaks at 2, is least there, peaks at -1.2, 3.5 and 5.5."""
    of_ten = np.array([[0, 3, 4, 3, 0], [4, 1, 0, 1, 4], [9, 8, 6, 3, 0], [0, 3, 5, 6, 6], [0, 2, 4, 5, 6]])
    sums = {f"succeeded_breadth_{k}": of_ten[:, k] for k in range(5)}
    sums |= {f"abandoned_breadth_{k}": 10 - of_ten[:, k] for k in range(5)}
    found = projects.openness_peak(Given(cumulative=sums.get))  # type: ignore[arg-type]
    for row, best in enumerate((0.5, -1.0, -1.0, 0.875, -1.0)):
        yield f"best breadth of row {row}", float(np.nan_to_num(found[row], nan=-1.0)), best


def _members_as_resources() -> Iterator[tuple[str, float, float]]:
    """Members of a platform where one request is open have no other as a resource; where 1,001 are, a thousand."""
    rules = Given(rate=0.25, resource_elasticity=0.5, alone=0.0)
    for requests, chance in ((1.0, 0.0), (1001.0, 0.25)):
        counts = np.zeros((1, matching.MEMBER, 1), np.int64)
        open_to = np.array([requests, 0.0])
        found = matching.meeting_chances(counts, open_to, np.array([1.0, 0.0]), np.zeros(2), rules)
        yield f"chance of meeting one of {requests} members", float(found[0, -1, matching.MEMBER]), chance


def _partners_of_those_who_meet() -> Iterator[tuple[str, float, float]]:
    """Two look for a firm of the ring; only the first meets one."""
    known = np.ones(3)
    r: Any = Given(identity=np.array([11, 12, 13]), platform=np.zeros(3, np.int16), knowledge_0=known,
                   knowledge_1=known, knowledge_2=known)  # fmt: skip
    rules: Any = Given(candidates=1, circle=3, taste=0.2)
    met, start, ring = np.array([1 << matching.USER, 0]), np.array([2, 2]), np.arange(3, dtype=np.uint32)
    found = matching.best_on_ring(matching.USER, np.array([0, 1], np.uint32), met, start, 1, 5, r, rules, ring)
    yield "partner of the one that meets", float(found[0]), 2.0
    yield "partner of the one that does not", float(found[1]), -1.0


def _tenants_who_leave() -> Iterator[tuple[str, float, float]]:
    """One whose term ends, and one of 10 people that returns and pays for it: both leave their floor."""
    left, paid = list[int](), list[float]()
    world: Any = Given(
        enterprises=Given(staff=np.full(2, 10)), transfer=lambda _, amount, __: paid.append(amount), vacate=left.extend
    )
    letting.leave(world, np.array([0]), np.array([1]), Given(moving_cost=0.01))  # type: ignore[arg-type]
    yield "tenants who leave", float(len(left)), 2.0
    yield "what the one who returns pays", sum(paid), -0.1


def _taste_at_founding() -> Iterator[tuple[str, float, float]]:
    """The second and third of three rows, in a piece of their own."""
    taste, points = np.full(3, 9.0, np.float32), np.full((2, 16), 0.5)
    points[1] = 0.8413447460685429  # one standard deviation above the mean
    exports.taste_at_founding(1, 3, points, taste)
    for row, value in enumerate((9.0, 0.0, 1.0)):
        yield f"taste of exporter {row}", round(float(taste[row]), 6), value


def _hours_borrowed_for_long() -> Iterator[tuple[str, float, float]]:
    """Two that have borrowed hours, for five months and for seven: hours are lent for six."""
    status, size = np.full(2, OPERATING, np.int8), np.full(2, SMALL, np.int8)
    r = idle_space.Reads(status, size, np.full(2, 10, np.int32), np.array([55, 53], np.int16))
    w, hours = idle_space.Writes(np.zeros(2, np.int32), np.full(2, 40, np.int32)), np.zeros(2, np.int64)
    idle_space.update_hours(0, 2, 1, 60, r, w, Given(borrowing_months=6.0, idle_hours=0.5), hours)  # type: ignore[arg-type]
    for row, left in enumerate((40.0, 0.0)):
        yield f"hours borrowed by {row}", float(w.borrowed_hours[row]), left


def _ideas_of_residents() -> Iterator[tuple[str, float, float]]:
    """The mean number of ideas a month, at 3 a year and thousand residents, of 4,000 after they have doubled."""
    means = list[float]()
    table = Given(size=0, view=lambda _: None)
    world: Any = Given(
        grown=lambda _: 2.0, books=Given(residents=4000, people=np.zeros(9, np.int64)), seed=1, month=5,
        enterprises=table, platforms=[], settings=Given(group=lambda _: Given(sectors=12)),
    )  # fmt: skip
    rules = Given(ideas_per_thousand=3.0, ideas_growth=0.1, leavers_rate=0.006, talent_rate=0.0)
    with patch.object(draws, "poisson", lambda _, mean: means.append(mean) or 0):
        entry.gather_ideas(world, rules)
    yield "mean number of residents' ideas", means[0], 2.0


def _rent_of_sectors() -> Iterator[tuple[str, float, float]]:
    """Floor of 25 m2 a job at 0.0004 million yuan a m2, as a founder who chooses a sector counts it."""
    rents = list[float]()

    def gain(*given: Any) -> float:
        rents.append(given[3])
        return 0.0

    ideas: Any = Given(identity=[11], parent=[-1], source=[INDEPENDENT], home=[0], sector=[0], merit=[1.0])
    terms: Any = Given(knowledge_spread=0.1, unfit=1.0, outside_rent=0.0004, floor_per_job=25.0, taxation=None)
    markets: Any = Given(base_knowledge=np.ones((1, 3)), open=[1], worker_revenue=[1.0], saturation=[1.0])
    with patch.object(entry, "expected_gain", gain):
        rules: Any = Given(horizon=3.0, taste=0.0)
        entry.choose_sector(0, 10.0, 1, 5, ideas, rules, Given(worker_revenue=0.5), terms, markets, Given())  # type: ignore[arg-type]
    yield "rent of a job", rents[0], 0.01


def _what_is_posted() -> Iterator[tuple[str, float, float]]:
    """A factor on demand that is left over is taken back where incomes do not count; answers come at once for none."""
    posted = Ecosystem(load(TOWN), 1).world.posted._replace(returned=1.1)
    world: Any = Given(posted=posted, rules=lambda _: Given(enabled=False))
    incomes.apply(world)
    yield "factor on demand where incomes do not count", world.posted.returned, 1.0
    later = matching.later_answers(Given(platforms=[None, None]), Given(foreign_months=0.0))  # type: ignore[arg-type]
    yield "platforms that answers may come later to, and none", float(len(later)), 3.0


def _outcomes() -> Iterator[tuple[str, float, float]]:
    """A posted price of 2 yuan, what data are counted in, and how the first site is called."""
    price = lending.of_kind(0, "equipment")[3]
    yield "posted price", float(price.value({"idle_prices": np.array([[2e-6]])})[0]), 2.0  # type: ignore[index, operator]
    for index, unit in ((lending.DATA, "sets"), (lending.DATA - 1, "hours")):
        yield f"whether resource {index} is counted in {unit}", lending.of_kind(index, "data")[0].unit == unit, 1.0
    first = letting.of_site(0)[0]
    said = first.name.startswith("site_1_") and "site 1 " in first.meaning
    yield "whether the first site has the number 1", said, 1.0
