"""What a measure costs and brings society, by resources and by who: two views that agree in every month, to the tick.

Streams are months x ``STREAMS``, of the world with the measure less the world without, in ticks. Transfers between
accounts cancel; what counts as a resource is what firms sell less what is used up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.language import later
from sim.runs.follow import STREAMS

if TYPE_CHECKING:
    from sim.scenario import Scenario

Values = Mapping[str, float]  # of assumptions, by name
Parts = dict[str, Any]  # ticks by month, by name

RESOURCES = (
    "sales", "inputs", "labour", "investment", "research", "entry_cost", "moving", "outside_rent", "renovation",
    "programmes", "other", "public_money", "assets_left",
)  # fmt: skip
WHO = {
    "firms": later("firms and their owners"),
    "workers": later("workers"),
    "state": later("the state"),
    "site_owner": later("sites' owners"),
    "platforms": later("platforms"),
    "investors": later("banks and investors"),
    "landlords": later("landlords elsewhere"),
}
OUTLAY = ("public", "site_owner", "platforms")
_OF_OWNERS = ("opening_balance", "founders_equity", "dividends", "liquidation")  # between firms and their owners
_BUILDING = ("renovation", "conversion_grant")
_YEAR = 12
PACE_YEARS = 30  # for which the pace at the end is followed, to see when a measure is paid back


def columns(streams: Any) -> Parts:
    """The streams by name."""
    return dict(zip(STREAMS, np.moveaxis(streams, -1, 0), strict=True))


def by_resources(streams: Any, pay: Any, values: Values, *, end: bool) -> Parts:
    """Society's balance by resource.

    ``pay`` is a worker's monthly wage in the world with the measure; with ``end`` assets at the end count.
    """
    s = columns(streams)
    return {
        "sales": s["sales_home"] + s["sales_abroad"],
        "inputs": s["inputs"] + s["utilities"] + s["foreign_contacts"] + s["opening_industry"],
        "labour": s["wages"] - s["platform_staff"] + workers_gain(s, pay, values),
        "investment": s["investment"],
        "research": s["research"],
        "entry_cost": s["entry_cost"],
        "moving": s["moving"],
        "outside_rent": s["rent"] + _landlords(s, values),
        "renovation": -s["renovation"],
        "programmes": -s["programmes"],
        "other": -s["other_resources"],
        "public_money": _raising(s, values),
        "assets_left": _at_end(s["assets"], end=end) + _floor_left(s, values, end=end),
    }


def by_who(streams: Any, pay: Any, values: Values, *, end: bool) -> Parts:
    """The same balance by who has it."""
    s = columns(streams)
    return {
        "firms": s["account_enterprises"] - sum(s[name] for name in _OF_OWNERS) + _at_end(s["assets"], end=end),
        "workers": workers_gain(s, pay, values),
        "state": s["account_government"] + _raising(s, values),
        "site_owner": s["account_sites"] + _floor_left(s, values, end=end),
        "platforms": s["account_platforms"],
        "investors": s["account_banks"],
        "landlords": _landlords(s, values),
    }


def outlay(streams: Any) -> Parts:
    """What the sponsors spend, less what sites and platforms earn."""
    s = columns(streams)
    public = s["rent_subsidy"] + s["fee_support"] + s["conversion_grant"] + s["programme_outlay"] + s["tax_relief"]
    platforms = s["host_staff"] - s["platform_income"] - s["account_platforms"]
    return {"public": public, "site_owner": -s["account_sites"], "platforms": platforms}


def workers_gain(s: Parts, pay: Any, values: Values) -> Any:
    """Wages above what workers give up: (1 - sigma) of those of residents who had no work, and of others'."""
    most = s["residents_at_work"]
    taken = np.clip(-s["unskilled_idle"], np.minimum(most, 0), np.maximum(most, 0))
    unskilled = taken * pay
    others = s["platform_staff"] - s["wages"] - unskilled
    return _whole((1.0 - values["sigma"]) * unskilled + (1.0 - values["sigma_others"]) * others)


def _landlords(s: Parts, values: Values) -> Any:
    """What landlords elsewhere gain: rent for the part of the floor that nobody else would take."""
    return _whole(-(1.0 - values["rho"]) * s["rent"])


