"""Kills at random moments: the same command goes on to the same bytes, redoes nothing that is kept, leaves nothing.

A command runs in its own folder and process group. At a random moment of the time that it takes undisturbed, one of its
processes, or all of them, get SIGKILL. Then the same command runs to its end.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import psutil

from sim.runs.store import JOURNAL, MANIFEST
from sim.runs.verify import row_length, verify_folder
from soak.clock import Turn, at_once

ROOT = Path(__file__).resolve().parents[2]
SMALL = """extends = "place"
title = "A small place"
[run]
months = 6
replicates = 4
[population]
enterprises = 60
"""
MORE = 'extends = "small.toml"\ntitle = "More demand"\n[levers]\ndemand = 0.1\n'
CLAIMS = """title = "More demand"
scenario = "more.toml"
control = "small.toml"
assumptions = ["market.price_elasticity"]
[claims.jobs]
claim = "More demand adds jobs."
outcome = "jobs"
unit = "people"
sign = "more"
mechanisms = ["demand"]
"""
TARGETS = """[keys."mechanisms.entry.ideas_per_thousand"]
low = 20.0
high = 120.0
[targets.startups]
outcome = "startups"
months = "2025-06"
value = 18
tolerance = 5
"""
_WORKERS = ("--workers", "2")
_RUN = ("run", "small.toml", "--replicates", "8", "--no-figures", *_WORKERS)
COMMANDS: Mapping[str, Sequence[str]] = {
    "run": _RUN,
    "figures": ("run", "small.toml", "--replicates", "4", *_WORKERS),
    "events": (*_RUN, "--events"),
    "checkpoint": (*_RUN, "--until", "4", "--checkpoint"),
    "sweep": ("sweep", "small.toml", "--vary", "market.growth=0.01,0.02", *_WORKERS),
    "sensitivity": (
        "sensitivity", "small.toml", "--outcome", "jobs", "--keys", "market.growth,levers.demand=0:0.2",
        "--samples", "2", "--replicates", "2", *_WORKERS,
    ),
    "calibrate": (
        "calibrate", "small.toml", "--targets", "targets.toml", "--budget", "16", "--replicates", "2", *_WORKERS,
    ),
    "claims": ("claims", "claims.toml", "--samples", "3", "--replicates", "3", *_WORKERS),
    "seek": (
        "seek", "small.toml", "--levers", "levers.demand=0:0.2", "--budget", "50M", "--samples", "4", "--confirm", "2",
        "--robustness", "0", "--replicates", "2", *_WORKERS,
    ),
    "cluster": (*_RUN, "--cluster", "local"),
    "page": (),  # a visit, which starts the page
}  # fmt: skip
_ENDS = {name: (0, 1) if name == "seek" else (0,) for name in COMMANDS}
_TIMED = {MANIFEST, ".digests", ".lock"}  # a manifest says how long the run took, and pictures their fonts
_SECONDS = 300
THREADS = 4  # commands at once: they wait for each other's processes and disks more than they compute
_GRACE = 20


@dataclass
class Kills:
    """What was killed and what came of it."""

    kills: int = 0
    in_time: int = 0  # the process had not ended by itself
    by_name: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def prepare(folder: Path) -> None:
    """Write the scenarios and the files of the commands."""
    folder.mkdir(parents=True)
    (folder / "tmp").mkdir()
    for name, text in {"small": SMALL, "more": MORE, "claims": CLAIMS, "targets": TARGETS}.items():
        (folder / f"{name}.toml").write_text(text)


def hear_interrupts() -> None:
    """Let this process, and so what it starts, hear Ctrl-C, which the background of a shell does not."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def start(name: str, folder: Path) -> subprocess.Popen[bytes]:
    """The command of this name, in the folder."""
    hear_interrupts()
    modules = os.pathsep.join(map(str, (ROOT, ROOT / "tests")))
    environment = os.environ | {"PYTHONPATH": modules, "TMPDIR": str((folder / "tmp").resolve()), "SIM_THREADS": "1"}
    with (folder / "said").open("ab") as said:
        return subprocess.Popen(
            [sys.executable, "-m", *(("soak.visit",) if name == "page" else ("sim", *COMMANDS[name]))],
            cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True,
        )  # fmt: skip


def digests(folder: Path) -> dict[str, str]:
    """Digests of what a command keeps, but for times and pictures."""
    files = [it for it in sorted((folder / "results").rglob("*")) if it.is_file()]
    return {
        str(it.relative_to(folder)): hashlib.sha256(it.read_bytes()).hexdigest()
        for it in files
        if it.name not in _TIMED and it.suffix not in (".png", ".svg", ".html")
    }


