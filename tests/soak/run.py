"""``make soak``: the attacks on what the program promises, and their figures in ``docs/reliability.md``.

``python -m soak.run [NAME=COUNT ...] [seconds=N]``, in the folder of the tests, runs the attacks named, or all with the
counts below, each for so many seconds at most. Each writes its figures into ``docs/reliability.json`` when it ends, and
the table of the document is made of that file alone.
"""

from __future__ import annotations

import datetime as dt
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sim.model.catalogue import model_catalogue, version_of
from soak import bounds, clock, flips, hostile, kills, months, mutants, same
from soak.table import write_figures

Said = dict[str, Any]
_MOST_LISTED = 20
_PATH = re.compile(r"(?<![\w.])(/[\w.+-]+){2,}")  # of this machine, which no document names


def _kills(count: int, space: Path) -> Said:
    found = kills.attack(space, count)
    return {
        "attack": (
            f"SIGKILL of one process or all at a random moment, {found.kills} times, in turn in "
            f"{', '.join(list(kills.COMMANDS)[: found.kills])}"
        ),
        "found": f"{found.in_time} before the command had ended; other bytes, left or redone: {len(found.wrong)}",
        "wrong": found.wrong,
    }


def _flips(count: int, space: Path) -> Said:
    tried, missed, files = 0, [], 0
    for name in ("run", "events", "checkpoint", "sweep", "sensitivity", "calibrate", "claims", "seek"):
        if clock.is_over():
            break
        kills.undisturbed(name, space / name)
        for folder in (it for it in (space / name / "results").iterdir() if it.is_dir()):
            seen = set()
            for it in flips.found_flips(folder, count, seed=1):
                if clock.is_over():
                    break
                tried += 1
                seen.add(it.file)
                missed += [] if it.found else [f"{folder.name}/{it.file} at {it.position}: {it.named}"]
            files += len(seen)
    return {
        "attack": f"one bit of a file flipped, up to {count} positions each: {tried:,} in {files} files",
        "found": f"not found, or another file named: {len(missed)}",
        "wrong": missed,
    }


def _hostile(count: int, space: Path) -> Said:
    found = hostile.attack(count, space)
    return {
        "attack": f"{found.tried:,} mutated inputs: {', '.join(f'{name} {n:,}' for name, n in found.by_kind.items())}",
        "found": (
            f"tracebacks: {len(found.wrong)}; slowest {found.slowest:.2f} s; "
            f"most memory {found.most_memory / 2**20:.0f} MiB"
        ),
        "wrong": found.wrong,
    }


def _bounds(count: int, _: Path) -> Said:
    found = bounds.attack(count)
    share = found.covered / found.pairs
    reasons = ", ".join(f"{name} {times}" for name, times in found.stopped.most_common())
    return {
        "attack": (
            f"{found.worlds} worlds of 24 months, {bounds.AT_ONCE} of {found.parameters} parameters at a bound, ledger "
            f"on: {share:.0%} of {found.pairs:,} pairs"
        ),
        "found": (
            f"stopped with the reason: {sum(found.stopped.values())} ({reasons}); broken books, NaN, negative stock, "
            f"overflow, warning: {len(found.broken)}"
        ),
        "wrong": [f"{why}: {row}" for why, row in found.broken],
        "deadly": {
            f"{key} = {value}": f"{times} of {found.tried[key, value]}"
            for (key, value), times in found.deadly.most_common()
            if times >= 2 and times > found.tried[key, value] / 2
        },
    }


def _months(count: int, _: Path) -> Said:
    found = months.attack(count)
    return {
        "attack": f"{found.enterprise_months:,} months of enterprises in {found.worlds} random worlds, ledger on",
        "found": f"broken books, NaN, negative stock, overflow, warning: {len(found.wrong)}",
        "wrong": [f"{why}: {row}" for why, row in found.wrong],
    }


def _same(count: int, space: Path) -> Said:
    found = same.attack(count, space)
    return {
        "attack": f"{len(found.tried)} surroundings: {', '.join(found.tried)}",
        "found": f"other bytes: {len(found.wrong)}",
        "wrong": found.wrong,
    }


def _mutants(count: int, _: Path) -> Said:
    chosen = mutants.sample(count)
    number, alive = mutants.judged(chosen)
    killed = number - len(alive)
    return {
        "attack": f"{number} of {len(mutants.every()):,} mutants of the mechanisms against hand arithmetic alone",
        "found": f"killed: {killed} ({killed / max(1, number):.0%})",
        "wrong": [],
        "survivors": [str(it) for it in alive],
    }


# Name: the promise, the attack, and how often `make soak` makes it.
ATTACKS: dict[str, tuple[str, Callable[[int, Path], Said], int]] = {
    "kills": ("A killed command goes on to the same bytes and leaves nothing", _kills, 200),
    "flips": ("A changed byte of a kept file is found and named", _flips, 300),
    "hostile": ("No input gives a traceback, hangs or takes all memory", _hostile, 1_000_000),
    "bounds": ("Inside its bounds no world is wrong without a word", _bounds, 2000),
    "months": ("Books balance to the tick after every mechanism", _months, 100_000_000),
    "mutants": ("Each equation has the sign and the size that it should have", _mutants, 300),
    "same": ("The same bytes everywhere", _same, 1),
}


def main(asked: dict[str, int], seconds: float) -> int:
    """Run attacks and keep their figures; 1 where a promise did not hold."""
    broken = 0
    for name, count in asked.items():
        promise, attack, _ = ATTACKS[name]
        print(f"{name}: {count:,}", flush=True)
        began = time.monotonic()
        clock.limit(seconds)
        with tempfile.TemporaryDirectory(prefix="soak-") as space:
            said = attack(count, Path(space))
        wrong = said.pop("wrong")
        broken += bool(wrong)
        listed = [_PATH.sub("PATH", it) for it in wrong[:_MOST_LISTED]]
        figures = {
            "promise": promise, **said, "wrong": len(wrong), "listed": listed,
            "seconds": round(time.monotonic() - began), "date": f"{dt.datetime.now(dt.UTC):%Y-%m-%d}",
            "model": version_of(model_catalogue()),
        }  # fmt: skip
        write_figures(name, figures)
        print(f"  {said['attack']}\n  {said['found']}", *(f"  WRONG {it}" for it in wrong), sep="\n", flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    given = dict(it.split("=") for it in sys.argv[1:])
    most = float(given.pop("seconds", "inf"))
    if unknown := set(given) - set(ATTACKS):
        sys.exit(f"{', '.join(sorted(unknown))}: no attack, allowed: {', '.join(ATTACKS)}, each as NAME=COUNT")
    every = {name: it[2] for name, it in ATTACKS.items()}
    sys.exit(main({name: int(float(it)) for name, it in given.items()} or every, most))
