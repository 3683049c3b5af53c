"""A toy in the model's place: outcomes of known distribution from a real scenario, in no time."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import api
from sim.declare import Outcome
from sim.kernel.draws import seed_of
from sim.model.catalogue import load
from sim.runs.batch import run_batch
from sim.runs.executor import Workers
from sim.runs.options import RunOptions, Watcher
from sim.runs.replicate import Cells, Model
from sim.runs.result import Result
from sim.runs.store import JOURNAL
from sim.scenario import Scenario

if TYPE_CHECKING:
    import pytest

SCENARIO = """title = "A toy"
[run]
start = "2011-01"
months = 6
replicates = 5
[market]
growth = 0.03
"""
FIGURE = '[figures.{}]\nvalue = {}\nmonth = "{}"\nbound = "{}"\nsource = "article"\ntext = "the article"\n'
# Targets of the toy, which has 8 + 100 x growth startups a month, and 100 x size jobs.
TARGETS = """title = "A toy's targets"
[calibration]
budget = 48
replicates = 3
seed = 5
[keys."market.growth"]
low = 0.0
high = 0.1
[keys."population.enterprises"]
low = 50
high = 500
scale = "log"
[targets.startups]
outcome = "startups"
months = "2011-06"
value = 72.0
tolerance = 3.0
[targets.jobs]
outcome = "jobs"
months = ["2011-02", "2011-06"]
value = 20000.0
tolerance = 500.0
group = "size"
"""
TABLE = "outcomes.parquet"
OUTCOMES = {
    it.name: it
    for it in (
        Outcome("startups", "enterprises", "startups founded so far", better=1, headline=True),
        Outcome("jobs", "people", "people employed", better=1, headline=True),
        Outcome("site_enterprises", "enterprises", "ever admitted", better=1),
        Outcome("big_asset_share", "share", "assets of the big", headline=True),
        Outcome("fiscal_cost", "million yuan", "what it costs", better=-1),
        Outcome("project_duration", "months", "no value in some months"),
    )
}


def grow(scenario: Scenario, seed: int, months: int) -> Cells:
    """Random walks: ``population.enterprises`` moves the level of jobs, ``market.growth`` the growth of startups."""
    rng = np.random.default_rng(seed)
    size, growth = float(scenario.values["population.enterprises"]), float(scenario.values["market.growth"])
    noise = rng.normal(size=(months, 4))
    startups = np.cumsum(np.maximum(0.0, 8.0 + 100 * growth + 2.0 * noise[:, 0]))
    jobs = 100.0 * size + 20.0 * np.cumsum(noise[:, 1])
    site = 10.0 * np.arange(1, months + 1) + np.cumsum(noise[:, 2])
    share = 0.447 + 0.01 * noise[:, 3]
    duration = np.where(np.arange(months) < 2, np.nan, 12.0 + rng.normal(size=months))
    return np.column_stack((startups, jobs, site, share, 0.1 * size + 0.01 * startups, duration))


HANGING = np.array([0.4, -0.5, 0.6, -0.3, 0.5, -0.4, 0.3, -0.2, 0.5, 0.3, 0.2, 0.9]) + 0.13  # clear of 0 by the last


def hang_on_one(scenario: Scenario, seed: int, months: int) -> Cells:
    """``market.growth`` above that of the toy moves jobs by ``HANGING`` on the first twelve seeds, startups on all."""
    cells = grow(scenario, seed, months)
    number = [seed_of(1, replicate) for replicate in range(len(HANGING))].index(seed)
    if float(scenario.values["market.growth"]) > 0.03:  # type: ignore[arg-type]
        cells[:, 1] += HANGING[number]
    return cells


def fail_on_some(scenario: Scenario, seed: int, months: int) -> Cells:
    if seed % 3 == 0:
        raise ArithmeticError("the books of month 7 do not balance:\n jobs")
    return grow(scenario, seed, months)


def die_on_some(scenario: Scenario, seed: int, months: int) -> Cells:
    if seed % 4 == 0:
        os._exit(9)
    return grow(scenario, seed, months)


def slowly(scenario: Scenario, seed: int, months: int) -> Cells:
    time.sleep(0.15)
    return grow(scenario, seed, months)


def busily(scenario: Scenario, seed: int, months: int) -> Cells:
    """As slow as ``slowly``, in time of the processor."""
    until = time.process_time() + 0.15
    while time.process_time() < until:
        pass
    return grow(scenario, seed, months)


def interrupt(*_: Any) -> Cells:
    raise KeyboardInterrupt


def with_marks(scenario: Scenario, seed: int, months: int) -> Cells:
    """Leaves a file for every replicate that is run, in the folder that the environment names."""
    Path(os.environ["TOY_MARKS"], f"{seed}-{time.time_ns()}").touch()
    return grow(scenario, seed, months)


class Listener(Watcher):
    """Keeps its messages, counts replicates, and interrupts the run after ``stop_after`` of them."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.said: list[str] = []
        self.done, self._stop_after = 0, stop_after

    def say(self, text: str) -> None:
        self.said.append(text)

    def advance(self) -> None:
        self.done += 1
        if self.done == self._stop_after:
            raise KeyboardInterrupt


