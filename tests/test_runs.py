"""Ensembles: the same bytes however they came about, nothing finished lost, nothing damaged trusted."""

from __future__ import annotations

import json
import multiprocessing
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import toy
from command import python, surroundings, wait_for
from pyarrow import parquet
from toy import FIGURE, TABLE, Listener, cut, damage, run, snapshot, with_replicates

import sim
from sim.declare import Source
from sim.formats import number
from sim.kernel.draws import seed_of
from sim.model.catalogue import load
from sim.report.text.run import run_text
from sim.runs import code
from sim.runs.ensemble import Request
from sim.runs.errors import ResultError
from sim.runs.executor import THREADS, Failure, Workers, usable_cores
from sim.runs.options import SILENCE
from sim.runs.replicate import ecosystem
from sim.runs.result import Result, find_result, open_result
from sim.runs.store import JOURNAL, Store
from sim.runs.summary import Row, crps, judge, summarise
from sim.runs.table import Table, from_bytes, gather, to_bytes
from sim.scenario import ReportedFigure, Scenario

# --- seeds


def test_a_replicates_seed_is_a_function_of_seed_and_number_alone() -> None:
    assert seed_of(1, 0) == 3481569265056502629  # pinned: another value would unpair every kept result
    seeds = {seed_of(seed, replicate) for seed in range(30) for replicate in range(30)}
    assert len(seeds) == 900
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_scenarios_share_their_seeds(tmp_path: Path) -> None:
    old = run(toy.scenario(tmp_path, "old"), tmp_path)
    new = run(toy.scenario(tmp_path, "new", population__enterprises=900), tmp_path)
    assert old.manifest["seeds"] == new.manifest["seeds"] == {str(r): seed_of(1, r) for r in range(4)}


# --- the same bytes


def test_workers_and_interrupts_do_not_change_a_byte(scenario: Scenario, tmp_path: Path) -> None:
    wanted = (run(scenario, tmp_path / "one").path / TABLE).read_bytes()
    assert (run(scenario, tmp_path / "two", workers=2).path / TABLE).read_bytes() == wanted
    with pytest.raises(KeyboardInterrupt):
        run(scenario, tmp_path / "stopped", watcher=Listener(stop_after=2))
    listener = Listener()
    assert (run(scenario, tmp_path / "stopped", watcher=listener).path / TABLE).read_bytes() == wanted
    assert listener.done == 2, "what was finished before the interrupt ran again"


def test_growing_gives_the_bytes_of_one_run(scenario: Scenario, tmp_path: Path) -> None:
    wanted = (run(with_replicates(scenario, 7), tmp_path / "once").path / TABLE).read_bytes()
    for replicates in (2, 3, 7):
        result = run(with_replicates(scenario, replicates), tmp_path / "grown")
    assert (result.path / TABLE).read_bytes() == wanted


def test_the_table_names_units_and_nothing_of_time_or_place(scenario: Scenario, tmp_path: Path) -> None:
    result = run(scenario, tmp_path)
    file = parquet.ParquetFile(result.path / TABLE)
    read = file.read()
    assert read.column_names == ["replicate", "month", *toy.OUTCOMES]
    assert [field.metadata[b"unit"].decode() for field in read.schema][2:] == [it.unit for it in toy.OUTCOMES.values()]
    assert set(read.schema.metadata) == {b"scenario", b"digest", b"model", b"seed", b"start"}
    frame = read.to_pandas()
    assert frame[["replicate", "month"]].to_numpy().tolist() == [[r, m] for r in range(4) for m in range(6)]
    expected = toy.grow(scenario, seed_of(1, 2), 6)
    np.testing.assert_array_equal(frame[frame.replicate == 2].iloc[:, 2:].to_numpy(), expected)
    assert result.outcomes.equals(frame)


def test_a_table_that_is_not_sorted_is_refused(scenario: Scenario) -> None:
    table = gather({r: toy.grow(scenario, r, 6) for r in (0, 2)}, toy.OUTCOMES, 6)
    again = from_bytes(to_bytes(table, {}))
    assert again.replicates == (0, 2)
    np.testing.assert_array_equal(again.cells, table.cells)
    turned = Table((2, 0), table.names, table.units, table.cells)
    with pytest.raises(ValueError, match="sorted"):
        from_bytes(to_bytes(turned, {}))
    with pytest.raises(ValueError, match="not a table"):
        from_bytes(b"nothing of the kind")


