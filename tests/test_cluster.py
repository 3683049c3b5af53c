"""A cluster of real processes: the same bytes as here, whatever is killed, and no task to a worker of another model."""

from __future__ import annotations

import json
import math
import os
import pickle
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any

import command
import pytest
import toy
from command import ROOT, TESTS, python, surroundings, wait_for
from needs import needs
from toy import TABLE, Listener, with_replicates

import sim
from sim import api
from sim.kernel.draws import seed_of
from sim.runs import cluster as clusters
from sim.runs.batch import run_batch
from sim.runs.cluster import Cluster, Refused, model_here, pack, perform, unpack
from sim.runs.errors import ClusterError, WrongAddress
from sim.runs.executor import THREADS, Failure, Workers
from sim.runs.groups import MOST, TaskGroups
from sim.runs.options import RunOptions
from sim.runs.replicate import Model, ecosystem
from sim.runs.result import Result
from sim.scenario import Scenario

needs("distributed")
psutil = pytest.importorskip("psutil")  # comes with distributed

SUMMARY = "summary.csv"


class Machines:
    """A scheduler and workers, started as somebody with a cluster starts them: each a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes = ExitStack()
        self.workers: list[subprocess.Popen[bytes]] = []
        about = folder / "scheduler.json"
        self.scheduler = self._start(
            "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
            "--scheduler-file", str(about), path=(ROOT,),
        )  # fmt: skip
        try:
            wait_for(lambda: _address(about))  # a file is there before what is written into it
        except AssertionError:
            self.close()
            raise
        self.address = _address(about)

    def add_worker(self, *path: Path, nanny: bool = True, **environment: str) -> subprocess.Popen[bytes]:
        """A worker that finds its modules in ``path``: those of this checkout where nothing is said."""
        number = len(self.workers)
        worker = self._start(
            "distributed.cli.dask_worker", self.address, "--nthreads", "1", "--no-dashboard", "--death-timeout", "60",
            "--name", f"worker-{number}", "--local-directory", str(self._folder / f"space-{number}"),
            "--nanny" if nanny else "--no-nanny", path=path or (TESTS, ROOT), **environment,
        )  # fmt: skip
        self.workers.append(worker)
        return worker

    def _start(self, module: str, *arguments: str, path: tuple[Path, ...], **environment: str) -> Any:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments], cwd=self._folder, env=surroundings(*path, **environment),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        self._processes.callback(end, process)
        return process

    def close(self) -> None:
        self._processes.close()


def _address(about: Path) -> str:
    """What a scheduler's file gives as its address; nothing while it is not written."""
    with suppress(OSError, ValueError):
        return str(json.loads(about.read_text())["address"])
    return ""


