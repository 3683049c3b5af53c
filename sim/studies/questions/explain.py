"""Which of the differences between two scenarios made the difference in an outcome: Shapley values of its groups.

A group's part is what it adds to an outcome, averaged over all orders in which the groups could be brought in (Shapley
1953; Castro, Gomez and Tejada 2009 for drawn orders). On every seed the parts add up to the paired difference.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.formats import counted
from sim.notebooks import in_notebooks
from sim.runs.batch import batch_results, run_batch
from sim.runs.ensemble import Request, as_stored
from sim.runs.errors import Incompatible, TooLarge
from sim.runs.kept import Drawn
from sim.runs.options import RunOptions
from sim.runs.replicate import Cells, Model
from sim.runs.result import Result
from sim.runs.seeds import own_seeds
from sim.scenario import Scenario, ScenarioError, keys
from sim.scenario.rules import contradictions
from sim.studies.changes import Change, changes
from sim.studies.cost import Cost, report_cost, seconds_a_world
from sim.studies.designs import choice_faults, outcome_faults
from sim.studies.estimators.intervals import Interval, difference_interval, t_quantile

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 8  # groups of which every combination is run; of more, orders are drawn
PAIRS = 16  # orders drawn, each with its reverse
_MUST_AGREE = ("run.start", "run.months", "run.seed", "run.replicates")
PARTS = ("group", "key")
_LONGEST = 80  # letters of the name of a mixture


@dataclass(frozen=True)
class Part:
    """What one group of settings adds to an outcome.

    Attributes
    ----------
    group
        The mechanism, levers, platform, site or key.
    value, low, high
        Mean and 95% interval, in the outcome's unit.
    changed
        The keys of the group that differ (``Change``).
    """

    group: str
    value: float
    low: float
    high: float
    changed: tuple[Change, ...]


@in_notebooks
@dataclass(frozen=True, eq=False)
class Explanation(Drawn):
    """The difference between two scenarios in one outcome, in parts.

    Attributes
    ----------
    path
        Folder of the table and the figure.
    outcome, unit, month
        Name and unit of the outcome, and the calendar month.
    first, second
        The results of the two scenarios.
    baseline, variant
        Their means over the seeds.
    total
        Mean difference with its 95% interval.
    parts
        The parts, the largest first.
    seeds, combinations
        Number of seeds, and of combinations of settings that were run.
    orders
        Number of orders drawn; 0 where all combinations were run.

    Examples
    --------
    >>> other = sim.load("shougang", {"levers.entry_cost_cut": 0.5, "market.growth": 0.05})
    >>> found = sim.explain("shougang", other, "startups", replicates=3, months=12, workers=1)
    >>> found.combinations, found.unit, [change.key for change in found.parts[1].changed]
    (4, 'enterprises', ['market.growth'])
    """

    path: Path
    outcome: str
    unit: str
    month: str
    first: Result
    second: Result
    baseline: float
    variant: float
    total: Interval
    parts: tuple[Part, ...]
    seeds: int
    combinations: int
    orders: int

    def __repr__(self) -> str:
        names = " less ".join(reversed(self.names))
        return f"<Explanation of {self.outcome}, {names}: {counted(len(self.parts), 'part')}, {self.path}>"

    @property
    def names(self) -> tuple[str, str]:
        """Names of the two scenarios, or of their folders where both have one name."""
        one, other = self.first.name, self.second.name
        return (one, other) if one != other else (self.first.path.name, self.second.path.name)


def explain_difference(
    first: Scenario,
    second: Scenario,
    outcome: str,
    model: Model,
    options: RunOptions,
    *,
    by: str = "group",
    pairs: int = PAIRS,
) -> Explanation:
    """Run every mixture of the two scenarios that is not kept under ``out`` yet, and share their difference out.

    ``by`` takes the differing keys together by mechanism, levers or place, or one by one. Of more than ``MOST``
    groups, ``pairs`` orders are drawn, each with its reverse: ``TooLarge`` then, and where it would take longer than
    ``LIMIT``, unless ``allow_long``. ``Incompatible`` where the two cannot be mixed.
    """
    out = options.out
    if faults := [*choice_faults("--by", by, PARTS), *outcome_faults("--outcome", [outcome], model.outcomes)]:
        raise ScenarioError(faults)
    groups = grouped_differences(first, second, by)
    if not groups:
        raise Incompatible(f"{first.name} and {second.name} say the same: there is nothing to explain")
    names = list(groups)
    drawn = drawn_orders(len(names), pairs) if len(names) > MOST else None
    wanted = masks_of(drawn) if drawn is not None else range(2 ** len(names))
    mixtures = {
        mask: mixed(first, second, groups, [name for bit, name in enumerate(names) if mask >> bit & 1])
        for mask in wanted
    }
    pair = [as_stored(it, model.version, out) for it in (first, second)]
    ends = run_batch(pair, model, options)
    last = {0: ends[0], 2 ** len(names) - 1: ends[1]}
    values = {mask: _last_month(result, outcome) for mask, result in last.items()}
    rest = [mask for mask in mixtures if mask not in last]
    todo = [as_stored(mixtures[mask], model.version, out) for mask in rest]
    _report_cost(todo, model, options, drawn=drawn is not None)
    for index, result in batch_results(todo, model, options):
        values[rest[index]] = _last_month(result, outcome)
    common = sorted(set.intersection(*[set(found) for found in values.values()]))
    if not common:
        raise Incompatible(f"{outcome}: there is no seed on which every combination gives a value")
    table = {mask: np.array([found[number] for number in common]) for mask, found in values.items()}
    shares = shapley(table, len(names)) if drawn is None else shapley_of_orders(table, drawn)
    changed = {change.key: change for change in changes(first, second)}
    parts = []
    for name, share in zip(names, shares, strict=True):
        value, low, high = map(float, interval_of(share))
        parts.append(Part(name, value, low, high, tuple(changed[key] for key in groups[name])))
    old, new = table[0], table[2 ** len(names) - 1]
    asked = f"{ends[0].path.name} {ends[1].path.name} {outcome} {by} {len(common)} {0 if drawn is None else len(drawn)}"
    digest = hashlib.sha256(asked.encode()).hexdigest()[:8]
    return Explanation(
        path=out / f"explain-{ends[0].name}-vs-{ends[1].name}-{outcome}-{digest}",
        outcome=outcome,
        unit=model.outcomes[outcome].unit,
        month=first.calendar(first.months - 1),
        first=ends[0],
        second=ends[1],
        baseline=float(np.mean(old)),
        variant=float(np.mean(new)),
        total=Interval(*map(float, difference_interval(old, new, paired=True))),
        parts=tuple(sorted(parts, key=lambda part: -abs(part.value))),
        seeds=len(common),
        combinations=len(mixtures),
        orders=0 if drawn is None else len(drawn),
    )


# --- mixtures of two scenarios


def grouped_differences(first: Scenario, second: Scenario, by: str = "group") -> dict[str, tuple[str, ...]]:
    """The keys in which two scenarios differ, by group, in order of declaration.

    A group is ``levers``, ``mechanisms.letting``, ``sites.NAME``... or with ``by="key"`` a single key; a place that
    only one of the two has is one group in any case, with all its keys. ``Incompatible`` where start, months, seed or
    replicates differ.
    """
    wrong = [key for key in _MUST_AGREE if first.values[key] != second.values[key]]
    if own_seeds(first) != own_seeds(second):
        raise Incompatible(f"{first.name} and {second.name} must run on the same seeds to be mixed")
    if wrong:
        said = "; ".join(f"{key} is {first.values[key]} and {second.values[key]}" for key in wrong)
        raise Incompatible(f"{first.name} and {second.name} must run alike to be mixed: {said}")
    found: dict[str, list[str]] = {}
    for key in dict.fromkeys((*first.values, *second.values)):
        missing = key not in first.values or key not in second.values
        if missing or first.values[key] != second.values[key]:
            group = key if by == "key" and not missing else key.rpartition(".")[0]
            found.setdefault(group, []).append(key)
    return {group: tuple(those) for group, those in found.items()}


def mixed(first: Scenario, second: Scenario, groups: Mapping[str, Sequence[str]], chosen: Collection[str]) -> Scenario:
    """The first scenario with the second one's values in the ``chosen`` of the groups in which they differ.

    ``Incompatible`` where such a mixture contradicts itself, with the keys.
    """
    if not chosen or set(chosen) == set(groups):
        return second if chosen else first
    of = {key: second for group in chosen for key in groups[group]}
    names = {kind: _places(kind, first, second, chosen) for kind in first.catalogue.named}
    taken = {key: of.get(key, first) for key, _ in keys.known(first.catalogue).parameters(names)}
    made = replace(
        first,
        name=_name(first.name, chosen),
        title=f"{first.name} with {', '.join(chosen)} of {second.name}",
        summary="",
        path="",
        values={key: it.values[key] for key, it in taken.items()},
        origins={key: it.origins[key] for key, it in taken.items()},
        sources={key: it.sources[key] for key, it in taken.items() if key in it.sources},
        reported_figures={},
        platforms=names["platforms"],
        sites=names["sites"],
    )
    wrong = [f"  {', '.join(it.keys)}: {it.message}" for it in contradictions(made)]
    if wrong:
        lines = [f"{made.title} contradicts itself, so that the parts cannot be told apart:", *wrong]
        raise Incompatible(
            "\n".join([*lines, "  give the two scenarios the same values of these, or explain by group"])
        )
    return made


def _places(kind: str, first: Scenario, second: Scenario, chosen: Collection[str]) -> tuple[str, ...]:
    """Names of the platforms or sites of a mixture, in an order that both scenarios keep."""
    lists: tuple[tuple[str, ...], ...] = (getattr(first, kind), getattr(second, kind))
    order: TopologicalSorter[str] = TopologicalSorter({name: () for names in lists for name in names})
    for names in lists:
        for before, after in pairwise(names):
            order.add(after, before)
    try:
        names = tuple(order.static_order())
    except CycleError:
        raise Incompatible(
            f"{kind}: {first.name} has {', '.join(lists[0])} and {second.name} has {', '.join(lists[1])}: "
            "places are told apart by their order, which must be the same in both"
        ) from None
    return tuple(
        it for it in names if (it in lists[0] and it in lists[1]) or (it in lists[1]) == (f"{kind}.{it}" in chosen)
    )


def _name(name: str, chosen: Collection[str]) -> str:
    full = f"{name}-with-{'-'.join(chosen)}"
    return full if len(full) <= _LONGEST else f"{name}-with-{len(chosen)}-groups"


# --- shares


def shapley(values: Mapping[int, Cells], groups: int) -> Cells:
    """Shapley values on every seed, groups x seeds, of an outcome by combination: bit n of a key stands for group n."""
    shares = np.zeros((groups, len(values[0])))
    for mask in range(2**groups):
        size = mask.bit_count()
        for group in range(groups):
            if not mask >> group & 1:
                weight = 1.0 / (groups * math.comb(groups - 1, size))
                shares[group] += weight * (values[mask | 1 << group] - values[mask])
    return shares


def drawn_orders(groups: int, pairs: int) -> list[tuple[int, ...]]:
    """Orders of the groups, each followed by its reverse: the same ones for the same numbers."""
    rng = np.random.default_rng(0)
    orders: list[tuple[int, ...]] = []
    for _ in range(pairs):
        order = tuple(rng.permutation(groups).tolist())
        orders += [order, order[::-1]]
    return orders


def masks_of(orders: Sequence[Sequence[int]]) -> list[int]:
    """The combinations that these orders go through."""
    return sorted({mask for order in orders for mask in _way(order)})


def _way(order: Sequence[int]) -> Iterator[int]:
    mask = 0
    yield mask
    for group in order:
        mask |= 1 << group
        yield mask


def shapley_of_orders(values: Mapping[int, Cells], orders: Sequence[Sequence[int]]) -> Cells:
    """Shares in each pair of orders on every seed, groups x pairs x seeds; over groups they add up exactly too."""
    shares = np.zeros((len(orders[0]), len(orders) // 2, len(values[0])))
    for index, order in enumerate(orders):
        for group, (before, after) in zip(order, pairwise(_way(order)), strict=True):
            shares[group, index // 2] += 0.5 * (values[after] - values[before])
    return shares


def interval_of(shares: Cells) -> Interval:
    """Mean and 95% interval of one group's shares: over seeds, or pairs x seeds, both of which were drawn."""
    if shares.ndim == 1:
        return difference_interval(np.zeros_like(shares), shares, paired=True)
    mean = float(np.mean(shares))
    if min(shares.shape) < 2:
        return Interval(mean, np.nan, np.nan)
    variances = [np.var(np.mean(shares, axis=axis), ddof=1) / shares.shape[1 - axis] for axis in (0, 1)]
    half = float(t_quantile(min(shares.shape) - 1) * np.sqrt(sum(variances)))
    return Interval(mean, mean - half, mean + half)


# --- runs


def _last_month(result: Result, outcome: str) -> dict[int, float]:
    """The outcome by replicate, where it has a value."""
    column = result.table.of(outcome)[:, -1]
    return {number: x for number, x in zip(result.replicates, column.tolist(), strict=True) if math.isfinite(x)}


def _report_cost(mixtures: Sequence[Scenario], model: Model, options: RunOptions, *, drawn: bool) -> None:
    """Report what is left to run; TooLarge where that needs consent and there is none."""
    missing = sum(len(Request(it, model.version).missing(options.out)) for it in mixtures)
    if not missing:
        return
    scenario, count = mixtures[0], options.workers.count
    each = seconds_a_world(scenario, model, options.workers)
    cost = Cost(len(mixtures), scenario.replicates, scenario.months, missing, each, count)
    if drawn and not options.allow_long:
        raise TooLarge(f"{cost}\nof more than {MOST} groups only some orders are drawn: start it with --yes")
    report_cost(cost, cost.seconds, options, "fewer replicates")