# --- what is kept


def test_only_what_is_missing_runs(scenario: Scenario, tmp_path: Path, marks: Path) -> None:
    for replicates, ran in ((3, 3), (3, 3), (5, 5), (2, 5)):
        run(with_replicates(scenario, replicates), tmp_path, toy.model(toy.with_marks))
        assert len(list(marks.iterdir())) == ran
    run(scenario, tmp_path, toy.model(toy.with_marks), fresh=True)
    assert len(list(marks.iterdir())) == 5 + 4


def test_a_request_for_fewer_answers_from_the_first_and_changes_nothing(scenario: Scenario, tmp_path: Path) -> None:
    whole = run(with_replicates(scenario, 6), tmp_path)
    before = snapshot(whole.path)
    few = run(with_replicates(scenario, 2), tmp_path)
    assert few.path == whole.path
    assert snapshot(whole.path) == before
    assert few.replicates == (0, 1)
    assert set(few.outcomes.replicate) == {0, 1}
    alone = run(with_replicates(scenario, 2), tmp_path / "alone")
    assert few.rows == alone.rows != whole.rows


def test_another_request_has_another_folder(scenario: Scenario, tmp_path: Path) -> None:
    others = [
        toy.scenario(tmp_path),
        toy.scenario(tmp_path, run__seed=2),
        toy.scenario(tmp_path, run__months=7),
        toy.scenario(tmp_path, market__growth=0.05),
    ]
    folders = {Request(it, "1").folder for it in others} | {Request(scenario, "2").folder}
    assert len(folders) == 5
    assert Request(with_replicates(scenario, 9), "1").folder in folders
    assert all(folder.startswith("toy-") and len(folder) == len("toy-") + 12 for folder in folders)


def test_a_result_tells_what_it_is(scenario: Scenario, tmp_path: Path) -> None:
    result = run(scenario, tmp_path, workers=2)
    names = {file.name for file in result.path.iterdir()}
    assert names == {".lock", "scenario.toml", "manifest.json", TABLE, "summary.csv"}
    text = (result.path / "manifest.json").read_text()
    manifest = json.loads(text)
    assert str(tmp_path) not in text
    assert manifest["packages"]["numpy"] == np.__version__
    assert manifest["python"] == ".".join(map(str, sys.version_info[:3]))
    assert manifest["wall_seconds"] > 0
    assert set(manifest["outputs"]) == {"scenario.toml", TABLE, "summary.csv"}
    opened = open_result(result.path)
    assert opened.scenario == result.scenario
    assert opened.rows == result.rows
    assert (result.path / "summary.csv").read_text().splitlines()[0].startswith("outcome,unit,median,low,high,p25,p75")
    assert list(result.summary.loc["jobs"][["unit", "month"]]) == ["people", "2011-06"]


# --- what goes wrong


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failed_replicate_takes_no_other_with_it(scenario: Scenario, tmp_path: Path, workers: int) -> None:
    asked = with_replicates(scenario, 8)
    bad = {r for r in range(8) if seed_of(1, r) % 3 == 0}
    assert 0 < len(bad) < 8
    result = run(asked, tmp_path, toy.model(toy.fail_on_some), workers)
    assert set(result.replicates) == set(range(8)) - bad
    assert {it["replicate"] for it in result.failures} == bad
    first = result.failures[0]
    assert first["message"] == "ArithmeticError: the books of month 7 do not balance: jobs"
    assert first["seed"] == seed_of(1, first["replicate"])
    assert f"rng={first['seed']}).run_for(6)" in first["command"]
    assert "\n" not in first["command"]
    mended = run(asked, tmp_path)
    assert mended.failures == []
    assert (mended.path / TABLE).read_bytes() == (run(asked, tmp_path / "clean").path / TABLE).read_bytes()


def test_failures_of_every_replicate_are_kept_too(scenario: Scenario, tmp_path: Path) -> None:
    result = run(scenario, tmp_path, toy.model(toy.fail_always))
    assert result.replicates == ()
    assert len(result.failures) == 4
    with pytest.raises(ResultError, match="no replicate is finished"):
        open_result(result.path)


