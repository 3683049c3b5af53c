"""Beside the peers: one core month in several frameworks, and whole models an agent and period.

Each peer is a program in ``peers/`` that runs in an environment of its own (``peers/requirements-NAME.txt``) and
answers requests, one JSON object a line (``peers/serve.py``). The core month's rule is ``peers/RULE.md``. A peer is
timed only once it is shown to do that rule; a peer that cannot be installed is left out, with the reason.
"""

from __future__ import annotations

import json
import math
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from common import Section, Table, Timing, count, number, summary
from environments import NotInstalled, downloaded, python_of, surroundings
from equality import LEVEL, TESTS, Verdict, judge

NAME = "peers"
ORDER = 50
FOLDER = Path(__file__).parent / "peers"

LIMIT = 20.0  # seconds that a run may take: a size that would take longer is left out
PATIENCE = 900  # seconds after which a peer that does not answer is given up


@dataclass(frozen=True)
class Peer:
    """A program in ``peers/``; without ``environment`` it runs in our own."""

    name: str
    script: str
    environment: str = ""
    variant: str = ""


OURS = Peer("ours", "core_ours.py")
NUMPY = Peer("numpy, vectorised", "core_numpy.py")
CORE = (
    NUMPY,  # the reference comes first
    OURS,
    Peer("mesa-frames", "core_mesa_frames.py", "mesa-frames"),
    Peer("ambr", "core_ambr.py", "ambr"),
    Peer("AgentTorch", "core_agenttorch.py", "agenttorch"),
    Peer("AgentTorch, one thread", "core_agenttorch.py", "agenttorch", "one thread"),
    Peer("agentpy", "core_agentpy.py", "agentpy"),
    Peer("Mesa, do", "core_mesa.py", "mesa", "do"),
    Peer("Mesa, shuffle_do", "core_mesa.py", "mesa", "shuffle_do"),
)
FULL = Peer("our full model", "whole_ours.py")
PLAIN = Peer("our full model in plain Mesa", "whole_plain_mesa.py")
LIBRARY = Peer("the same, with random and math", "whole_plain_mesa.py", "", "library")
WHOLE = (
    FULL,
    PLAIN,
    LIBRARY,
    Peer("bamengine", "whole_bamengine.py", "bamengine", "python"),
    Peer("bamengine, with numba", "whole_bamengine.py", "bamengine", "numba"),
)
# Frameworks without a program here, as they installed nowhere so far: the package of each, or its language.
ABSENT = {"FLAME GPU 2": "pyflamegpu", "BioDynaMo": "biodynamo", "Agents.jl": "julia", "BeforeIT.jl": "julia"}
AIMS = (  # times faster than the peer, and by which row of ours
    (500.0, "Mesa, do", OURS.name),
    (50.0, "mesa-frames", OURS.name),
    (50.0, "ambr", OURS.name),
    (3.0, NUMPY.name, OURS.name),
    (500.0, PLAIN.name, FULL.name),
    (10.0, "bamengine", FULL.name),
)
# Negative controls: each a rule with one value multiplied, which must be refused.
ALTERED = {"begin": 1.1, "gain": 1.5, "reversion": 1.5, "shock": 1.1, "speed": 0.8, "exit": 1.1}


@dataclass(frozen=True)
class Size:
    """How much is done."""

    firms: tuple[int, ...] = (10**3, 10**4, 10**5, 10**6)
    runs: int = 5
    seconds: float = 0.5  # of a run
    seeds: int = 20
    sample: int = 2_000  # firms a seed
    months: int = 36
    whole_runs: int = 3


QUICK = Size(firms=(10**3, 10**4), runs=3, seconds=0.1, seeds=10, sample=1_000, months=24, whole_runs=2)


