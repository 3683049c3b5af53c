"""Is it worth it, for whom, at whose cost: a policy, a platform or a site against the world without, seed by seed."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.formats import counted
from sim.language import later
from sim.letters import cut
from sim.model.state.accounts import TICKS
from sim.notebooks import in_notebooks
from sim.renamed import FormerName
from sim.runs.declarations import declarations, with_options
from sim.runs.ensemble import folder_name
from sim.runs.errors import NoRecords, NothingRan
from sim.runs.follow import STREAMS, Followed
from sim.runs.kept import Drawn
from sim.runs.noted import refuse_links
from sim.runs.provenance import provenance
from sim.runs.records import read_record
from sim.runs.replicate import Cells
from sim.runs.result import Result
from sim.runs.seeds import own_seeds, worlds_option
from sim.runs.store import SCENARIO, Store
from sim.runs.summary import csv_bytes
from sim.studies.appraisal.assumptions import Assumption
from sim.studies.appraisal.paired import GROUPS
from sim.studies.appraisal.payers import TAXES, WORLDS
from sim.studies.appraisal.sellers import OTHER, SALES, SAME
from sim.studies.appraisal.terms import CHANGES, MEASURES, MONEY, NAMES, chains
from sim.studies.appraisal.treated import PLATFORM, SITE, Treatment, treated, treatments
from sim.studies.appraisal.welfare import (
    OUTLAY,
    RESOURCES,
    WHO,
    base_month,
    by_resources,
    by_who,
    discounts,
    pace,
    payback,
    spent,
    weight_of,
    worth,
)
from sim.studies.changes import Change, changes
from sim.studies.estimators.fieller import Ratio, ratio_of_means
from sim.studies.estimators.intervals import Interval, mean_interval

if TYPE_CHECKING:
    from sim.scenario import Scenario

_OF_VARIANT = ("worker_pay", "floor_let", "jobs", "sales_home", "sales_abroad")  # streams of the world with
_TICKED = (*MONEY, *TAXES, *SALES)  # terms in ticks, by their first part
MODELLED, IN_PLACE, NOT_MODELLED = "modelled", "modelled in the place only", "not modelled"  # sales that rivals lose
CLOSURE, CLOSURES = "mechanisms.incomes.closure", ("given", "income")
RATES = (0.035, 0.05)  # other discount rates that are shown
_YEAR = 12
_STEADY = 0.1  # change of net jobs over the last year, of net jobs, from which they still rise or fall
_MOST = 80  # letters of a folder's names


class Trend(StrEnum):
    """Whether net jobs still rise or fall at the end of a run."""

    STEADY = "steady"
    RISE = "rise"
    FALL = "fall"


@in_notebooks
@dataclass(frozen=True, eq=False)
class Appraisal(Drawn):
    """A measure appraised: from gross to net, what it costs and brings, and whom.

    Money is million yuan, of the year of ``sim.studies.money.money_year``.

    Attributes
    ----------
    path
        Folder of the tables and figures.
    baseline, variant
        The scenarios without and with the measure.
    treatments
        How enterprises are treated; none where no single enterprise can be said to be.
    changed
        The keys that differ (``Change``).
    replicates
        Numbers of the worlds.
    chain
        Terms of the chain by name, such as ``"jobs.gross"``, each a value for each seed.
    resources, who, outlay
        Present values of society's balance by resource and by who has it, and of the sponsors' outlay; each a value for
        each seed.
    assumptions
        What is assumed beyond the model, by name.
    base
        The first month in which the worlds differ, to which values are discounted.
    payback
        First month from which the measure is paid back, and whether that is within the run; None where it never is.
    job_years
        Present value of net job-years on each seed.
    monthly
        Mean over seeds of society's balance by month, of shape (months,), without assets at the end.
    net_jobs_by_month
        Mean over seeds of net jobs by month, of shape (months,): people.
    other_rates
        Society's net present value on each seed at other discount rates, by rate.
    if_empty
        Society's net present value on each seed if nothing that tenants leave behind elsewhere is let again.
    floor_left_behind
        Floor that enterprises have left elsewhere by the end, on each seed: m2.
    from_elsewhere
        Net jobs at the end of people who come from elsewhere, on each seed.
    home_share
        Share at home of the additional sales of the last year, from 0 to 1.
    months_let
        Months in which floor at sites is let, a mean over seeds.
    rivals
        Whether the sales that rivals lose are modelled.
    taxes_add_up, sales_add_up
        Whether taxes by kind and payer, and sales by seller, add up to those of the accounts. They do but where
        mechanisms of a user's own levy or sell otherwise.
    failures
        Seeds that failed.
    model
        Version of the model.
    parameters
        Of drawn parameters, the posterior and the keys that are drawn; empty where none are.
    drawn
        The same with parameters drawn from a posterior, a draw for each world, where that was asked for.
    other_closure
        The same with the other closure of demand, where that was asked for.

    Examples
    --------
    >>> found = sim.appraise("shougang-idle", "shougang", months=24, replicates=2, workers=1)
    >>> bool((found.gross("jobs") - found.moved_in("jobs") - found.there_anyway("jobs") == found.direct("jobs")).all())
    True
    >>> bool((found.direct("jobs") + found.others("jobs") == found.net("jobs")).all())
    True
    >>> found.net("jobs").shape, found.net_jobs_by_month.shape
    ((2,), (24,))
    >>> bool(found.interval(found.value).mean == found.value.mean())
    True
    """

    path: Path
    baseline: Scenario
    variant: Scenario
    treatments: tuple[Treatment, ...]
    changed: tuple[Change, ...]
    replicates: tuple[int, ...]
    chain: Mapping[str, Cells]
    resources: Mapping[str, Cells]
    who: Mapping[str, Cells]
    outlay: Mapping[str, Cells]
    assumptions: Mapping[str, Assumption]
    base: int
    payback: tuple[int | None, bool]
    job_years: Cells
    monthly: Cells
    net_jobs_by_month: Cells
    other_rates: Mapping[float, Cells]
    if_empty: Cells
    floor_left_behind: Cells
    from_elsewhere: Cells
    home_share: float
    months_let: float
    rivals: str
    failures: tuple[dict[str, Any], ...]
    model: str
    taxes_add_up: bool = True
    sales_add_up: bool = True
    parameters: Mapping[str, Any] = field(default_factory=dict)
    drawn: Appraisal | None = None
    other_closure: Appraisal | None = None
    taxes_told = FormerName("taxes_add_up")
    sales_told = FormerName("sales_add_up")

    def __repr__(self) -> str:
        names = f"{self.variant.name} against {self.baseline.name}"
        return f"<Appraisal of {names}: {counted(self.seeds, 'seed')}, {self.path}>"

    def gross(self, measure: str) -> Cells:
        """What the treated have.

        Parameters
        ----------
        measure
            ``"jobs"`` (people), ``"enterprises"``, ``"value_added"`` or ``"taxes"`` (both over the run, million yuan).

        Returns
        -------
        Cells
            A value for each seed.
        """
        return self.chain[f"{measure}.gross"]

    def brought_in(self, measure: str) -> Cells:
        """What the treated have who are not in the same place without the measure, such as tenants of a site.

        Parameters
        ----------
        measure
            ``"jobs"`` (people), ``"enterprises"``, ``"value_added"`` or ``"taxes"`` (both over the run, million yuan).

        Returns
        -------
        Cells
            A value for each seed.
        """
        return self.chain[f"{measure}.brought_in"]

    def moved_in(self, measure: str) -> Cells:
        """What those that moved in have without the measure.

        Parameters
        ----------
        measure
            ``"jobs"`` (people), ``"enterprises"``, ``"value_added"`` or ``"taxes"`` (both over the run, million yuan).

        Returns
        -------
        Cells
            A value for each seed.
        """
        return self.chain[f"{measure}.moved_in"]

    def there_anyway(self, measure: str) -> Cells:
        """What the other treated have without the measure.

        Parameters
        ----------
        measure
            ``"jobs"`` (people), ``"enterprises"``, ``"value_added"`` or ``"taxes"`` (both over the run, million yuan).

        Returns
        -------
        Cells
            A value for each seed.
        """
        return self.chain[f"{measure}.there_anyway"]

    def direct(self, measure: str) -> Cells:
        """The treated's change.

        Parameters
        ----------
        measure
            ``"jobs"`` (people), ``"enterprises"``, ``"value_added"`` or ``"taxes"`` (both over the run, million yuan).

        Returns
        -------
        Cells
            A value for each seed.
        """
        return sum(self.chain[f"{measure}.direct_{name}"] for name in CHANGES)  # type: ignore[return-value]

    def others(self, measure: str) -> Cells:
        """The change of all others.

        Parameters
        ----------
        measure
            ``"jobs"`` (people), ``"enterprises"``, ``"value_added"`` or ``"taxes"`` (both over the run, million yuan).

        Returns
        -------
        Cells
            A value for each seed.
        """
        return sum(self.chain[f"{measure}.others_{name}"] for name in CHANGES)  # type: ignore[return-value]

    def net(self, measure: str) -> Cells:
        """The world with the measure less the world without.

        Parameters
        ----------
        measure
            ``"jobs"`` (people), ``"enterprises"``, ``"value_added"`` or ``"taxes"`` (both over the run, million yuan).

        Returns
        -------
        Cells
            A value for each seed.
        """
        return self.chain[f"{measure}.with"] - self.chain[f"{measure}.without"]

    def tax(self, kind: str, payer: str, what: str, world: str) -> Cells:
        """A tax that enterprises of a class and age pay over the run.

        Parameters
        ----------
        kind
            ``"vat"`` or ``"income_tax"``.
        payer
            A class and an age, such as ``"small_newcomer"``: big, medium or small, incumbent or newcomer.
        what
            ``"paid"``, ``"stated"`` or ``"relief"``, which is what is stated and not paid.
        world
            ``"without"`` or ``"with"`` the measure.

        Returns
        -------
        Cells
            Million yuan for each seed.
        """
        if what == "relief":
            return self.tax(kind, payer, "stated", world) - self.tax(kind, payer, "paid", world)
        return self.chain[f"{kind}.{what}_{world}_{payer}"]

    def sales_of_treated(self, where: str) -> Cells:
        """Change of the treated's sales over the run.

        Parameters
        ----------
        where
            ``"sales_home"`` or ``"sales_abroad"``.

        Returns
        -------
        Cells
            Million yuan for each seed.
        """
        return self.chain[f"{where}.treated"]

    def sales_of_others(self, where: str, sector: str, payer: str) -> Cells:
        """Change of the sales of others over the run.

        Parameters
        ----------
        where
            ``"sales_home"`` or ``"sales_abroad"``.
        sector
            ``"same"``: the sectors in which the treated sell more with the measure; or ``"other"``.
        payer
            A class and an age, such as ``"small_newcomer"``: big, medium or small, incumbent or newcomer.

        Returns
        -------
        Cells
            Million yuan for each seed.
        """
        return self.chain[f"{where}.{sector}_{payer}"]

    def sales(self, where: str) -> Cells:
        """Change of all sales over the run.

        Parameters
        ----------
        where
            ``"sales_home"`` or ``"sales_abroad"``.

        Returns
        -------
        Cells
            Million yuan for each seed.
        """
        others = [self.sales_of_others(where, sector, group) for sector in (SAME, OTHER) for group in GROUPS]
        return sum(others, self.sales_of_treated(where))

    @property
    def seeds(self) -> int:
        """Number of seeds."""
        return len(self.replicates)

    @property
    def value(self) -> Cells:
        """Society's net present value on each seed."""
        return sum(self.resources.values())  # type: ignore[return-value]

    @property
    def cost(self) -> Cells:
        """The sponsors' outlay on each seed, at present value."""
        return sum(self.outlay.values())  # type: ignore[return-value]

    @property
    def cost_per_job(self) -> Ratio:
        """Outlay for each net job at the end."""
        return ratio_of_means(self.cost, self.net("jobs"))

    @property
    def cost_per_job_year(self) -> Ratio:
        """Outlay for each net job-year, both discounted."""
        return ratio_of_means(self.cost, self.job_years)

    @property
    def benefit_over_cost(self) -> float | None:
        """1 + net present value over outlay; None where nobody spends anything."""
        spent = float(np.mean(self.cost))
        return 1.0 + float(np.mean(self.value)) / spent if spent > 0 else None

    @property
    def differs(self) -> bool:
        """Whether the measure changes anything in the run."""
        return any(part.any() for part in (*self.resources.values(), *self.outlay.values(), *map(self.net, MEASURES)))

    @property
    def trend(self) -> Trend:
        """Whether net jobs still rise or fall at the end."""
        last = float(np.mean(self.net("jobs")))
        months = self.net_jobs_by_month
        before = float(months[-_YEAR - 1]) if len(months) > _YEAR else 0.0
        if abs(last - before) <= _STEADY * abs(last):
            return Trend.STEADY
        return Trend.RISE if last > before else Trend.FALL

    @property
    def in_country(self) -> Interval:
        """Net jobs less the declared share of those of additional home sales, taken from the rest of the country."""
        kept = 1.0 - self.assumptions["home_displaced"].value * self.home_share
        return Interval(*map(float, mean_interval(self.net("jobs") * kept)))

    def without_largest(self, measure: str) -> Cells:
        """The net without each seed's most changed enterprise.

        Parameters
        ----------
        measure
            ``"jobs"`` (people), ``"enterprises"``, ``"value_added"`` or ``"taxes"`` (both over the run, million yuan).

        Returns
        -------
        Cells
            A value for each seed.
        """
        return self.net(measure) - self.chain[f"{measure}.largest"]

    def interval(self, values: Cells) -> Interval:
        """Mean over seeds with its 95% interval.

        Parameters
        ----------
        values
            A value for each seed, such as ``net("jobs")``.

        Returns
        -------
        Interval
            In the unit of the values.
        """
        return Interval(*map(float, mean_interval(values)))

    def range(self, values: Cells) -> Interval:
        """Mean over worlds with their 5th and 95th percentiles: how far drawn parameters move an answer.

        Parameters
        ----------
        values
            A value for each seed, such as ``net("jobs")``.

        Returns
        -------
        Interval
            In the unit of the values.
        """
        return Interval(float(np.mean(values)), *map(float, np.percentile(values, (5.0, 95.0))))

    @property
    def is_site(self) -> bool:
        """Whether a site is what is appraised."""
        return any(it.kind == SITE for it in self.treatments)

    @property
    def is_platform(self) -> bool:
        """Whether a platform is what is appraised."""
        return any(it.kind == PLATFORM for it in self.treatments)

    def beside(self, drawn: Appraisal) -> Appraisal:
        """The appraisal with that of drawn parameters beside it, in the folder of the latter.

        Parameters
        ----------
        drawn
            The same appraisal with parameters that are drawn from a posterior.

        Returns
        -------
        Appraisal
            This one, with ``drawn``.
        """
        return replace(self, path=drawn.path, drawn=drawn, failures=(*self.failures, *drawn.failures))

    def beside_closure(self, other: Appraisal) -> Appraisal:
        """The appraisal with that of the other closure of demand beside it.

        Parameters
        ----------
        other
            The same appraisal with the other closure.

        Returns
        -------
        Appraisal
            This one, with ``other_closure``.
        """
        return replace(self, other_closure=other, failures=(*self.failures, *other.failures))

    @property
    def closures(self) -> dict[str, Appraisal]:
        """By closure of demand, ``"given"`` first, the appraisal with it; this one alone where no other was run."""
        found = {closure_of(it.baseline): it for it in (self, self.other_closure) if it is not None}
        return dict(sorted(found.items()))

    @property
    def multiplier(self) -> Ratio:
        """Others' net jobs for each direct one, at the end."""
        return ratio_of_means(self.others("jobs"), self.direct("jobs"))