def test_a_worker_that_dies_takes_only_its_own_replicate(scenario: Scenario, tmp_path: Path) -> None:
    bad = {r for r in range(6) if seed_of(1, r) % 4 == 0}
    assert bad
    result = run(with_replicates(scenario, 6), tmp_path, toy.model(toy.die_on_some), workers=2)
    assert set(result.replicates) == set(range(6)) - bad
    assert {it["message"] for it in result.failures} == {"the worker process died at it, twice"}


def test_an_outcome_of_the_wrong_shape_is_a_failure(scenario: Scenario, tmp_path: Path) -> None:
    result = run(scenario, tmp_path, toy.model(toy.too_short))
    assert "shape (5, 6), not (6, 6)" in result.failures[0]["message"]


@pytest.mark.parametrize("harm", [damage, cut, Path.unlink])
@pytest.mark.parametrize("name", [TABLE, "manifest.json", "scenario.toml"])
def test_what_is_damaged_is_named_refused_and_mended(
    scenario: Scenario, tmp_path: Path, harm: Callable[[Path], None], name: str
) -> None:
    result = run(scenario, tmp_path)
    wanted = (result.path / TABLE).read_bytes()
    text = (result.path / "scenario.toml").read_bytes()
    harm(result.path / name)
    if (name, harm) != ("manifest.json", damage):  # a bit within the manifest need not matter to the results
        with pytest.raises(ResultError, match=r"outcomes\.parquet|manifest\.json|scenario\.toml"):
            open_result(result.path)
    listener = Listener()
    run(scenario, tmp_path, watcher=listener)
    assert (result.path / TABLE).read_bytes() == wanted
    assert (result.path / "scenario.toml").read_bytes() == text
    assert open_result(result.path).rows == result.rows
    if name == TABLE and harm is not Path.unlink:
        assert any(TABLE in said and "damaged" in said for said in listener.said)


def test_a_damaged_replicate_is_named_and_run_again(scenario: Scenario, tmp_path: Path) -> None:
    wanted = (run(scenario, tmp_path / "clean").path / TABLE).read_bytes()
    store = Store(tmp_path / Request(scenario, "toy").folder)
    store.path.mkdir()
    journal, request = store.journal((6, len(toy.OUTCOMES)), print), Request(scenario, "toy").digest
    for replicate in range(4):
        journal.add((request, replicate), toy.grow(scenario, seed_of(1, replicate), 6))
    file = store.path / JOURNAL
    damage(file)
    cut(file)
    (store.path / ".scenario.toml.99").write_text("left by a process that was killed")
    listener = Listener()
    result = run(scenario, tmp_path, watcher=listener)
    assert listener.said == [f"{file}: damaged worlds: 2 of 4: not used, run again"]
    assert listener.done == 2
    assert (result.path / TABLE).read_bytes() == wanted
    assert {it.name for it in result.path.glob(".*")} == {".lock"}