def _raising(s: Parts, values: Values) -> Any:
    """The cost of raising public money, below zero; what the state gains saves it."""
    return _whole((values["lambda"] - 1.0) * s["account_government"])


def _at_end(level: Any, *, end: bool) -> Any:
    """A level at the end of the run, in its last month."""
    last = np.zeros_like(level)
    if end and last.shape[-1]:
        last[..., -1] = level[..., -1]
    return last


def _floor_left(s: Parts, values: Values, *, end: bool) -> Any:
    """The declared value of renovated floor at the end of the run, in its last month."""
    spent = np.cumsum(s["renovation"], axis=-1)
    return _whole(values["floor_left"] * _at_end(spent, end=end))


def _whole(amount: Any) -> Any:
    return np.rint(amount).astype(np.int64)


# --- present values


def weight_of(scenario: Scenario) -> float:
    """Real enterprises for each one of a world: more than one in a nation, which is a sample."""
    population = scenario.group("population")
    return float(population.represents / population.enterprises) if population.world == "nation" else 1.0


def base_month(streams: Any) -> int:
    """The first month in which the worlds differ on any seed; 0 where they never do."""
    differ = np.flatnonzero((streams != 0).any(axis=(0, 2)))
    return int(differ[0]) if len(differ) else 0


def worth(
    view: Callable[..., Parts], run: tuple[Any, Any], after: tuple[Any, Any], base: int, values: Values
) -> Parts:  # fmt: skip
    """Present value of the parts of a view, such as ``by_resources``, on every seed, in ticks.

    ``run`` has the streams and a worker's wage, ``after`` those of ``pace``. Assets at the end count where no later
    years do.
    """
    now = view(*run, values, end=values["horizon"] == 0)
    return present(now, view(*after, values, end=False), base, run[0].shape[1], values)


def spent(streams: Any, base: int, values: Values) -> Parts:
    """Present value of each part of the sponsors' outlay on every seed, in ticks."""
    now = discounts(streams.shape[1], base, values["discount"])
    return {name: part @ now for name, part in outlay(streams).items()}


def discounts(months: int, base: int, rate: float) -> Any:
    """Worth in the base month of a unit in each month; months before it are worth nothing more."""
    return (1.0 + rate) ** (-np.maximum(np.arange(months) - base, 0) / _YEAR)


def pace(streams: Any, pay: Any) -> tuple[Any, Any]:
    """A month of the last year's mean flows without building, and a worker's wage in it; shape (seeds, 1, streams)."""
    last = streams[:, -_YEAR:].astype(np.float64).mean(axis=1, keepdims=True)
    at = {name: STREAMS.index(name) for name in STREAMS}
    grant = last[..., at["conversion_grant"]].copy()
    last[..., at["account_government"]] += grant
    last[..., at["account_sites"]] += last[..., at["renovation"]] - grant
    for name in _BUILDING:
        last[..., at[name]] = 0.0
    return last, pay[:, -_YEAR:].astype(np.float64).mean(axis=1, keepdims=True)


def annuity(years: float, rate: float, decay: float) -> Any:
    """Worth of a unit a month for some years, month by month, from the month after the run."""
    month = np.arange(1, round(years * _YEAR) + 1)
    return ((1.0 - decay) / (1.0 + rate)) ** (month / _YEAR)


def present(parts: Parts, after: Parts, base: int, months: int, values: Values) -> Parts:
    """Present value of each part on every seed, in ticks; ``after`` repeats over the horizon."""
    now = discounts(months, base, values["discount"])
    later = annuity(values["horizon"], values["discount"], values["decay"]).sum() * (now[-1] if months else 0.0)
    return {name: part @ now + later * after[name][:, 0] for name, part in parts.items()}


def payback(flows: Any, month_after: float, base: int, values: Values) -> tuple[int | None, bool]:
    """First month from which the cumulative present value stays above 0, and whether that is within the run.

    After the run a month of the pace at its end is repeated for ``PACE_YEARS``.
    """
    now = discounts(len(flows), base, values["discount"])
    later = annuity(PACE_YEARS, values["discount"], values["decay"]) * now[-1]
    total = np.cumsum(np.concatenate([flows * now, month_after * later]))
    below = np.flatnonzero(total <= 0)
    first = int(below[-1]) + 1 if len(below) else base
    if first >= len(total) or not flows.any():
        return None, False
    return first, first < len(flows)