def end(process: subprocess.Popen[bytes]) -> None:
    """The process and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    folder = tmp_path / "machines"
    folder.mkdir()
    found = Machines(folder)
    yield found
    found.close()


@pytest.fixture(scope="module")
def local() -> Iterator[Cluster]:
    """A cluster that is started once, for tests that harm no more than a worker."""
    with Cluster("local", 2) as found:
        # Tasks are taken from the first worker on: short ones may be done before the second is there.
        wait_for(lambda: list(found.run(toy.after, [(0, 0.0)])) == [(0, 0)] and found.count == 2)
        yield found


def run(
    scenario: Scenario, out: Path, workers: Workers, model: Model | None = None, listener: Listener | None = None
) -> Result:
    return run_batch([scenario], model or toy.model(), RunOptions(out, workers, listener or Listener()))[0]


def outputs(result: Result) -> dict[str, bytes]:
    return {name: (result.path / name).read_bytes() for name in (TABLE, SUMMARY)}


@pytest.fixture
def here(scenario: Scenario, tmp_path: Path) -> dict[str, bytes]:
    """What eight replicates give in this process."""
    with Workers(1) as one:
        return outputs(run(with_replicates(scenario, 8), tmp_path / "here", one))


# --- the same as here


def test_the_model_gives_the_same_bytes_on_a_cluster(machines: Machines, tmp_path: Path) -> None:
    machines.add_worker()
    machines.add_worker()
    scenario = sim.load("shougang", {"population.enterprises": 150, "run.months": 3, "run.replicates": 3})
    with Workers(1) as one, Cluster(machines.address, say=lambda _: None) as there:
        wanted = run(scenario, tmp_path / "here", one, ecosystem())
        found = run(scenario, tmp_path / "there", there, ecosystem())
    assert found.failures == []
    assert outputs(found) == outputs(wanted)
    assert found.path.name == wanted.path.name
    assert (there.count, found.manifest["workers"]) == (2, 2)


def test_a_cluster_started_here_gives_the_same_bytes_and_failures(
    scenario: Scenario, tmp_path: Path, here: dict[str, bytes], local: Cluster
) -> None:
    asked = with_replicates(scenario, 8)
    result = run(asked, tmp_path / "there", local)
    assert outputs(result) == here
    assert result.manifest["workers"] == 2
    with Workers(1) as one:
        wanted = run(asked, tmp_path / "fails-here", one, toy.model(toy.fail_on_some))
    found = run(asked, tmp_path / "fails-there", local, toy.model(toy.fail_on_some))
    assert 0 < len(found.failures) < 8
    assert found.failures == wanted.failures
    assert outputs(found) == outputs(wanted)


def test_scenarios_that_begin_alike_share_their_months_before_the_first_on_a_cluster(
    machines: Machines, tmp_path: Path
) -> None:
    machines.add_worker()
    settings = {"population.enterprises": 150, "run.spin_up": 6, "run.months": 3, "run.replicates": 2}
    pair = [sim.load("shougang", {**settings, "levers.tax_relief": it}) for it in (0.0, 0.5)]
    with Workers(1) as one, Cluster(machines.address, say=lambda _: None) as there:
        wanted = run_batch(pair, ecosystem(), RunOptions(tmp_path / "here", one, Listener(), fresh=True))
        for fresh, kept in ((True, 0), (False, 2)):  # a world for each seed, from which both scenarios go on
            found = run_batch(pair, ecosystem(), RunOptions(tmp_path / str(fresh), there, Listener(), fresh=fresh))
            assert [outputs(it) for it in found] == [outputs(it) for it in wanted]
            assert len(list(tmp_path.rglob("*.world"))) == kept
        run_batch(pair[:1], ecosystem(), RunOptions(tmp_path / "alone", there, Listener()))
    (folder,) = {it.parent for it in tmp_path.rglob("*.world")}
    assert folder.is_relative_to(tmp_path / "machines"), "where the worker runs, not among the results"


def test_long_tasks_are_taken_as_workers_come_free_and_keep_their_numbers(local: Cluster) -> None:
    taken = 0

    def tasks() -> Iterator[tuple[int, float]]:
        nonlocal taken
        for number in range(30):
            taken += 1
            yield number, 0.05

    values = {}
    for done, (index, value) in enumerate(local.run(toy.after, tasks())):
        assert taken - done <= 2 * 2 + 1
        values[index] = value
    assert values == {number: number for number in range(30)}
    assert list(local.run(pow, [])) == []


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The numbers of the tasks of each group, in the order in which groups are made and sent."""
    found: list[list[int]] = []
    cut = TaskGroups.cut

    def cutting(self: TaskGroups, workers: int) -> Any:
        group = cut(self, workers)
        found.append([number for number, _ in group])
        return group

    monkeypatch.setattr(TaskGroups, "cut", cutting)  # workers see single tasks only
    return found


def test_short_tasks_go_as_groups_and_each_has_its_own_value_or_failure(local: Cluster, sent: list[list[int]]) -> None:
    taken = 0

    def tasks() -> Iterator[tuple[int, int]]:
        nonlocal taken
        for number in range(600):
            taken += 1
            yield number, number % 50

    values = {}
    for done, (index, value) in enumerate(local.run(divmod, tasks())):
        assert taken - done <= 2 * 2 * 2 * MOST
        values[index] = value
    failed = Failure("ZeroDivisionError: integer division or modulo by zero")
    assert values == {it: divmod(it, it % 50) if it % 50 else failed for it in range(600)}
    assert [number for group in sent for number in group] == list(range(600))
    assert len(sent) < 300
    assert len(sent[0]) == len(sent[-1]) == 1


