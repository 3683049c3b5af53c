"""Is it worth it, for whom, at whose cost: a policy, a platform or a site against the world without, seed by seed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.model.state.accounts import TICKS
from sim.runs.batch import run_tasks
from sim.runs.declarations import declarations
from sim.runs.ensemble import Request, folder_name
from sim.runs.errors import NothingRan
from sim.runs.executor import Failure
from sim.runs.options import RunOptions
from sim.runs.provenance import provenance
from sim.runs.replicate import Cells, Model
from sim.runs.store import MANIFEST, Store, pictures, to_json
from sim.runs.summary import csv_bytes
from sim.studies.appraisal.assumptions import Assumption
from sim.studies.appraisal.terms import CHANGES, MEASURES, MONEY, NAMES, chains, run_pair
from sim.studies.appraisal.treated import PLATFORM, SITE, Treatment, treatments
from sim.studies.appraisal.watching import STREAMS
from sim.studies.appraisal.welfare import (
    OUTLAY,
    RESOURCES,
    WHO,
    by_resources,
    by_who,
    discounts,
    outlay,
    pace,
    payback,
    present,
)
from sim.studies.changes import Change, changes
from sim.studies.estimators.fieller import Ratio, ratio_of_means
from sim.studies.estimators.intervals import Interval, mean_interval

if TYPE_CHECKING:
    from sim.runs.posterior_sample import PosteriorSample
    from sim.scenario import Scenario

_FORM = 1  # of what is kept of a seed
_OF_VARIANT = ("worker_pay", "floor_let", "jobs", "sales_home", "sales_abroad")  # streams of the world with
MODELLED, IN_PLACE, NOT_MODELLED = "modelled", "modelled in the place only", "not modelled"  # sales that rivals lose
RATES = (0.035, 0.05)  # other discount rates that are shown
_YEAR = 12
_STEADY = 0.1  # change of net jobs over the last year, of net jobs, from which they still rise or fall
_MOST = 80  # letters of a folder's names


@dataclass(frozen=True, eq=False)
class Appraisal:
    """A measure appraised: from gross to net, what it costs and brings, and whom. Money is million yuan of 2015.

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
        Mean of society's balance by month, without assets at the end.
    rivals
        Whether the sales that rivals lose are modelled.
    failures
        Seeds that failed.
    model
        Version of the model.

    Examples
    --------
    >>> found = sim.appraise("shougang-idle", "shougang", months=24, replicates=2, workers=1)
    >>> bool((found.gross("jobs") - found.moved_in("jobs") - found.there_anyway("jobs") == found.direct("jobs")).all())
    True
    >>> bool((found.direct("jobs") + found.others("jobs") == found.net("jobs")).all())
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

    def gross(self, measure: str) -> Cells:
        """What the treated have, on each seed."""
        return self.chain[f"{measure}.gross"]

    def moved_in(self, measure: str) -> Cells:
        """What those that moved in have without the measure."""
        return self.chain[f"{measure}.moved_in"]

    def there_anyway(self, measure: str) -> Cells:
        """What the other treated have without the measure."""
        return self.chain[f"{measure}.there_anyway"]

    def direct(self, measure: str) -> Cells:
        """The treated's change."""
        return sum(self.chain[f"{measure}.direct_{name}"] for name in CHANGES)  # type: ignore[return-value]

    def others(self, measure: str) -> Cells:
        """The change of all others."""
        return sum(self.chain[f"{measure}.others_{name}"] for name in CHANGES)  # type: ignore[return-value]

    def net(self, measure: str) -> Cells:
        """The world with the measure less the world without."""
        return self.chain[f"{measure}.with"] - self.chain[f"{measure}.without"]

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
    def trend(self) -> str:
        """Whether net jobs still rise or fall at the end."""
        last = float(np.mean(self.net("jobs")))
        months = self.net_jobs_by_month
        before = float(months[-_YEAR - 1]) if len(months) > _YEAR else 0.0
        if abs(last - before) <= _STEADY * abs(last):
            return "are steady"
        return "still rise" if last > before else "still fall"

    @property
    def in_country(self) -> Interval:
        """Net jobs less the declared share of those of additional home sales, taken from the rest of the country."""
        kept = 1.0 - self.assumptions["home_displaced"].value * self.home_share
        return Interval(*map(float, mean_interval(self.net("jobs") * kept)))

    def without_largest(self, measure: str) -> Cells:
        """The net without each seed's most changed enterprise."""
        return self.net(measure) - self.chain[f"{measure}.largest"]

    def interval(self, values: Cells) -> Interval:
        """Mean over seeds with its 95% interval."""
        return Interval(*map(float, mean_interval(values)))

    @property
    def is_site(self) -> bool:
        """Whether a site is what is appraised."""
        return any(it.kind == SITE for it in self.treatments)

    @property
    def is_platform(self) -> bool:
        """Whether a platform is what is appraised."""
        return any(it.kind == PLATFORM for it in self.treatments)

    @property
    def figures(self) -> list[Path]:
        """Files of the figures."""
        return pictures(self.path)


