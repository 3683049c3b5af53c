"""Lines as a count and a sum of sizes, held to explicit lines: each with its own size, its own death and birth."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest
from worlds import nation

from sim.kernel.draws import child_identity
from sim.model.mechanisms import demand
from sim.model.state.enterprises import COLUMNS, OPERATING

pytestmark = pytest.mark.once  # compiled worlds and tables are the same on every interpreter

FIRMS = 6000
SETTLING, YEAR = 48, 12  # months
OPENING = np.resize([1, 2, 4, 8, 16, 32], FIRMS)
GROUPS = ((1, 1), (2, 3), (4, 9), (10, 24), (25, 200))  # lines at the start of the year, from and to


class Grown(NamedTuple):
    """Firms over a year: lines and sizes at its start, sizes at its end (0 where no line is left)."""

    lines: Any
    before: Any
    after: Any

    def growth(self, low: int, high: int) -> Any:
        """Log growth of firms with so many lines that still have one a year later."""
        some = (self.lines >= low) & (self.lines <= high) & (self.after > 0.0)
        return np.log(self.after[some] / self.before[some])

    def ended(self, low: int, high: int) -> float:
        """Share of firms with so many lines that have none a year later."""
        some = (self.lines >= low) & (self.lines <= high)
        return float(np.mean(self.after[some] == 0.0))


def counted(rules: Any, seed: int) -> Grown:
    """The model's own loop: lines as a count and a sum."""
    dtypes = {column.name: column.dtype for column in COLUMNS}
    columns = {
        name: np.zeros(FIRMS, dtypes[name]) for name in (*demand.LinesReads._fields, *demand.LinesWrites._fields)
    }
    columns["identity"][:] = [child_identity(9, 0, 0, ordinal) for ordinal in range(FIRMS)]
    columns["status"][:] = OPERATING
    columns["started"][:] = -1000
    columns["line_size"][:] = 1.0
    columns["lines"][:] = OPENING
    columns["appeal"][:] = OPENING
    reads = demand.LinesReads(*[columns[name] for name in demand.LinesReads._fields])
    writes = demand.LinesWrites(*[columns[name] for name in demand.LinesWrites._fields])
    for month in range(SETTLING + YEAR):
        if month == SETTLING:
            lines, before = columns["lines"].copy(), columns["appeal"].copy()
        demand.update_lines(0, FIRMS, seed, month, reads, writes, rules, np.ones(16))
    return Grown(lines, before, np.where(columns["lines"] > 0, columns["appeal"], 0.0))


def explicit(rules: Any, seed: int) -> Grown:
    """The reference: every line by itself, its log-size reverting to a lognormal with mean 1 under Gaussian shocks."""
    rng = np.random.default_rng(seed)
    firm = np.repeat(np.arange(FIRMS), OPENING)
    settled = rules.shock * rules.shock / (1.0 - (1.0 - rules.reversion) ** 2)  # variance of log-sizes
    size = rng.normal(-0.5 * settled, np.sqrt(settled), len(firm))
    for month in range(SETTLING + YEAR):
        if month == SETTLING:
            lines, before = np.bincount(firm, minlength=FIRMS), np.bincount(firm, np.exp(size), FIRMS)
        born = rng.poisson(rules.line_birth * np.bincount(firm, minlength=FIRMS))
        kept = rng.uniform(size=len(firm)) >= rules.line_loss
        new = rng.normal(-0.5 * rules.line_log_sd**2, rules.line_log_sd, born.sum())
        firm = np.concatenate([firm[kept], np.repeat(np.arange(FIRMS), born)])
        size = np.concatenate([size[kept], new])
        size += rules.reversion * (-0.5 * settled - size) + rules.shock * rng.normal(size=len(size))
    return Grown(lines, before, np.bincount(firm, np.exp(size), FIRMS))


def spread(sample: Any) -> float:
    """Distance of the quartiles: the middle of the tent, which a few large lines do not decide."""
    return float(np.quantile(sample, 0.75) - np.quantile(sample, 0.25))


def wide(sample: Any) -> float:
    return float(np.quantile(sample, 0.95) - np.quantile(sample, 0.05))


@pytest.fixture(scope="module")
def rules() -> Any:
    """The shipped rules."""
    return nation().group("mechanisms.demand")


@pytest.fixture(scope="module")
def both(rules: Any) -> tuple[Grown, Grown]:
    runs = [[kind(rules, seed) for seed in range(1, 21)] for kind in (counted, explicit)]
    one, other = (Grown(*(np.concatenate(parts) for parts in zip(*run, strict=True))) for run in runs)
    return one, other


@pytest.mark.parametrize(("low", "high"), GROUPS)
def test_firms_grow_as_those_of_explicit_lines_do(low: int, high: int, both: tuple[Grown, Grown]) -> None:
    ours, theirs = (grown.growth(low, high) for grown in both)
    assert len(ours) > 1000
    tolerance = 0.03 + 0.1 / low  # the last line of a firm is what a sum knows least of
    assert np.median(ours) == pytest.approx(np.median(theirs), abs=tolerance)
    assert np.mean(ours) == pytest.approx(np.mean(theirs), abs=tolerance)
    assert spread(ours) == pytest.approx(spread(theirs), rel=0.15)
    assert wide(ours) == pytest.approx(wide(theirs), rel=0.15)


@pytest.mark.parametrize(("low", "high"), GROUPS)
def test_firms_run_out_of_lines_as_those_of_explicit_lines_do(low: int, high: int, both: tuple[Grown, Grown]) -> None:
    ours, theirs = (grown.ended(low, high) for grown in both)
    assert ours == pytest.approx(theirs, abs=0.01)  # three standard errors of the firms with one line


def test_firms_are_as_large_as_those_of_explicit_lines(both: tuple[Grown, Grown]) -> None:
    ours, theirs = both
    assert ours.lines.mean() == pytest.approx(theirs.lines.mean(), rel=0.03)
    assert ours.before.mean() == pytest.approx(theirs.before.mean(), rel=0.05)
    assert ours.after.mean() == pytest.approx(theirs.after.mean(), rel=0.05)


def test_another_spread_is_told_apart(rules: Any, both: tuple[Grown, Grown]) -> None:
    """The control: explicit lines under shocks a third stronger grow otherwise."""
    stronger = explicit(rules._replace(shock=1.33 * rules.shock), 1)
    for low, high in GROUPS[:3]:
        theirs = spread(both[1].growth(low, high))
        assert spread(stronger.growth(low, high)) != pytest.approx(theirs, rel=0.15)