def test_groups_give_the_same_bytes_and_failures(scenario: Scenario, tmp_path: Path, sent: list[list[int]]) -> None:
    asked = with_replicates(scenario, 150)
    model = toy.model(toy.fail_on_some)
    with Workers(1) as one, Cluster("local", 2) as there:
        wanted = run(asked, tmp_path / "here", one, model)
        found = run(asked, tmp_path / "there", there, model)
    failing = {it["replicate"] for it in found.failures}
    assert any(0 < len(failing & set(group)) < len(group) for group in sent), "none failed beside others"
    assert found.failures == wanted.failures
    assert outputs(found) == outputs(wanted)


def test_workers_are_processes_of_one_thread(local: Cluster) -> None:
    pids = {value for _, value in local.run(toy.who, [()] * 40)}
    assert len(pids) == 2
    assert os.getpid() not in pids
    for _, values in local.run(toy.environment, [(THREADS,)] * 4):
        assert values == ["1"] * len(THREADS)
    assert not set(THREADS) & set(os.environ), "threads of this process were set"


def test_a_value_that_cannot_be_sent_is_a_failure(local: Cluster) -> None:
    ((_, value),) = local.run(threading.Lock, [()])
    assert isinstance(value, Failure)
    assert "pickle" in value.message


def test_a_thousand_small_ensembles_in_hand_find_files_enough() -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, limits[1]))
        with Cluster("local", 1) as workers, ExitStack() as files:
            assert dict(workers.run(pow, [(2, 3)])) == {0: 8}
            for _ in range(1_000):
                files.enter_context(Path(os.devnull).open())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_a_script_needs_no_guard(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import toy\nfrom sim.runs.cluster import Cluster\nprint('once', flush=True)\n"
        "with Cluster('local', 1) as workers:\n    print(dict(workers.run(pow, [(3, 2), (4, 2)])))\n"
    )
    found = python(script)
    assert (found.stdout, found.stderr) == ("once\n{0: 9, 1: 16}\n", "")


# --- workers that die


def test_a_worker_killed_in_the_middle_of_its_task_costs_no_replicate(
    scenario: Scenario, tmp_path: Path, here: dict[str, bytes], machines: Machines, marks: Path
) -> None:
    machines.add_worker()
    machines.add_worker()
    killed: list[str] = []

    def kill() -> None:
        wait_for(lambda: any(marks.iterdir()))
        seed, pid = next(marks.iterdir()).name.split("-")
        os.kill(int(pid), signal.SIGKILL)
        killed.append(seed)

    killing = threading.Thread(target=kill)
    killing.start()
    with Cluster(machines.address) as workers:
        result = run(with_replicates(scenario, 8), tmp_path / "there", workers, toy.model(toy.slowly_with_marks))
    killing.join()
    assert result.failures == []
    assert outputs(result) == here
    (seed,) = killed
    assert len(list(marks.glob(f"{seed}-*"))) == 2, "the task was not in the middle, or not tried again"


def test_a_replicate_at_which_workers_die_again_and_again_fails_alone(
    scenario: Scenario, tmp_path: Path, local: Cluster
) -> None:
    asked = with_replicates(scenario, 4)
    bad = {replicate for replicate in range(4) if seed_of(1, replicate) % 4 == 0}
    assert 0 < len(bad) < 4
    result = run(asked, tmp_path, local, toy.model(toy.die_on_some))
    assert set(result.replicates) == set(range(4)) - bad
    assert {it["replicate"]: it["message"] for it in result.failures} == dict.fromkeys(
        bad, "the worker process died at it, 4 times"
    )
    with Workers(1) as one:
        mended = run(asked, tmp_path, one)
        assert mended.failures == []
        assert outputs(mended) == outputs(run(asked, tmp_path / "clean", one))