def closure_of(scenario: Scenario) -> str:
    """The closure of demand: ``"given"``, or ``"income"`` where what is paid returns as demand."""
    return str(scenario.group("mechanisms.incomes").closure)


@dataclass(frozen=True)
class Decision:
    """The appraisal of a variant, or why there is none.

    Attributes
    ----------
    appraisal
        The appraisal; None where there is none.
    reason
        Why there is none, in words.
    command
        The command that makes what is missing.
    """

    appraisal: Appraisal | None
    reason: str = ""
    command: str = ""


Records = Callable[[Result, int], Followed | None]  # the record of a result's replicate, None where there is none


def stored_record(result: Result, replicate: int) -> Followed | None:
    """The record in a result's folder."""
    return read_record(result.path, replicate, result.digest)


def appraise_results(
    first: Result, second: Result, assumed: Mapping[str, Assumption], out: Path, names: tuple[str, str] | None = None,
    records: Records = stored_record,
) -> Appraisal:  # fmt: skip
    """The second result appraised against the first, on the replicates that both have; ``names`` stand for theirs.

    ``Incompatible`` where they differ in an assumption; ``NoRecords`` where either has no record of a replicate.
    """
    chosen = treatments(first.scenario, second.scenario)
    numbers = tuple(sorted(set(first.replicates) & set(second.replicates)))
    pair = (first, second)
    if not numbers:
        raise NothingRan(f"{first.path} and {second.path}: no seed ran in both")
    rows = []
    for number in numbers:
        one, other = (records(it, number) for it in pair)
        if one is None or other is None:
            lacks = first if one is None else second
            lacking = later("{result} has no records of its enterprises", result=lacks.path.name)
            raise NoRecords(lacking, _making_records(*pair))
        reached, without = (treated(chosen, first.scenario, second.scenario, it) for it in (other, one))
        rows.append(_row(one, other, chains(one.firms, other.firms, reached, without.identity)))
    titles = names or (first.name, second.name)
    parts = cut("-vs-".join(folder_name(it) for it in reversed(titles)), _MOST)
    digest = hashlib.sha256(json.dumps([it.digest for it in pair]).encode()).hexdigest()[:8]
    before, after = (replace(it.scenario, name=name) for it, name in zip(pair, titles, strict=True))
    failed = {it["replicate"]: it for result in pair for it in result.failures}
    failures = [failed[number] for number in sorted(failed) if number < first.scenario.replicates]
    found = _appraised(
        out / f"appraise-{parts}-{digest}", before, after, chosen, numbers, np.array(rows), assumed, failures,
        str(second.manifest["model"]),
    )  # fmt: skip
    return replace(found, parameters=first.manifest.get("parameters", {}))