def undisturbed(name: str, folder: Path) -> tuple[dict[str, str], float]:
    """What a command keeps, and the seconds that it takes; a search that names no mix ends with exit code 1."""
    prepare(folder)
    began = time.monotonic()
    if (code := start(name, folder).wait(_SECONDS)) not in _ENDS[name]:
        raise RuntimeError(f"{name} ended with {code}:\n{(folder / 'said').read_text()[-2000:]}")
    return digests(folder), time.monotonic() - began


def kill(name: str, folder: Path, after: float, rng: random.Random) -> bool:
    """Start a command and kill one of its processes, or all, after so many seconds; whether it was still there."""
    prepare(folder)
    process = start(name, folder)
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        pass
    else:
        return False
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    if name == "page":  # a visitor who leaves does not end it
        family = family[1:] or family
    chosen = rng.choice([[family[0]], [rng.choice(family)], family])
    if chosen is family:
        (folder / "all").touch()
    for it in chosen:
        try:
            it.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            continue
    process.wait(_SECONDS)
    psutil.wait_procs(family, timeout=20)
    return True


def faults(name: str, folder: Path, wanted: Mapping[str, str]) -> list[str]:
    """What is wrong after the command has run again to its end."""
    kept = sum(_rows(it) for it in (folder / "results").glob(f"*/{JOURNAL}")) if name in ("run", "cluster") else 0
    said = [] if (code := start(name, folder).wait(_SECONDS)) in _ENDS[name] else [f"exit code {code}"]
    if (found := digests(folder)) != wanted:
        said.append(f"other files: {sorted(it for it in {*found, *wanted} if found.get(it) != wanted.get(it))}")
    for result in (folder / "results").iterdir():
        if not result.is_dir():
            continue
        said += [f"{it.file} {it.why}" for it in verify_folder(result).wrong]
        left = [it.name for it in result.rglob(".*") if it.name not in (".lock", ".digests")]
        said += [f"left: {it}" for it in left]
        manifest = json.loads((result / MANIFEST).read_bytes()) if (result / MANIFEST).exists() else {}
        if kept and manifest.get("replicates_run", 0) > 8 - kept:
            said.append(f"run again: {manifest['replicates_run']} of 8, though {kept} were kept")
    end = time.monotonic() + _GRACE  # a server of workers ends when it sees that its owner has
    while (here := _left(folder)) and time.monotonic() < end:
        time.sleep(0.1)
    return said + here


def _left(folder: Path) -> list[str]:
    """Processes and temporary files; the folder of a socket is nobody's once all processes were killed at once."""
    processes = [f"a process: {' '.join(it)[:200]}" for it in _processes(folder)]
    alone = (folder / "all").exists()
    files = [it.name for it in (folder / "tmp").iterdir() if not (alone and it.name.startswith(("pymp-", "sim-")))]
    return processes + [f"temporary: {it}" for it in sorted(files)]


def _rows(journal: Path) -> int:
    data = journal.read_bytes()
    length = row_length(data)
    return len(data) // length if length else 0


def _processes(folder: Path) -> list[list[str]]:
    every = psutil.process_iter(["cwd", "cmdline"])
    here = str(folder.resolve())
    return [it.info["cmdline"] for it in every if it.info["cwd"] == here and it.info["cmdline"]]  # not yet reaped: none


class Wholes:
    """What commands keep undisturbed, and their seconds: each is run once, when it is first asked for."""

    def __init__(self, names: Sequence[str], folder: Path) -> None:
        self._folder = folder
        self._alone = {name: Lock() for name in names}
        self._known: dict[str, tuple[dict[str, str], float]] = {}

    def __getitem__(self, name: str) -> tuple[dict[str, str], float]:
        with self._alone[name]:
            if name not in self._known:
                self._known[name] = undisturbed(name, self._folder / f"{name}-undisturbed")
            return self._known[name]


def attack(turn: Turn, folder: Path, names: Sequence[str] = tuple(COMMANDS)) -> Kills:
    """Kill the commands in turn; the number of a kill says which, and seeds its moment."""
    found, wholes = Kills(), Wholes(names, folder)
    hear_interrupts()  # from the main thread

    def killed(number: int) -> tuple[str, bool, list[str]]:
        rng, name = random.Random(number), names[number % len(names)]
        wanted, seconds = wholes[name]
        at = folder / f"{name}-{number}"
        in_time = kill(name, at, rng.uniform(0.1, 0.95) * seconds, rng)
        return name, in_time, [f"{name} {number}: {it}" for it in faults(name, at, wanted)]

    for name, in_time, wrong in at_once(turn, killed, THREADS):
        found.kills += 1
        found.in_time += in_time
        found.by_name[name] = found.by_name.get(name, 0) + 1
        found.wrong += wrong
    return found