def test_the_one_at_which_workers_die_is_found_in_its_group(
    scenario: Scenario, local: Cluster, sent: list[list[int]]
) -> None:
    seeds = [4 * number + (number != 60) for number in range(100)]  # workers die at those that 4 divides
    values = dict(local.run(toy.die_on_some, [(scenario, seed, 6) for seed in seeds]))
    assert min(len(group) for group in sent if 60 in group) == 1 < max(len(group) for group in sent if 60 in group)
    assert values.pop(60) == Failure("the worker process died at it, 4 times")
    assert values.keys() == set(range(100)) - {60}
    for number, value in values.items():
        assert value.tobytes() == toy.grow(scenario, seeds[number], 6).tobytes()


# --- the command


call = partial(command.call, "run", "toy")


def test_the_command_says_how_a_failed_replicate_is_repeated(toy_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy.use(monkeypatch, toy.die_on_some)
    found = call("--replicates", "4", "--months", "6", "--cluster", "local", "--workers", "2", code=3)
    (manifest,) = toy_folder.glob("results/toy-*/manifest.json")
    failures = json.loads(manifest.read_text())["failures"]
    assert failures
    for failure in failures:
        assert "died at it" in failure["message"]
        assert f"rng={failure['seed']}).run_for(6)" in failure["command"]
        assert "\n" not in failure["command"]
        assert f"&& {failure['command']}" in found.stderr


@pytest.mark.usefixtures("toy_folder")
def test_wrong_usage_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "nonsense is no address, allowed: local, or such as tcp://" in call("--cluster", "nonsense", code=2).stderr
    assert "has its own" in call("--cluster", "tcp://127.0.0.1:1", "--workers", "3", code=2).stderr
    for asked in (["what-if", "toy", "--set", "market.growth=0.1"], ["explain", "toy", "boom", "--outcome", "jobs"]):
        assert "nonsense is no address" in command.call(*asked, "--cluster", "nonsense", code=2).stderr
    monkeypatch.setattr(clusters, "PATIENCE", 0.5)  # seconds, of 15
    assert "no dask scheduler answers at tcp://127.0.0.1:1" in call("--cluster", "tcp://127.0.0.1:1", code=1).stderr
    with pytest.raises(WrongAddress, match="no address"):
        api.make_workers(cluster="tcp://somewhere")


def test_a_scheduler_that_goes_away_costs_nothing_finished(
    toy_folder: Path, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy.use(monkeypatch, toy.slowly)
    machines.add_worker()

    def kept() -> int:
        return toy.finished(toy_folder / "results")

    def kill() -> None:
        wait_for(lambda: kept() >= 3)
        end(machines.scheduler)

    killing = threading.Thread(target=kill)
    killing.start()
    began = time.monotonic()
    found = call("--replicates", "60", "--months", "6", "--cluster", machines.address, code=1)
    killing.join()
    assert time.monotonic() - began < 60
    (said,) = [line for line in found.stderr.splitlines() if "went away" in line]
    assert machines.address in said
    assert "the same command goes on" in said
    finished = kept()
    assert 3 <= finished < 60
    again = call("--replicates", "60", "--months", "6", "--workers", "1", "--json")
    assert f"running {60 - finished} of 60 replicates" in again.stderr
    assert json.loads(again.stdout)["replicates"] == 60


_DRIVER = """
import sys
from pathlib import Path
import toy
from sim.runs.batch import run_batch
from sim.runs.cluster import Cluster
from sim.runs.options import RunOptions
scenario = toy.with_replicates(toy.scenario(Path(sys.argv[1])), 60)
try:
    with Cluster("local", 2) as workers:
        run_batch([scenario], toy.model(toy.slowly), RunOptions(Path(sys.argv[1]), workers, toy.Listener()))
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_run_keeps_what_is_finished_and_leaves_no_process(tmp_path: Path, how: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _DRIVER, tmp_path], start_new_session=True, stderr=subprocess.PIPE, env=surroundings()
    )
    wait_for(lambda: toy.finished(tmp_path) >= 3)
    family = psutil.Process(process.pid).children(recursive=True)
    assert len(family) >= 3, "the scheduler and two workers are processes"
    if how == signal.SIGINT:
        os.killpg(process.pid, how)  # as a terminal does
    else:
        process.send_signal(how)
    _, complaints = process.communicate(timeout=30)
    assert process.returncode == (130 if how == signal.SIGINT else -9)
    assert how == signal.SIGKILL or complaints == b""
    _, alive = psutil.wait_procs(family, timeout=20)
    assert not alive
    finished = toy.finished(tmp_path)
    assert 3 <= finished < 60
    listener = Listener()
    with Workers(1) as one:
        run(with_replicates(toy.scenario(tmp_path), 60), tmp_path, one, listener=listener)
    assert listener.done == 60 - finished


@pytest.mark.parametrize("killed", ["the command", "the cluster"])
def test_a_killed_cluster_leaves_no_temporary_file(tmp_path: Path, killed: str) -> None:
    """The scheduler's are with the workers', in the folder that goes with the command."""
    with tempfile.TemporaryDirectory(prefix="s-") as space:
        process = subprocess.Popen(
            [sys.executable, "-c", _DRIVER, tmp_path],
            start_new_session=True, stderr=subprocess.DEVNULL, env=surroundings(TMPDIR=space),
        )  # fmt: skip
        wait_for(lambda: toy.finished(tmp_path) >= 3)
        family = psutil.Process(process.pid).children(recursive=True)
        (cluster,) = (it for it in family if "sim.runs.local_cluster" in it.cmdline())
        (cluster if killed == "the cluster" else process).send_signal(signal.SIGKILL)
        process.wait(60)
        _, alive = psutil.wait_procs(family, timeout=20)
        assert not alive
        assert not list(Path(space).iterdir())


_INTERRUPTED_INSIDE = """
import signal
from distributed import Future
made = Future.__init__
def interrupted(self, *arguments, **named):
    if toy.finished(Path(sys.argv[1])):
        signal.raise_signal(signal.SIGINT)
    made(self, *arguments, **named)
Future.__init__ = interrupted
"""


def test_an_interrupt_while_a_task_is_sent_waits_until_it_is_sent(tmp_path: Path) -> None:
    driver = _DRIVER.replace("scenario =", f"{_INTERRUPTED_INSIDE}scenario =", 1)
    assert python("-c", driver, tmp_path, start_new_session=True, timeout=60, code=130).stderr == ""


# --- workers of another model


@pytest.fixture(scope="module")
def other_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package in which one file of the model is another."""
    folder = tmp_path_factory.mktemp("other")
    shutil.copytree(ROOT / "sim", folder / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "scenarios", folder / "scenarios")
    file = folder / "sim" / "model" / "month.py"
    file.write_text(f"{file.read_text(encoding='utf-8')}\n# changed\n", encoding="utf-8")
    return folder


def test_no_task_goes_to_a_worker_of_another_model(
    scenario: Scenario, tmp_path: Path, here: dict[str, bytes], machines: Machines, other_model: Path, marks: Path
) -> None:
    asked = with_replicates(scenario, 8)
    machines.add_worker(TESTS, other_model, nanny=False)
    said: list[str] = []
    with (
        Cluster(machines.address, say=said.append) as refusing,
        pytest.raises(ClusterError, match=r"no worker at .* can be used: .* has model ") as refused,
    ):
        run(asked, tmp_path / "there", refusing)
    assert model_here()[0] in str(refused.value)
    assert not any(marks.iterdir())
    machines.add_worker(nanny=False)
    wait_for_workers(machines, 2)
    said = []
    with Cluster(machines.address, say=said.append) as workers:
        result = run(asked, tmp_path / "there", workers, toy.model(toy.slowly_with_marks))
    assert outputs(result) == here
    assert {path.name.split("-")[1] for path in marks.iterdir()} == {str(machines.workers[1].pid)}
    (line,) = [line for line in said if "refused" in line]
    assert "worker tcp://" in line
    assert f"and not {model_here()[0]}" in line


@pytest.mark.parametrize("asked_first", [True, False])
def test_a_worker_of_another_model_that_joins_late_is_refused_too(
    machines: Machines, other_model: Path, asked_first: bool, marks: Path
) -> None:
    machines.add_worker(nanny=False)
    said: list[str] = []
    with Cluster(machines.address, say=said.append) as workers:
        (first,) = dict(workers.run(toy.mark_and_wait, [(0.0,)])).values()
        if not asked_first:
            workers._looked = math.inf  # never asked again: what it is comes out at its first task only
        machines.add_worker(TESTS, other_model, nanny=False)
        wait_for_workers(machines, 2)
        found = dict(workers.run(toy.mark_and_wait, [(0.1,)] * 40))
    assert first == machines.workers[0].pid
    assert found == dict.fromkeys(range(40), first)
    assert len(list(marks.iterdir())) == 41
    (line,) = [line for line in said if "refused" in line]
    assert "has model" in line


def test_a_worker_without_the_package_is_refused(tmp_path: Path, machines: Machines) -> None:
    (tmp_path / "bare" / "sim").mkdir(parents=True)
    (tmp_path / "bare" / "sim" / "__init__.py").touch()
    machines.add_worker(tmp_path / "bare")
    with (
        Cluster(machines.address, say=lambda _: None) as workers,
        pytest.raises(ClusterError, match=r"cannot give its model .*No module named 'sim"),
    ):
        list(workers.run(pow, [(2, 3)]))


def test_a_worker_checks_at_each_group(local: Cluster) -> None:
    client = local.connected()
    packed = pack((pow, [(2, 3), (3, 3)]))
    answer = client.submit(perform, "another", packed, pure=False).result()
    assert isinstance(answer, Refused)
    assert answer.version == model_here()[0]
    assert answer.worker in client.nthreads()
    good = client.submit(perform, model_here()[0], packed, pure=False).result()
    seconds, values = pickle.loads(good)  # noqa: S301  our own
    assert list(map(unpack, values)) == [8, 27]
    assert seconds > 0


def test_a_cluster_without_workers_is_waited_for(machines: Machines) -> None:
    said: list[str] = []

    def come() -> None:
        wait_for(lambda: said)
        machines.add_worker()

    coming = threading.Thread(target=come)
    coming.start()
    with Cluster(machines.address, say=said.append) as workers:
        assert dict(workers.run(pow, [(2, 3), (3, 3)])) == {0: 8, 1: 27}
        assert workers.count == 1
    coming.join()
    assert said == [f"no worker at {machines.address} yet: waiting for one"]


def wait_for_workers(machines: Machines, count: int) -> None:
    from distributed import Client

    with Client(machines.address, set_as_default=False) as client:
        client.wait_for_workers(count, timeout=60)


def test_the_version_is_that_of_results() -> None:
    assert model_here()[0] == ecosystem().version


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_what_is_missing_is_skipped_and_fails_where_ci_must_have_it(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="no_such_module is not installed"):
        needs("no_such_module")


# --- who is let in


def _family() -> set[psutil.Process]:
    """The processes that this one started, and those that they started."""
    return set(psutil.Process().children(recursive=True))


def _listening(before: set[psutil.Process]) -> set[str]:
    """Addresses on which the processes started since ``before`` listen."""
    family = _family() - before
    return {it.laddr.ip for process in family for it in process.net_connections() if it.status == "LISTEN"}


def test_a_local_cluster_listens_to_this_user_alone() -> None:
    from distributed import Client

    before = _family()
    with Cluster("local", 1) as cluster:
        assert list(cluster.run(toy.after, [(7, 0.0)])) == [(0, 7)]
        assert _listening(before) == {"127.0.0.1"}
        assert cluster.address.startswith("tls://127.0.0.1:")
        with pytest.raises((OSError, TypeError)):
            Client(cluster.address, timeout=2, set_as_default=False)  # without the certificate
        with pytest.raises(OSError, match=r"closed|reset|[Tt]imed out"):
            Client(cluster.address.replace("tls", "tcp"), timeout=2, set_as_default=False)
    assert not _listening(before)


def test_without_openssl_a_local_cluster_has_no_certificate_and_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    before = _family()
    with Cluster("local", 1) as cluster:
        assert list(cluster.run(toy.after, [(7, 0.0)])) == [(0, 7)]
        assert cluster.address.startswith("tcp://127.0.0.1:")
        assert _listening(before) == {"127.0.0.1"}