def model(run: Any = grow) -> Model:
    return Model(run, OUTCOMES, "toy")


def use(monkeypatch: pytest.MonkeyPatch, run: Any = grow, version: str = "toy") -> None:
    """Python and the command run the toy model from now on. It needs no compilation."""
    monkeypatch.setattr(api, "ecosystem", lambda *_: Model(run, OUTCOMES, version))


def options(out: Path, workers: Workers, how: dict[str, Any]) -> RunOptions:
    """The options of a run, taken out of ``how``."""
    names = {field.name for field in fields(RunOptions)} & how.keys()
    return RunOptions(out, workers, **{"watcher": Listener()} | {name: how.pop(name) for name in names})


def finished(folder: Path) -> int:
    """Worlds of 6 months in the journals of a folder's results, also while a process writes to them."""
    return sum(file.stat().st_size // (16 + 8 * 6 * len(OUTCOMES)) for file in folder.glob(f"*/{JOURNAL}"))


def run(scenario: Scenario, out: Path, of: Model | None = None, workers: int = 1, **how: Any) -> Result:
    with Workers(workers) as pool:
        return run_batch([scenario], of or model(), options(out, pool, how))[0]


def with_replicates(scenario: Scenario, replicates: int) -> Scenario:
    return replace(scenario, values={**scenario.values, "run.replicates": replicates})


def scenario(folder: Path, name: str = "toy", text: str = "", **overrides: Any) -> Scenario:
    """A scenario of 4 replicates over 6 months, from a file in ``folder``."""
    file = folder / f"{name}.toml"
    file.write_text(f'title = "A toy"\n[run]\nstart = "2011-01"\n{text}')
    defaults = {"run.replicates": 4, "run.months": 6, "market.growth": 0.03}
    return load(file, defaults | {key.replace("__", "."): value for key, value in overrides.items()})


def fail_always(scenario: Scenario, seed: int, months: int) -> Cells:
    raise RuntimeError(f"nothing works for {seed} in {months} months of {scenario.name}")


def too_short(scenario: Scenario, seed: int, months: int) -> Cells:
    return grow(scenario, seed, months - 1)


def pid_as_jobs(scenario: Scenario, seed: int, months: int) -> Cells:
    cells = grow(scenario, seed, months)
    cells[:, 1] = os.getpid()
    return cells


def who() -> int:
    time.sleep(0.02)
    return os.getpid()


def surroundings(names: tuple[str, ...]) -> tuple[list[str | None], Any]:
    return [os.environ.get(name) for name in names], signal.getsignal(signal.SIGINT)


def environment(names: tuple[str, ...]) -> list[str | None]:
    return [os.environ.get(name) for name in names]


def slowly_with_marks(scenario: Scenario, seed: int, months: int) -> Cells:
    """Leaves a file with seed and process, then takes a while."""
    Path(os.environ["TOY_MARKS"], f"{seed}-{os.getpid()}").touch()
    time.sleep(0.5)
    return grow(scenario, seed, months)


def mark_and_wait(seconds: float) -> int:
    """Leaves a file for every call; the process."""
    Path(os.environ["TOY_MARKS"], f"{os.getpid()}-{time.time_ns()}").touch()
    time.sleep(seconds)
    return os.getpid()


def after(value: Any, seconds: float) -> Any:
    time.sleep(seconds)
    return value


def long_message(number: int) -> bytes:
    """A value longer than a pipe holds."""
    return bytes([number]) * 20_000_000


def slowly_a_bit(scenario: Scenario, seed: int, months: int) -> Cells:
    time.sleep(0.02)
    return grow(scenario, seed, months)


# --- stored results


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def damage(file: Path) -> None:
    """Change one bit in the middle."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(bytes(data))


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-20])