def test_a_stop_between_manifest_and_table_loses_nothing(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(scenario, tmp_path)
    grown, write = with_replicates(scenario, 6), Store.write

    def stop(store: Store, name: str, data: bytes) -> str:
        if name == TABLE:
            raise KeyboardInterrupt
        return write(store, name, data)

    with monkeypatch.context() as patch:
        patch.setattr(Store, "write", stop)  # no signal comes so exactly
        with pytest.raises(KeyboardInterrupt):
            run(grown, tmp_path)
    with pytest.raises(ResultError, match="half-written"):
        open_result(tmp_path / Request(scenario, "toy").folder)
    listener = Listener()
    result = run(grown, tmp_path, watcher=listener)
    assert listener.done == 0
    assert (result.path / TABLE).read_bytes() == (run(grown, tmp_path / "clean").path / TABLE).read_bytes()


def test_a_changed_figure_changes_the_summary_and_no_outcome(tmp_path: Path) -> None:
    old = run(toy.scenario(tmp_path, text=FIGURE.format("jobs", 200_000, "2011-06", "about")), tmp_path)
    table = (old.path / TABLE).read_bytes()
    new = run(toy.scenario(tmp_path, text=FIGURE.format("jobs", 100, "2011-06", "about")), tmp_path)
    assert new.path == old.path
    assert (new.path / TABLE).read_bytes() == table
    assert "100.0,about,False" in (new.path / "summary.csv").read_text()


# --- several at once


def test_two_runs_of_one_request_do_the_work_once(scenario: Scenario, tmp_path: Path, marks: Path) -> None:
    results: list[Result] = []
    threads = [
        threading.Thread(target=lambda: results.append(run(scenario, tmp_path, toy.model(toy.with_marks))))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 3
    assert len(list(marks.iterdir())) == 4


def test_a_run_waits_for_another_and_says_so(scenario: Scenario, tmp_path: Path) -> None:
    listener = Listener()
    waiting = threading.Thread(target=run, args=(scenario, tmp_path), kwargs={"watcher": listener})
    with Store(tmp_path / Request(scenario, "toy").folder).locked(print):
        waiting.start()
        wait_for(lambda: listener.said)
        assert listener.done == 0
    waiting.join()
    assert "waiting" in listener.said[0]
    assert listener.done == 4


_DRIVER = """
import sys
from pathlib import Path
import toy
if __name__ == "__main__":
    scenario = toy.with_replicates(toy.scenario(Path(sys.argv[1])), 60)
    print("ready", flush=True)
    try:
        toy.run(scenario, Path(sys.argv[1]), toy.model(toy.slowly), workers=2)
    except KeyboardInterrupt:
        sys.exit(130)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_run_keeps_what_is_finished_and_leaves_no_process(tmp_path: Path, how: signal.Signals) -> None:
    driver = tmp_path / "driver.py"
    driver.write_text(_DRIVER)
    process = subprocess.Popen(
        [sys.executable, driver, tmp_path], start_new_session=True, stderr=subprocess.PIPE, env=surroundings()
    )
    wait_for(lambda: toy.finished(tmp_path) >= 3)
    if how == signal.SIGINT:
        os.killpg(process.pid, how)  # as a terminal does: to all of them
    else:
        process.send_signal(how)
    _, complaints = process.communicate(timeout=20)
    assert process.returncode == (130 if how == signal.SIGINT else -9)
    assert how == signal.SIGKILL or b"Traceback" not in complaints
    assert not _alive(process.pid, 10.0)
    finished = toy.finished(tmp_path)
    assert 3 <= finished < 60
    listener = Listener()
    run(with_replicates(toy.scenario(tmp_path), 60), tmp_path, watcher=listener)
    assert listener.done == 60 - finished


def _alive(group: int, seconds: float) -> bool:
    """Whether processes of a group live on after so long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.05)
    return True


# --- workers


def test_one_worker_is_this_process_and_more_are_others() -> None:
    with Workers(1) as here:
        assert [value for _, value in here.run(toy.who, [(), ()])] == [os.getpid()] * 2
    with Workers(2) as there:
        pids = {value for _, value in there.run(toy.who, [()] * 4)}
        assert there.running
    assert os.getpid() not in pids
    assert not there.running


def test_workers_are_single_threaded_deaf_to_interrupts_and_leave_the_start_method_alone() -> None:
    before = {name: os.environ.get(name) for name in THREADS}
    with Workers(2) as there:
        for _, (threads, handler) in there.run(toy.surroundings, [(THREADS,)] * 2):
            assert threads == ["1"] * len(THREADS)
            assert handler == signal.SIG_IGN
    assert {name: os.environ.get(name) for name in THREADS} == before
    assert multiprocessing.get_start_method(allow_none=True) in (None, "fork", "spawn")


def test_a_script_needs_no_guard(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from pathlib import Path\nimport toy\nprint('once')\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "print(toy.run(toy.scenario(folder), folder, workers=2).replicates)\n"
    )
    assert python(script).stdout == "once\n(0, 1, 2, 3)\n"


def test_tasks_keep_their_numbers() -> None:
    with Workers(2) as there:
        values = dict(there.run(pow, [(n, 2) for n in range(20)]))
    assert values == {n: n * n for n in range(20)}
    with Workers(1) as here:
        assert list(here.run(divmod, [(1, 0), (7, 2)]))[1] == (1, (3, 1))
        assert next(iter(here.run(divmod, [(1, 0)])))[1] == Failure(
            "ZeroDivisionError: integer division or modulo by zero"
        )


def test_the_number_of_workers() -> None:
    assert Workers().count == usable_cores() >= 1
    with pytest.raises(ValueError, match="at least 1"):
        Workers(0)


def test_a_cold_model_is_compiled_before_workers_start(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled: list[int] = []

    def compile_model(say: Callable[[int, int], None]) -> None:
        compiled.append(1)
        for done in range(70, 81):
            say(done, 80)

    monkeypatch.setattr(code, "compile_model", compile_model)  # the real one takes minutes
    listener = Listener()
    cold = replace(toy.model(toy.pid_as_jobs), is_compiled=lambda: False)
    result = run(scenario, tmp_path, cold, 2, watcher=listener)
    assert compiled == [1]
    assert listener.said == ["compiling the model, once for this version: 10 of 80 loops left"]
    assert os.getpid() not in result.table.of("jobs")[:, 0]
    listener = Listener()
    run(scenario, tmp_path, cold, watcher=listener)
    assert not listener.said, "nothing ran, so nothing needed compiling"
    assert compiled == [1]


def test_compiling_that_takes_long_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([100.0, 110.0, 100.5 + SILENCE, 115.0 + SILENCE, 900.0])
    monkeypatch.setattr("sim.runs.options.time.monotonic", lambda: next(clock))
    listener = Listener()
    for done in (0, 1, 2, 3, 4):
        listener.compiling(done, 4)
    assert [it.partition(": ")[2] for it in listener.said] == ["4 of 4 loops left", "2 of 4 loops left"]


# --- the summary


@pytest.mark.parametrize(
    ("low", "high", "unit", "bound", "met", "reason"),
    [
        (80, 120, "people", "about", True, "covered"),
        (100, 100, "people", "about", True, "covered"),
        (101, 120, "people", "about", False, "the interval begins at 101, above it"),
        (80, 99, "people", "about", False, "the interval ends at 99, below it"),
        (40, 121, "people", "about", False, "too wide: its ends are as 3.02 to 1, more than 3"),
        (40, 120, "people", "about", True, "covered"),
        (-1, 120, "people", "about", False, "too wide: the interval reaches zero"),
        (101, 120, "people", "at least", True, "above"),
        (80, 99, "people", "at least", False, "the interval ends at 99, below it"),
        (101, 400, "people", "at least", False, "too wide: its ends are as 3.96 to 1, more than 3"),
        (80, 99, "people", "at most", True, "below"),
        (101, 120, "people", "at most", False, "the interval begins at 101, above it"),
        (0, 0, "people", "at most", True, "below"),
        (0, 1, "people", "at most", False, "too wide: the interval reaches zero"),
        (-120, -80, "people", "at most", True, "below"),
        (-320, -80, "people", "at most", False, "too wide: its ends are as 4 to 1, more than 3"),
        (99.96, 100.05, "share", "about", True, "covered"),
        (99.9, 100.05, "share of assets", "about", False, "too wide: 0.15, more than 0.1"),
    ],
)
def test_what_met_means(low: float, high: float, unit: str, bound: str, met: bool, reason: str) -> None:
    assert judge(low, high, 20, unit, 100.0, bound) == (met, reason)
    assert judge(low, high, 1, unit, 100.0, bound) == (None, "one replicate has no interval")


def test_crps_of_known_ensembles() -> None:
    assert crps(np.array([3.0]), 5.0) == 2.0
    assert crps(np.array([1.0, 3.0]), 2.0) == pytest.approx(0.5)
    drawn = np.random.default_rng(1).normal(size=2000)
    spread = np.abs(drawn[:, None] - drawn[None, :]).mean()
    assert crps(drawn, 0.3) == pytest.approx(np.abs(drawn - 0.3).mean() - spread / 2)
    # A standard normal against 0: (sqrt(2) - 1) / sqrt(pi); a shifted one is worse.
    assert crps(drawn, 0.0) == pytest.approx((2**0.5 - 1) / np.pi**0.5, rel=0.03)
    assert crps(drawn + 1, 0.0) > 2 * crps(drawn, 0.0)


def test_a_summary_of_known_numbers(scenario: Scenario) -> None:
    cells = np.full((101, 6, 2), np.nan)
    cells[:, 3, 0] = np.arange(101)
    cells[:, 5, 0] = 7.0
    table = Table(tuple(range(101)), ("a", "b"), ("people", ""), cells)

    def summary(value: float, month: str) -> tuple[Row, ...]:
        figure = ReportedFigure("a", value, month, "about", Source("article", "an article"))
        return summarise(table, replace(scenario, reported_figures={"a": figure}))

    a, b = summary(50.0, "2011-04")
    assert (a.low, a.p25, a.median, a.p75, a.high, a.mean, a.month) == (5, 25, 50, 75, 95, 50, "2011-04")
    assert (a.met, a.article) == (False, 50.0)
    assert "too wide" in a.reason
    assert (b.median, b.low, b.month, b.replicates, b.met) == (None, None, "2011-06", 0, None)
    early, _ = summary(7.0, "2012-01")
    assert (early.median, early.month, early.met) == (7.0, "2011-06", None)
    assert early.reason == "the run does not reach 2012-01"
    late = ReportedFigure("a", 7.0, "2012-01", "about", Source("article", "an article"))
    told = {"name": "toy", "seed": 1, "months": 6}
    text = run_text(Result(Path(), replace(scenario, reported_figures={"a": late}), told, table), ["a"])
    assert "about 7: the run does not reach 2012-01" in " ".join(text.split()), "no other month is said of the figure"
    assert early.crps is None


@pytest.mark.parametrize(
    ("x", "text"),
    [(0.0, "0"), (12345.6, "12,346"), (999.97, "1,000"), (630.0, "630"), (123.45, "123.5"), (12.345, "12.3"),
     (0.44712, "0.447"), (-0.00123, "-0.00123"), (None, "-"), (float("nan"), "-")],
)  # fmt: skip
def test_numbers_read_well(x: float | None, text: str) -> None:
    assert number(x) == text


# --- finding results


def test_a_name_is_its_newest_result(tmp_path: Path) -> None:
    old = run(toy.scenario(tmp_path), tmp_path)
    new = run(toy.scenario(tmp_path, run__seed=2), tmp_path)
    run(toy.scenario(tmp_path, "toy-idle"), tmp_path)
    os.utime(old.path / "manifest.json", (1, 1))
    assert find_result("toy", tmp_path).path == new.path
    os.utime(new.path / "manifest.json", (0, 0))
    assert find_result("toy", tmp_path).path == old.path
    assert find_result(old.path, tmp_path / "elsewhere").path == old.path
    with pytest.raises(ResultError, match="is toy-idle meant"):
        find_result("toy-idel", tmp_path)
    with pytest.raises(ResultError, match="no result"):
        find_result(tmp_path / "nowhere", tmp_path)


# --- the model itself


def test_the_model_gives_the_same_bytes_here_and_in_workers(tmp_path: Path) -> None:
    scenario = load("shougang", {"population.enterprises": 150, "run.months": 13, "run.replicates": 3})
    here = sim.run(scenario, workers=1, out=tmp_path / "here", watcher=toy.Listener())
    there = sim.run(scenario, workers=2, out=tmp_path / "there", figures=False, watcher=toy.Listener())
    assert here.failures == []
    assert (here.path / TABLE).read_bytes() == (there.path / TABLE).read_bytes()
    assert here.path.name == there.path.name
    assert {path.suffix for path in here.figures} == {".png", ".svg"}
    assert there.figures == []


def test_the_command_of_a_failure_repeats_the_replicate(tmp_path: Path) -> None:
    scenario = load("shougang", {"population.enterprises": 150, "run.months": 3, "run.replicates": 1})
    result = run(scenario, tmp_path, replace(ecosystem(), run=toy.fail_always))
    command = shlex.split(result.failures[0]["command"])
    assert command[:2] == ["python", "-c"]
    code = command[2].replace("sim.Eco", "model = sim.Eco").replace(").run_for", "); model.run_for")
    code += "; print(model.seed, model.month, model.settings.name)"
    found = python("-c", code, cwd=result.path)
    assert found.stdout.split() == [str(seed_of(1, 0)), "3", "scenario"]


MESSAGES = """
from sim.runs.executor import Workers
from toy import long_message

for _ in range(20):
    try:
        with Workers(2) as workers:
            for _ in workers.run(long_message, [(number,) for number in range(8)]):
                raise RuntimeError
    except RuntimeError:
        print("one is here, others were on their way")
"""


def test_an_end_in_the_middle_of_long_messages_does_not_wait_for_them() -> None:
    done = python("-c", MESSAGES)
    assert done.stdout.count("one is here") == 20, done.stderr
