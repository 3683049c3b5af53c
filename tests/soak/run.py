"""``make soak``: the attacks on what the program promises, and their figures in ``docs/reliability.md``.

``python -m soak.run [NAME=COUNT ...] [seconds=N]``, in the folder of the tests, makes so much more of the attacks
named, or of all what is left of the counts below, each for so many seconds at most. What is done is kept in
``docs/reliability.json`` for the model that it was done on, and the next run goes on from there; on another model it
begins again, unless it gives the same bytes. The table of the document is made of that file alone.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import re
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import reduce
from pathlib import Path
from typing import Any

from sim.model.catalogue import model_catalogue, version_of
from sim.report.document.versions import holds
from soak import bounds, clock, flips, guided, hostile, interrupts, kills, months, mutants, same
from soak.clock import Turn
from soak.table import merged, read_figures, write_figures

Counts = dict[str, Any]
_PATH = re.compile(r"(?<![\w.])(/[\w.+-]+){2,}")  # of this machine, which no document names
_KEPT_EACH = 600  # seconds: what is done is kept at least so often
_BROKEN = "broken books, NaN, negative stock, overflow, warning"
_shared: list[Any] = []  # the counter of the numbers, in a process that is one of several
_AT_ONCE = 2  # processes of an attack that is one thread


def _kills(it: Counts) -> tuple[str, str]:
    names = ", ".join(f"{name} {count}" for name, count in it["by_name"].items())
    made = f"SIGKILL of one process or all at a random moment, {it['kills']} times: {names}"
    return made, f"{it['in_time']} before the command had ended; other bytes, left or redone: {len(it['wrong'])}"


def _interrupts(it: Counts) -> tuple[str, str]:
    made = f"Ctrl-C to the whole group at a random moment, {it['interrupts']} times, in turn in "
    made += f"{', '.join(interrupts.NAMES)}; then the same command"
    what = "tracebacks, other bytes, left or redone"
    return made, f"{it['in_time']} before the command had ended; {what}: {len(it['wrong'])}"


def _flips(it: Counts) -> tuple[str, str]:
    made = f"one bit of a file flipped, {it['rounds']} times each in {len(it['files'])} files: {it['flips']:,}"
    return made, f"not found, or another file named: {len(it['wrong'])}"


def _hostile(it: Counts, how: str = "mutated inputs") -> tuple[str, str]:
    made = f"{it['tried']:,} {how}: {', '.join(f'{name} {n:,}' for name, n in it['by_kind'].items())}"
    slowest = f"slowest {it['slowest']:.2f} s; most memory {it['most_memory']:.0f} MiB"
    return made, f"tracebacks: {len(it['wrong'])}; {slowest}"


def _bounds(it: Counts) -> tuple[str, str]:
    parameters, pairs = it["parameters"]
    refused, stop = (bounds.only(it["uncovered"], it[name]) for name in ("unrefused", "unstopped"))
    done = pairs - int(bounds.bits(it["uncovered"]).sum())
    reasons = ", ".join(f"{name} {n}" for name, n in sorted(it["stopped"].items(), key=lambda pair: -pair[1]))
    made = f"{it['worlds']:,} worlds of 24 months, up to {bounds.AT_ONCE} of {parameters} parameters at a bound, "
    made += f"ledger on: {done / (pairs - refused):.1%} of {pairs - refused:,} pairs that are allowed in a world that "
    made += f"ran to its end, {refused:,} more refused"
    stopped = f"pairs that stop a world by themselves: {stop:,}; worlds stopped with the reason: "
    stopped += f"{sum(it['stopped'].values())}{f' ({reasons})' if reasons else ''}"
    return made, f"{stopped}; {_BROKEN}: {len(it['wrong'])}"


def _alone(it: Counts) -> tuple[str, str]:
    made = f"{it['levels']} worlds of 24 months, one parameter of each at a bound, ledger on"
    stopped = f"refused by the scenario: {len(it['refused'])}; stopped with the reason: {len(it['stopped'])}"
    return made, f"{stopped}; {_BROKEN}: {len(it['wrong'])}"


def _months(it: Counts) -> tuple[str, str]:
    made = f"{it['enterprise_months']:,} months of enterprises in {it['worlds']:,} random worlds, ledger on"
    return made, f"{_BROKEN}: {len(it['wrong'])}"


def _same(it: Counts) -> tuple[str, str]:
    return f"{it['tried']} surroundings: {', '.join(it['names'])}", f"other bytes: {len(it['wrong'])}"


def _mutants(it: Counts) -> tuple[str, str]:
    seen, known = sum(it["seen_by"].values()), mutants.reasons()
    made = (
        f"{it['mutants']} of {len(mutants.every()):,} mutants of the mechanisms: hand arithmetic, then small worlds, "
    )
    made += "their books after every mechanism and their numbers against those kept"
    by = ", ".join(f"{name} {n}" for name, n in sorted(it["seen_by"].items()))
    said = (
        f"seen: {seen} ({seen / max(1, it['mutants']):.1%}), by {by}; alive: {it['mutants'] - seen}, of "
        f"them in what these worlds do not call: {it['uncalled']}"
    )
    alive = (f"; `{name}`: {known.get(name, 'no reason known')}" for name in it["survivors"])
    return made, said + "".join(alive).replace("|", "\\|")


@dataclass(frozen=True)
class Attack:
    """What is promised, how it is attacked, which count says how often, and how often it is to be."""

    promise: str
    make: Callable[[Turn, Path, Counts], Any]
    counted: str
    goal: int
    said: Callable[[Counts], tuple[str, str]]
    shards: int = 1


_NO_TRACEBACK = "No input gives a traceback, hangs or takes all memory"
_INSIDE = "Inside its bounds no world is wrong without a word"
ATTACKS: Mapping[str, Attack] = {
    "kills": Attack(
        "A killed command goes on to the same bytes and leaves nothing",
        lambda turn, space, _: kills.attack(turn, space), "kills", 200, _kills,
    ),
    "interrupts": Attack(
        "An interrupted command ends with one line and goes on to the same bytes",
        lambda turn, space, _: interrupts.attack(turn, space), "interrupts", 100, _interrupts,
    ),
    "flips": Attack(
        "A changed byte of a kept file is found and named",
        lambda turn, space, _: flips.attack(turn, space), "rounds", 300, _flips, _AT_ONCE,
    ),
    "hostile": Attack(
        _NO_TRACEBACK,
        lambda turn, space, _: hostile.attack(turn, space), "tried", 1_000_000, _hostile, _AT_ONCE,
    ),
    "guided": Attack(
        _NO_TRACEBACK, lambda turn, space, _: guided.attack(turn, space), "tried", 50_000,
        lambda it: _hostile(it, "inputs guided by coverage (atheris)"), _AT_ONCE,
    ),
    "bounds": Attack(
        _INSIDE, lambda turn, _, known: bounds.attack(turn, known), "settled", bounds.every_pair(), _bounds,
    ),
    "alone": Attack(
        _INSIDE, lambda turn, *_: bounds.attack_alone(turn), "levels", len(bounds.levels(bounds.town())), _alone,
        _AT_ONCE,
    ),
    "months": Attack(
        "Books balance to the tick after every mechanism",
        lambda turn, *_: months.attack(turn), "enterprise_months", 100_000_000, _months, _AT_ONCE,
    ),
    "mutants": Attack(
        "Each equation has the sign and the size that it should have",
        lambda turn, *_: mutants.attack(turn), "mutants", 300, _mutants, _AT_ONCE,
    ),
    "same": Attack(
        "The same bytes everywhere",
        lambda turn, space, _: same.attack(turn, space), "tried", len(same.surroundings()) + len(same.orders()), _same,
    ),
}  # fmt: skip


def made(name: str, most: int, first: int, known: Counts, seconds: float, shards: int) -> tuple[Counts, int]:
    """So much more of an attack: its counts, and the number with which the next goes on."""
    context = multiprocessing.get_context("spawn")
    counter = context.Value("q", first)
    if shards == 1:
        parts = [_part(name, Turn(most, counter=counter), known, seconds)]
    else:
        with ProcessPoolExecutor(shards, context, _share, (counter,)) as pool:
            waiting = [pool.submit(_shard, name, -(-most // shards), known, seconds) for _ in range(shards)]
            parts = [it.result() for it in waiting]
    return reduce(merged, parts), int(counter.value)


def _share(counter: Any) -> None:
    _shared.append(counter)


def _shard(name: str, most: int, known: Counts, seconds: float) -> Counts:
    return _part(name, Turn(most, counter=_shared[0]), known, seconds)


def _part(name: str, turn: Turn, known: Counts, seconds: float) -> Counts:
    clock.limit(seconds)
    with tempfile.TemporaryDirectory(prefix="soak-") as space:
        found = asdict(ATTACKS[name].make(turn, Path(space), known))
    found["wrong"] = [_PATH.sub("PATH", it) for it in found["wrong"]]
    return found


def main(asked: Mapping[str, int | None], seconds: float) -> int:
    """Make attacks and keep their figures; 1 where a promise did not hold."""
    broken = False
    for name, more in asked.items():
        _begin_again(name)
        done, end = _done(name), time.monotonic() + seconds
        goal = ATTACKS[name].goal if more is None else done + more
        print(f"{name}: {max(0, goal - done):,} more, after {done:,}", flush=True)
        while done < goal and (left := end - time.monotonic()) > 0:
            counts = _slice(name, goal - done, min(left, _KEPT_EACH))
            if not counts[ATTACKS[name].counted]:
                print("  no more to do, or no time for it", flush=True)
                break
            figures = read_figures()[name]
            listed = (f"  WRONG {it}" for it in counts["wrong"])
            print(f"  {figures['attack']}\n  {figures['found']}", *listed, sep="\n", flush=True)
            broken = broken or bool(counts["wrong"])
            done = figures["counts"][ATTACKS[name].counted]
    return int(broken)


def _done(name: str) -> int:
    kept = _that_counts(name, read_figures().get(name), version_of(model_catalogue()))
    return int(kept["counts"][ATTACKS[name].counted]) if kept else 0


def _slice(name: str, most: int, seconds: float) -> Counts:
    """So much more of an attack, kept where anything was done."""
    model, began = version_of(model_catalogue()), time.monotonic()
    kept = _that_counts(name, read_figures().get(name), model)
    known, first = (kept["counts"], kept["next"]) if kept else ({}, 0)
    counts, following = made(name, most, first, known, seconds, ATTACKS[name].shards)
    spent = round(time.monotonic() - began)
    if counts[ATTACKS[name].counted]:
        write_figures(name, adding(name, model, counts, following, spent))
    return counts


def _that_counts(name: str, kept: Any, model: str) -> Any:
    """What is kept of an attack, if it was made on this model, or on one that gives the same bytes.

    Of another one it counts only where it had as much to do, and mutants never: they are of its text, not of its bytes.
    """
    if not kept or "counts" not in kept:
        return None
    same = name != "mutants" and kept["goal"] == ATTACKS[name].goal and holds(kept["model"])
    return kept if kept["model"] == model or same else None


def _begin_again(name: str) -> None:
    """Do not count what found something wrong: mended, it is tried again. Its row stays until then."""
    if (kept := read_figures().get(name)) and kept.get("counts", {}).get("wrong"):
        write_figures(name, lambda it: {key: value for key, value in it.items() if key != "counts"})


def adding(name: str, model: str, counts: Counts, following: int, seconds: int) -> Callable[[Any], dict[str, Any]]:
    """The figures of an attack with those of this run; another run may have added its own in the meantime."""

    def change(before: Any) -> dict[str, Any]:
        kept, attack = _that_counts(name, before, model), ATTACKS[name]
        whole = merged(kept["counts"], counts) if kept else counts
        said = attack.said(whole)
        return {
            "promise": attack.promise, "attack": said[0], "found": said[1],
            "seconds": seconds + (kept["seconds"] if kept else 0), "date": f"{dt.datetime.now(dt.UTC):%Y-%m-%d}",
            "model": kept["model"] if kept else model, "next": max(following, kept["next"] if kept else 0),
            "goal": attack.goal, "counts": whole,
        }  # fmt: skip

    return change


if __name__ == "__main__":
    given = dict(it.split("=") for it in sys.argv[1:])
    most = float(given.pop("seconds", "inf"))
    if unknown := set(given) - set(ATTACKS):
        sys.exit(f"{', '.join(sorted(unknown))}: no attack, allowed: {', '.join(ATTACKS)}, each as NAME=COUNT")
    sys.exit(main({name: int(float(it)) for name, it in given.items()} or dict.fromkeys(ATTACKS), most))