def _row(first: Followed, second: Followed, terms: Mapping[str, int]) -> Cells:
    """One seed: the terms of the chain, then the streams month by month."""
    with_it = second.streams[:, [STREAMS.index(name) for name in _OF_VARIANT]]
    streams = np.concatenate([second.streams - first.streams, with_it], axis=1)
    return np.concatenate([np.array([terms[name] for name in NAMES], np.float64), streams.ravel().astype(np.float64)])


def _making_records(first: Result, second: Result) -> str:
    """The command that makes the records of two results."""
    asked = first.manifest.get("parameters", {})
    of = f":{asked['borrowed']}" if asked.get("borrowed") else ""
    drawn = f" --parameters posterior{of}" if asked else ""
    scenarios = " ".join(shlex.quote(str(it.path / SCENARIO)) for it in (first, second))
    seeds = worlds_option(first.scenario, len(set(first.replicates) & set(second.replicates)))
    return f"sim appraise {scenarios} {seeds}{drawn}{with_options(first.manifest)}"


def _appraised(
    path: Path, first: Scenario, second: Scenario, chosen: tuple[Treatment, ...], numbers: tuple[int, ...],
    cells: Cells, assumed: Mapping[str, Assumption], failures: list[dict[str, Any]], version: str,
) -> Appraisal:  # fmt: skip
    weight = weight_of(first)
    money = weight / TICKS
    ticks = dict(zip(NAMES, cells[:, : len(NAMES)].T, strict=True))
    chain = {name: values * (money if name.partition(".")[0] in _TICKED else weight) for name, values in ticks.items()}
    months = first.months
    streams, with_it = unpacked(cells, months)
    values = {name: it.value for name, it in assumed.items()}
    base = base_month(streams)
    run = streams, with_it["worker_pay"]
    later = pace(*run)

    def valued(view: Any, values: Mapping[str, float]) -> dict[str, Cells]:
        return {name: part * money for name, part in worth(view, run, later, base, values).items()}

    resources, who = valued(by_resources, values), valued(by_who, values)
    flows: Any = sum(by_resources(*run, values, end=False).values()) * money
    after: Any = sum(by_resources(*later, values, end=False).values()) * money
    costs = spent(streams, base, values)
    column = dict(zip(STREAMS, np.moveaxis(streams, -1, 0), strict=True))
    home, abroad = (float(column[name][:, -_YEAR:].sum()) for name in SALES)

    def total(*starts: str) -> Any:
        return sum(values for name, values in ticks.items() if name.startswith(starts))

    paid = [(total(*(f"{kind}.paid_{world}_" for kind in TAXES)), ticks[f"taxes.{world}"]) for world in WORLDS]
    among = column["orders_delivered"].sum(axis=1)  # sales at home to each other
    sold = [(total(f"{name}."), column[name].sum(axis=1) + (among if name == "sales_home" else 0)) for name in SALES]
    taxes_add_up, sales_add_up = (all((one == other).all() for one, other in pairs) for pairs in (paid, sold))
    return Appraisal(
        path=path,
        baseline=first,
        variant=second,
        treatments=chosen,
        changed=changes(first, second),
        replicates=numbers,
        chain=chain,
        resources={name: resources[name] for name in RESOURCES},
        who={name: who[name] for name in WHO},
        outlay={name: costs[name] * money for name in OUTLAY},
        assumptions=assumed,
        base=base,
        payback=payback(flows.mean(axis=0), float(after.mean()), base, values),
        job_years=column["jobs"] @ discounts(months, base, values["discount"]) * weight / _YEAR,
        monthly=flows.mean(axis=0),
        net_jobs_by_month=column["jobs"].mean(axis=0) * weight,
        other_rates={
            rate: sum(valued(by_resources, {**values, "discount": rate}).values())  # type: ignore[misc]
            for rate in RATES
        },
        if_empty=sum(valued(by_resources, {**values, "rho": 0.0}).values()),  # type: ignore[arg-type]
        floor_left_behind=-column["floor_elsewhere"][:, -1] * weight,
        from_elsewhere=column["from_elsewhere"][:, -1] * weight,
        home_share=min(1.0, max(0.0, home / (home + abroad))) if home + abroad else 0.0,
        months_let=float((with_it["floor_let"] > 0).sum(axis=1).mean()),
        rivals=_rivals(first),
        failures=tuple(failures),
        model=version,
        taxes_add_up=taxes_add_up,
        sales_add_up=sales_add_up,
    )