@dataclass
class Found:
    """What a peer did: how long, by size, in nanoseconds an agent and month; or why not."""

    peer: Peer
    remark: str = ""
    failed: bool = False
    python: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    start: float = 0.0
    verdict: Verdict | None = None
    sample: dict[str, Any] = field(default_factory=dict)
    timings: dict[int, Timing] = field(default_factory=dict)
    setup: dict[int, float] = field(default_factory=dict)
    first: dict[int, float] = field(default_factory=dict)
    months: dict[int, int] = field(default_factory=dict)
    parts: dict[str, Timing] = field(default_factory=dict)


class PeerFailed(Exception):
    """A peer ended or kept silent instead of answering."""


class Program:
    """A peer's process: asked in JSON, answers in JSON."""

    def __init__(self, peer: Peer) -> None:
        requirements = FOLDER / f"requirements-{peer.environment}.txt"
        python = str(python_of(requirements)) if peer.environment else sys.executable
        began = time.perf_counter()
        self.process = subprocess.Popen(
            [python, str(FOLDER / peer.script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=surroundings() if peer.environment else None,
        )
        self.about = self._answer()
        self.start = time.perf_counter() - began

    def ask(self, task: str, **request: Any) -> dict[str, Any]:
        """The answer to a request."""
        assert self.process.stdin is not None
        try:
            print(json.dumps({"task": task, **request}), file=self.process.stdin, flush=True)
        except BrokenPipeError as error:
            raise PeerFailed("it ended") from error
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        alarm = threading.Timer(PATIENCE, self.process.kill)
        alarm.start()
        line = self.process.stdout.readline()
        alarm.cancel()
        if not line:
            raise PeerFailed(f"it ended with code {self.process.wait()}; its own words are above")
        return json.loads(line)

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


@contextmanager
def _open(peer: Peer, found: Found) -> Iterator[Program | None]:
    """A peer's program, or None with the reason in ``found``."""
    print(f"{peer.name} ...", file=sys.stderr)
    if not (FOLDER / peer.script).exists():
        found.remark = f"left out: there is no peers/{peer.script}"
        yield None
        return
    try:
        program = Program(peer)
    except (NotInstalled, PeerFailed) as error:
        found.remark, found.failed = f"left out: {error}", isinstance(error, PeerFailed)
        yield None
        return
    found.python, found.versions, found.start = program.about["python"], program.about["versions"], program.start
    try:
        yield program
    except PeerFailed as error:
        found.remark, found.failed = f"failed: {error}", True
    finally:
        program.close()


def rule() -> dict[str, float]:
    """The values of the core month's parameters, from the table in ``RULE.md``."""
    text = (FOLDER / "RULE.md").read_text("utf-8")
    return {name: float(value) for name, value in re.findall(r"^\| `(\w+)` \| ([\d.]+) \|", text, re.MULTILINE)}


def run(quick: bool) -> Section:
    """Equality, then times, of the core month and of whole models."""
    size = QUICK if quick else Size()
    core, controls = _core(size)
    whole = _whole(size)
    faults = [f"{it.peer.name}: {it.remark}" for it in core + whole if it.failed]
    faults += [
        f"{it.peer.name} does another rule: {_words(it.verdict)}" for it in core if it.verdict and not it.verdict.equal
    ]
    faults += [f"the altered rule {name} was not refused: {_words(it)}" for name, it in controls.items() if it.equal]
    data = {
        "size": asdict(size),
        "rule": rule(),
        "core": [_data(it) for it in core],
        "whole": [_data(it) for it in whole],
        "controls": {name: asdict(it) for name, it in controls.items()},
    }
    tables = [
        _cost("Core month: nanoseconds a firm and month", core, size, OURS.name, size.runs),
        _equality(core, controls, size),
        _cost("Whole models: nanoseconds an agent and period", whole, size, FULL.name, size.whole_runs, [WHOLE_NOTE]),
        _aims(core + whole),
        *(_parts(it) for it in core if it.parts),
        _setup(core + whole),
        _absent(),
    ]
    return Section(tables, data, {"benchmarks.png": _picture(core, whole, size)}, faults)


def _core(size: Size) -> tuple[list[Found], dict[str, Verdict]]:
    """Every peer of the core month, held to numpy's and timed; and the altered rules held to it."""
    values = rule()
    pairs = len(CORE) - 1 + len(ALTERED)
    found: list[Found] = []
    controls: dict[str, Verdict] = {}
    reference: dict[str, Any] = {}
    for place, peer in enumerate(CORE):
        found.append(here := Found(peer))
        with _open(peer, here) as program:
            if program is None:
                continue

            def sample(lot: int, program: Program = program, peer: Peer = peer, **altered: float) -> dict[str, Any]:
                seeds = [1_000 * lot + number for number in range(1, size.seeds + 1)]  # nobody's seeds are another's
                given = {"firms": size.sample, "months": size.months, "seeds": seeds, "variant": peer.variant}
                return program.ask("sample", rule={**values, **altered}, **given)

            drawn = sample(place)
            here.sample = {name: sum(seed[name] for seed in drawn["counts"]) for name in drawn["counts"][0]}
            if peer is NUMPY:
                reference = drawn
                for lot, (name, factor) in enumerate(ALTERED.items()):
                    altered = sample(100 + lot, **{name: values[name] * factor})
                    controls[f"{name} × {factor:g}"] = judge(altered, reference, pairs)
            elif not reference:
                here.remark = "not timed: the reference is missing"
                continue
            else:
                here.verdict = judge(drawn, reference, pairs)
                if not here.verdict.equal:
                    here.remark = "not timed: does another rule"
                    continue
            request = {"rule": values, "runs": size.runs, "months": 0, "seconds": size.seconds, "most": 500}
            _time(program, here, size, **request)
            if peer is OURS:
                parts = program.ask("parts", rule=values, firms=4_096, seed=1)["parts"]
                here.parts = {name: summary(times) for name, times in parts.items()}
    return found, controls


def _whole(size: Size) -> list[Found]:
    """Whole models, timed over full years."""
    found: list[Found] = []
    for peer in WHOLE:
        found.append(here := Found(peer))
        with _open(peer, here) as program:
            if program is None:
                continue
            if peer is PLAIN and (difference := _bits(program)):
                here.remark, here.failed = difference, True
                continue
            program.ask("time", firms=1_000, runs=1, months=12, variant=peer.variant)  # compiles
            _time(program, here, size, runs=size.whole_runs, months=12)
    return found


def _bits(plain: Program) -> str:
    """What is wrong where the plain agents' world is not our own by bits after 15 months, else nothing."""
    request = {"firms": 300, "months": 15, "seed": 1}
    ours = Program(FULL)
    digests = [program.ask("digest", **request)["digest"] for program in (ours, plain)]
    ours.close()
    return "" if digests[0] == digests[1] else f"not timed: not equal by bits to {FULL.name}"


def _time(program: Program, found: Found, size: Size, **request: Any) -> None:
    """Time a peer at every size whose run ends in time; where months are given, fewer of them if need be."""
    most, remarks = request["months"], []
    for firms in size.firms:
        if found.timings:
            month = found.timings[max(found.timings)].median * 1e-9 * firms  # as expected from the size before
            if month > LIMIT:
                remarks.append(f"left out from {count(firms)} on: a run would take {number(month)} s")
                break
            request["months"] = min(most, max(1, int(LIMIT / month)))
        answer = program.ask("time", firms=firms, variant=found.peer.variant, **request)
        found.timings[firms] = summary(answer["ns"])
        found.setup[firms], found.first[firms] = answer["setup"], answer["first"]
        found.months[firms] = answer["months"]
        if answer["months"] < most:
            remarks.append(f"runs of {answer['months']} instead of {most} periods at {count(firms)}")
    found.remark = "; ".join(remarks)


# --- tables

WHOLE_NOTE = (
    "An agent of ours is an enterprise with all its mechanisms (scenario manufacturing), a period a month. An agent of "
    "bamengine is a firm, a household or a bank, 100 to 500 to 10 as its defaults have them, a period a quarter; it is "
    "timed as installed, and with its numba extra. The models do different things: a ratio says what an agent costs."
)


def _cost(title: str, found: Sequence[Found], size: Size, ours: str, runs: int, notes: Sequence[str] = ()) -> Table:
    base = next(it for it in found if it.peer.name == ours)
    rows = [
        [
            it.peer.name,
            *(str(it.timings[firms]) if firms in it.timings else "" for firms in size.firms),
            _times(it, base) if it is not base else "",
        ]
        for it in found
    ]
    remarks = [f"{it.peer.name}: {it.remark}." for it in found if it.remark]
    columns = ["", *map(count, size.firms), "times ours"]
    spread = f"Median (lowest to highest) of {runs} runs; imports, compiling and set-up are not in it. "
    return Table(title, columns, rows, [f"{spread}Times ours at the largest size that both have.", *notes, *remarks])


def _times(found: Found, ours: Found) -> str:
    ratio = _ratio(found, ours)
    return f"{number(ratio[0])} at {count(ratio[1])}" if ratio else ""


def _ratio(found: Found, ours: Found) -> tuple[float, int] | None:
    """How many times ours a peer costs, at the largest size that both have."""
    both = found.timings.keys() & ours.timings.keys()
    return (found.timings[max(both)].median / ours.timings[max(both)].median, max(both)) if both else None


def _equality(core: Sequence[Found], controls: dict[str, Verdict], size: Size) -> Table:
    rows = [
        [it.peer.name, *(f"{it.sample[name]:,}" for name in ("successes", "exits")), *_verdict(it.verdict)]
        for it in core
        if it.sample
    ]
    rows += [[f"control: {name}", "", "", *_verdict(it)] for name, it in controls.items()]
    sample = f"{size.seeds} seeds of {size.sample:,} firms after {size.months} months"
    note = (
        f"Each against {NUMPY.name}: {TESTS} tests (Kolmogorov-Smirnov on columns; Welch on counts and on ties between "
        f"columns, seed by seed), Bonferroni over all tests of all pairs at {LEVEL:g}. A control is the rule with one "
        "value altered, and must be refused."
    )
    return Table(f"Core month: equal in distribution, {sample}",
                 ["", "successes", "exits", "least likely test", "p", "verdict"], rows, [note])  # fmt: skip


def _verdict(verdict: Verdict | None) -> list[str]:
    if verdict is None:
        return ["", "", "reference"]
    return [verdict.test, f"{verdict.p:.2g}", "equal" if verdict.equal else "refused"]


def _words(verdict: Verdict | None) -> str:
    assert verdict is not None
    return f"p {verdict.p:.2g} in {verdict.test}, bound {verdict.bound:.2g}"


def _aims(found: Sequence[Found]) -> Table:
    by_name = {it.peer.name: it for it in found}
    rows = []
    for aim, peer, ours in AIMS:
        ratio = _ratio(by_name[peer], by_name[ours])
        measured = (
            [f"{number(ratio[0])} at {count(ratio[1])}", "yes" if ratio[0] >= aim else "no"] if ratio else ["", ""]
        )
        rows.append([f"{ours} against {peer}", f"{aim:g}", *measured])
    return Table("Aims: times faster", ["", "aim", "measured", "reached"], rows)


def _parts(found: Found) -> Table:
    rows = [[name, number(timing.median), number(timing.low)] for name, timing in found.parts.items()]
    rows.append(
        ["together", *(number(sum(getattr(it, end) for it in found.parts.values())) for end in ("median", "low"))]
    )
    note = (
        "On one thread, 4,096 firms in cache. What is left is arithmetic of these loops: no call, no object, no copy."
    )
    return Table("Where a core month of ours goes: nanoseconds a firm", ["", "median", "least"], rows, [note])


def _setup(found: Sequence[Found]) -> Table:
    rows = []
    for it in found:
        if not it.python:
            continue
        largest = max(it.timings, default=0)
        cells = [count(largest), number(it.setup[largest]), number(it.first[largest])] if largest else ["", "", ""]
        using = ", ".join(f"{name} {version}" for name, version in it.versions.items())
        rows.append([it.peer.name, number(it.start), *cells, f"Python {it.python}, {using}"])
    columns = ["", "start, s", "at size", "set-up, s", "first month, s", "versions"]
    return Table("Apart from the months", columns, rows, ["Start is the interpreter with all imports."])


def _absent() -> Table:
    rows = [[name, _why_absent(needed)] for name, needed in ABSENT.items()]
    return Table("Left out", ["", "why"], rows, ["Each was asked for in this run."])


def _why_absent(needed: str) -> str:
    """Why a framework is left out: it does not install, or it does by now and its program is yet to be written."""
    if needed == "julia":
        found = shutil.which("julia") is not None
    else:
        try:
            downloaded(needed)
            found = True
        except NotInstalled as error:
            return str(error).removeprefix("ERROR: ")
    return f"{needed} is there, but no program of ours for it" if found else f"no {needed} on this machine"


def _data(found: Found) -> dict[str, Any]:
    return {**asdict(found), "peer": found.peer.name}


# --- picture


def _picture(core: Sequence[Found], whole: Sequence[Found], size: Size) -> bytes:
    """Cost an agent and month by number of agents, log-log: the core month left, whole models right."""
    import sim
    from sim.report.figures import canvas
    from sim.report.figures.colours import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION

    others = (VERMILION, GREEN, ORANGE, PURPLE, SKY, GREY)
    footer = (
        f"Medians and ranges of {size.runs} runs (core month) and {size.whole_runs} runs of 12 periods (whole models); "
        f"set-up and imports excluded. Sim {sim.__version__}; versions and machine in docs/benchmarks.md."
    )
    with canvas.style():
        page = canvas.page(
            "Cost of a month", "Nanoseconds an agent and period; less is better", [], [footer], 2, tall=2.6
        )
        for place, (name, lot) in enumerate((("Core month", core), ("Whole models", whole))):
            scripts = dict.fromkeys(it.peer.script for it in lot if it.peer not in {OURS, FULL})
            colours = dict(zip(scripts, others, strict=False))
            _panel(page.axes(place), name, [(it, colours.get(it.peer.script, BLUE)) for it in lot if it.timings])
        return page.png()


def _panel(axes: Any, name: str, lot: Sequence[tuple[Found, str]]) -> None:
    from matplotlib.ticker import FuncFormatter, NullFormatter, NullLocator

    axes.set_title(name, loc="left", fontsize=9, fontweight="bold")
    axes.set(xscale="log", yscale="log")
    ends = []
    for it, colour in lot:
        x = sorted(it.timings)
        y = [it.timings[n].median for n in x]
        low, high = ([abs(getattr(it.timings[n], end) - it.timings[n].median) for n in x] for end in ("low", "high"))
        axes.errorbar(x, y, yerr=[low, high], color=colour, marker="o", markersize=3, linewidth=1.4, capsize=2)
        ends.append((y[-1], x[-1], it.peer.name, colour))
    smallest, largest = axes.get_xlim()
    axes.set_xlim(smallest, largest * (largest / smallest) ** 0.42)  # room for the names
    axes.set_ylim(
        *(10.0 ** end(math.log10(y)) for end, y in zip((math.floor, math.ceil), axes.get_ylim(), strict=True))
    )
    _label_ends(axes, ends)
    axes.set_xlabel("firms or agents", fontsize=8)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
    axes.set_xticks(sorted({n for it, _ in lot for n in it.timings}))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:,.0f}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_formatter(NullFormatter())


def _label_ends(axes: Any, ends: Sequence[tuple[float, float, str, str]]) -> None:
    """A line's name at its end, moved up where it would lie on another's."""
    low, high = (math.log(limit) for limit in axes.get_ylim())
    apart = 0.045 * (high - low)
    floor = -math.inf
    for y, x, name, colour in sorted(ends):
        place = max(math.log(y), floor)
        floor = place + apart
        axes.annotate(
            name, (x, math.exp(place)), (6, 0), textcoords="offset points", color=colour, fontsize=7.5, va="center"
        )