def appraise_pair(
    first: Scenario, second: Scenario, model: Model, options: RunOptions, assumed: Mapping[str, Assumption],
    sample: PosteriorSample | None = None,
) -> Appraisal:  # fmt: skip
    """Run what is missing of the pair on the same seeds, and appraise the second against the first.

    ``Incompatible`` where they differ in an assumption; ``NothingRan`` where every seed failed.
    """
    chosen = treatments(first, second)
    requests = [Request(it, model.version, sample) for it in (first, second)]
    asked = [_FORM, *(it.digest for it in requests)]
    digest = hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:12]
    names = "-vs-".join(folder_name(it.name) for it in (second, first))[:_MOST]
    store = Store(options.out / f"appraise-{names}-{digest[:8]}")
    shape = len(NAMES) + first.months * (len(STREAMS) + len(_OF_VARIANT))
    with store.locked(options.watcher.say):
        if options.fresh:
            store.clear()
        journal = store.journal((shape,), options.watcher.say)
        kept = {number: row for (key, number), row in journal.read().items() if key == digest}
        missing = [number for number in range(first.replicates) if number not in kept]
        failures = []
        for number, value in _run(requests, missing, chosen, model, options) if missing else ():
            if isinstance(value, Failure):
                failures.append({"replicate": number, "seed": requests[0].world(number)[1], "message": value.message})
            else:
                journal.add((digest, number), value)
                kept[number] = value
        numbers = tuple(number for number in range(first.replicates) if number in kept)
        if not numbers:
            raise NothingRan(f"{store.path}: every seed failed: {failures[0]['message']}")
        cells = np.array([kept[number] for number in numbers])
        found = _appraised(store.path, first, second, chosen, numbers, cells, assumed, failures, model.version)
        _publish(store, found, digest, sample)
    return found


def appraise_seed(first: Scenario, second: Scenario, seed: int, months: int, chosen: tuple[Treatment, ...]) -> Cells:
    """What is kept of one seed: the terms of the chain, then the streams month by month."""
    one, other = run_pair(first, second, seed, months, chosen)
    terms = chains(one.firms, other.firms)
    with_it = other.streams[:, [STREAMS.index(name) for name in _OF_VARIANT]]
    streams = np.concatenate([other.streams - one.streams, with_it], axis=1)
    return np.concatenate([np.array([terms[name] for name in NAMES], np.float64), streams.ravel().astype(np.float64)])


def _run(
    requests: list[Request], missing: list[int], chosen: tuple[Treatment, ...], model: Model, options: RunOptions
) -> Iterator[tuple[int, Any]]:
    """Each missing seed with its record."""
    base, watcher = requests[0].scenario, options.watcher
    tasks = []
    for number in missing:
        (one, seed), (other, _) = (it.world(number) for it in requests)
        tasks.append((one, other, seed, base.months, chosen))
    watcher.begin(f"{requests[1].scenario.name} against {base.name}", base.replicates - len(missing), base.replicates)
    try:
        for index, value in run_tasks(appraise_seed, iter(tasks), model, base.catalogue, options):
            yield missing[index], value
            watcher.advance()
    finally:
        watcher.end()