def _rivals(scenario: Scenario) -> str:
    """Which lost sales the model knows: rivals share demand in a nation, in a place as far as its market is local."""
    market = scenario.group("market")
    if scenario.group("population").world == "nation":
        return MODELLED if market.coupled else NOT_MODELLED
    return IN_PLACE if market.local_share > 0 else NOT_MODELLED


def unpacked(cells: Cells, months: int) -> tuple[Any, dict[str, Any]]:
    """Streams of the difference (seeds x months x ``STREAMS``) and some of the world with, as whole ticks."""
    width = len(STREAMS) + len(_OF_VARIANT)
    streams = cells[:, len(NAMES) :].reshape(len(cells), months, width).astype(np.int64)
    with_it = {name: streams[..., len(STREAMS) + index] for index, name in enumerate(_OF_VARIANT)}
    return streams[..., : len(STREAMS)], with_it


def publish_appraisal(found: Appraisal, parameters: Mapping[str, Any]) -> None:
    """Write the tables, and the manifest with what was asked."""
    store = Store(found.path)
    refuse_links(store.path)
    first, second = found.baseline, found.variant
    assumed = [
        (it.name, it.value, it.unit, it.low, it.high, it.meaning, it.source) for it in found.assumptions.values()
    ]
    files = {
        "baseline.toml": first.to_toml().encode(),
        "variant.toml": second.to_toml().encode(),
        "seeds.csv": _by_seed(found),
        "assumptions.csv": csv_bytes(("name", "value", "unit", "low", "high", "meaning", "source"), assumed),
    }
    if found.drawn:
        files["drawn.csv"] = _by_seed(found.drawn)
    if found.other_closure:
        files[f"{closure_of(found.other_closure.baseline)}.csv"] = _by_seed(found.other_closure)
    outputs = {name: store.write(name, data) for name, data in files.items()}
    manifest = {
        "kind": "appraise",
        "name": second.name,
        "against": first.name,
        "model": found.model,
        "seed": first.seed,
        **({"own_seeds": own} if (own := own_seeds(first)) else {}),
        "start": first.calendar(0),
        "months": first.months,
        "replicates": first.replicates,
        "parameters": dict(parameters),
        "told": {"taxes_by_kind_and_payer": found.taxes_add_up, "sales_lost": found.sales_add_up},
        "failures": list(found.failures),
        "outputs": outputs,
        **declarations(first.catalogue),
        **provenance(),
    }
    store.seal(manifest)


def _by_seed(found: Appraisal) -> bytes:
    """Every term on each seed, as a table."""
    money = {f"balance.{name}": found.resources[name] for name in RESOURCES}
    money |= {f"who.{name}": found.who[name] for name in WHO} | {f"outlay.{it}": found.outlay[it] for it in OUTLAY}
    terms = {**found.chain, **money, "job_years": found.job_years}
    seeds = [(number, *(values[row] for values in terms.values())) for row, number in enumerate(found.replicates)]
    return csv_bytes(("replicate", *terms), seeds)