def _appraised(
    path: Path, first: Scenario, second: Scenario, chosen: tuple[Treatment, ...], numbers: tuple[int, ...],
    cells: Cells, assumed: Mapping[str, Assumption], failures: list[dict[str, Any]], version: str,
) -> Appraisal:  # fmt: skip
    population = first.group("population")
    nation = population.world == "nation"
    weight = population.represents / population.enterprises if nation else 1.0
    money = weight / TICKS
    chain = {
        name: column * (money if name.partition(".")[0] in MONEY else weight)
        for name, column in zip(NAMES, cells[:, : len(NAMES)].T, strict=True)
    }
    months = first.months
    streams, with_it = unpacked(cells, months)
    values = {name: it.value for name, it in assumed.items()}
    differ = np.flatnonzero((streams != 0).any(axis=(0, 2)))
    base = int(differ[0]) if len(differ) else 0
    pay = with_it["worker_pay"]
    later, later_pay = pace(streams, pay)
    end = values["horizon"] == 0

    def valued(view: Any, values: Mapping[str, float], pay: Any = pay, later_pay: Any = later_pay) -> dict[str, Cells]:
        now, after = view(streams, pay, values, end=end), view(later, later_pay, values, end=False)
        return {name: part * money for name, part in present(now, after, base, months, values).items()}

    resources, who = valued(by_resources, values), valued(by_who, values)
    spent = {name: part @ discounts(months, base, values["discount"]) * money for name, part in outlay(streams).items()}
    flows: Any = sum(by_resources(streams, pay, values, end=False).values()) * money
    after: Any = sum(by_resources(later, later_pay, values, end=False).values()) * money
    column = dict(zip(STREAMS, np.moveaxis(streams, -1, 0), strict=True))
    home, abroad = (float(column[name][:, -_YEAR:].sum()) for name in ("sales_home", "sales_abroad"))
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
        outlay={name: spent[name] for name in OUTLAY},
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
        rivals=_rivals(first, nation=nation),
        failures=tuple(failures),
        model=version,
    )


def _rivals(scenario: Scenario, *, nation: bool) -> str:
    """Which lost sales the model knows: rivals share demand in a nation, in a place as far as its market is local."""
    market = scenario.group("market")
    if nation:
        return MODELLED if market.coupled else NOT_MODELLED
    return IN_PLACE if market.local_share > 0 else NOT_MODELLED


def unpacked(cells: Cells, months: int) -> tuple[Any, dict[str, Any]]:
    """Streams of the difference (seeds x months x ``STREAMS``) and some of the world with, as whole ticks."""
    width = len(STREAMS) + len(_OF_VARIANT)
    streams = cells[:, len(NAMES) :].reshape(len(cells), months, width).astype(np.int64)
    with_it = {name: streams[..., len(STREAMS) + place] for place, name in enumerate(_OF_VARIANT)}
    return streams[..., : len(STREAMS)], with_it


def _publish(store: Store, found: Appraisal, digest: str, sample: PosteriorSample | None) -> None:
    """Write the tables, and the manifest with what was asked. Seeds stay in the journal."""
    first, second = found.baseline, found.variant
    money = {f"balance.{name}": found.resources[name] for name in RESOURCES}
    money |= {f"who.{name}": found.who[name] for name in WHO} | {f"outlay.{it}": found.outlay[it] for it in OUTLAY}
    terms = {**found.chain, **money, "job_years": found.job_years}
    seeds = [(number, *(values[row] for values in terms.values())) for row, number in enumerate(found.replicates)]
    assumed = [
        (it.name, it.value, it.unit, it.low, it.high, it.meaning, it.source) for it in found.assumptions.values()
    ]
    files = {
        "baseline.toml": first.to_toml().encode(),
        "variant.toml": second.to_toml().encode(),
        "seeds.csv": csv_bytes(("replicate", *terms), seeds),
        "assumptions.csv": csv_bytes(("name", "value", "unit", "low", "high", "meaning", "source"), assumed),
    }
    outputs = {name: store.write(name, data) for name, data in files.items()}
    manifest = {
        "kind": "appraise",
        "name": second.name,
        "against": first.name,
        "digest": digest,
        "model": found.model,
        "seed": first.seed,
        "start": first.calendar(0),
        "months": first.months,
        "replicates": first.replicates,
        "parameters": sample.asked(first) if sample else {},
        "failures": list(found.failures),
        "outputs": outputs,
        **declarations(first.catalogue),
        **provenance(),
    }
    store.write(MANIFEST, to_json(manifest))
