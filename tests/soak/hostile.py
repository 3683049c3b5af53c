"""Hostile inputs: mutated scenarios and overrides, firms, files of results and studies, links and command lines.

An input may be refused with an error that the program declares, and nothing else: no other exception, no more than two
seconds, and no more than 500 MB.
"""

from __future__ import annotations

import base64
import json
import random
import resource
import time
import traceback
import warnings
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from typer.testing import CliRunner

from sim import cli
from sim.letters import printable
from sim.model.catalogue import load
from sim.page.asked import Unclear, from_link
from sim.places import register
from sim.report.html.stored import open_sweep
from sim.runs.errors import ResultError
from sim.runs.executor import Workers
from sim.runs.options import RunOptions, Watcher
from sim.runs.result import open_result
from sim.runs.store import JOURNAL, Journal
from sim.runs.verify import journal_fault, verify_folder
from sim.scenario import ScenarioError, overrides
from sim.studies.claims import read_claims
from sim.studies.questions.sweep import run_sweep
from soak.clock import Turn
from soak.kills import CLAIMS, MORE, SMALL

SECONDS, MEMORY = 2.0, 500.0  # MiB
TRIES = 3  # a slow machine may be slow once
PIECES = (
    b"[run]", b"[", b"]", b"=", b'"', b"'''", b"\\", b"\n", b"\0", b"\xff", b"\xe4\xb8", b"{", b"}", b".", b",", b"-",
    b"1e999", b"nan", b"inf", b"99999999999999999999", b"0x", b"25 yuan/m2/month", b"8 ha", b"**", b"/0", b"2015-13",
    b'extends = "small.toml"', b'extends = "it.toml"', b"months = 1", b"#", b" ", b"\r", b"\t", b"(" * 40, b"[" * 500,
    b"a." * 200, b"\xef\xbb\xbf", b"true", b"[platforms.x]", b"[sites.y]", b"9" * 5000,
    "\N{FULLWIDTH DIGIT NINE}".encode(),
)  # fmt: skip
QUANTITIES = ("25 yuan/m2/month", "1.3 bn yuan", "8 ha", "30%", "3", "1e3 people", "2 years", "0.5 m2 per person")
FIRMS = "name,staff,revenue,assets,sector,founded\nA,12,3.5,4,1,2001\nB,300,,,2,\nC,5,1.2,0.3,textiles,2019-05\n"
# None of them runs worlds or writes a file, whatever its words become.
COMMANDS = (
    ("describe", "shougang", "rent"), ("outcomes", "rent", "--scenario", "shougang"), ("list", "--json"),
    ("describe", "shougang", "--set", "sites.shougang.rent=0.0004", "--json"), ("verify", "nothing", "--json"),
    ("schema",), ("plot", "nothing", "jobs"), ("trace", "nothing", "nothing", "--seed", "1"), ("verify", "results"),
)  # fmt: skip
ASKED = {
    "scenario": "shougang", "show": ["jobs"], "lead": "jobs", "seeds": 10, "months": 0,
    "variants": [{"name": "V", "changes": {"levers.demand": 0.1, "run.months": 9}, "of": "", "since": "2013-01"}],
}  # fmt: skip
KEYS = (
    "levers.demand",
    "sites.shougang.rent",
    "run.months",
    "market.outside_rent",
    "population.enterprises",
    "run.start",
)


@dataclass
class Hostile:
    """What was tried and what came of it."""

    tried: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)
    slowest: float = 0.0
    most_memory: float = 0.0  # MiB
    wrong: list[str] = field(default_factory=list)


def mutated(data: bytes, rng: random.Random) -> bytes:
    """The data with a few pieces flipped, cut, doubled, moved or put in."""
    made = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        at = rng.randrange(len(made) + 1)
        to = min(len(made), at + rng.choice((1, 1, 4, 40)))
        match rng.randrange(5):
            case 0 if at < len(made):
                made[at] ^= 1 << rng.randrange(8)
            case 1:
                del made[at:to]
            case 2:
                made[at:at] = made[at:to]
            case 3:
                made[at:at] = rng.choice(PIECES)
            case _:
                made[at:to] = bytes(rng.randrange(256) for _ in range(to - at))
    return bytes(made)


def attack(turn: Turn, space: Path) -> Hostile:
    """Try inputs of all kinds in turn; the number of one is what it is mutated with."""
    found, kinds = Hostile(), _kinds(space)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in turn.numbers(lambda: found.tried):
        name = list(kinds)[number % len(kinds)]
        _try(name, kinds[name], number, found)
    found.most_memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    if found.most_memory > MEMORY:
        found.wrong.append(f"memory: {found.most_memory:.0f} MiB more than before")
    return found


def _try(name: str, use: Callable[[random.Random], object], seed: int, found: Hostile) -> None:
    found.tried += 1
    found.by_kind[name] = found.by_kind.get(name, 0) + 1
    taken = SECONDS
    for _ in range(TRIES):
        began = time.monotonic()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                use(random.Random(seed))
        except (ScenarioError, ResultError) as error:
            if not str(error) or str(error) != printable(str(error)):
                found.wrong.append(f"{name} {seed}: a message that cannot be printed: {str(error)!r}")
        except Exception:  # noqa: BLE001  it is what is looked for
            found.wrong.append(f"{name} {seed}: {' | '.join(traceback.format_exc().splitlines()[-3:])}")
        taken = min(taken, time.monotonic() - began)
        if taken < SECONDS:
            break
    found.slowest = max(found.slowest, taken)
    if taken >= SECONDS:
        found.wrong.append(f"{name} {seed}: takes more than {SECONDS:g} s")


def _kinds(space: Path) -> Mapping[str, Callable[[random.Random], object]]:
    """What is attacked, by name: a use of an input that a random generator mutates."""
    for name, text in {"small": SMALL, "more": MORE}.items():
        (space / f"{name}.toml").write_text(text)
    shipped = [it.read_bytes() for it in sorted((Path(__file__).parents[2] / "scenarios").glob("*.toml"))]
    base = load("shougang")
    folder = space / "results" / "small-0123456789ab"
    kept = _result(folder)

    def scenario(rng: random.Random) -> object:
        file = space / "it.toml"
        file.write_bytes(mutated(rng.choice((SMALL.encode(), MORE.encode(), *shipped)), rng))
        return load(file)

    def override(rng: random.Random) -> object:
        text = f"{rng.choice(KEYS)}={rng.choice(QUANTITIES)}".encode()
        return load("shougang", overrides([mutated(text, rng).decode(errors="surrogateescape")]))

    def quantity(rng: random.Random) -> object:
        text = mutated(rng.choice(QUANTITIES).encode(), rng).decode(errors="replace")
        return load("shougang", {rng.choice(KEYS): text})

    def firms(rng: random.Random) -> object:
        file = space / "firms.csv"
        file.write_bytes(mutated(FIRMS.encode(), rng))
        return register.read(str(file))

    def claims(rng: random.Random) -> object:
        file = space / "claims.toml"
        file.write_bytes(mutated(CLAIMS.encode(), rng))
        return read_claims(file, base.catalogue, base.catalogue.outcomes, {})

    def result(rng: random.Random) -> object:
        name = rng.choice(sorted(kept))
        (folder / name).write_bytes(mutated(kept[name], rng))
        try:
            verify_folder(folder)
            return open_result(folder)
        finally:
            (folder / name).write_bytes(kept[name])

    def link(rng: random.Random) -> object:
        asked = json.dumps(ASKED).encode()
        made = base64.urlsafe_b64encode(zlib.compress(mutated(asked, rng) if rng.random() < 0.5 else asked))
        text = (mutated(made, rng) if rng.random() < 0.5 else made).decode(errors="surrogateescape")
        try:
            return from_link(text.rstrip("="))
        except Unclear as error:
            raise ResultError(str(error)) from None

    study, held = _study(space)

    def studied(rng: random.Random) -> object:
        name = rng.choice(sorted(held))
        (study / name).write_bytes(mutated(held[name], rng))
        try:
            verify_folder(study)
            return open_sweep(study)
        finally:
            (study / name).write_bytes(held[name])

    journal = space / "rows" / JOURNAL
    journal.parent.mkdir()
    rows = Journal(journal, (3, 2), lambda _: None)
    for number in range(4):
        rows.add(("123456789abc", number), np.full((3, 2), float(number)))
    sound = journal.read_bytes()

    def journalled(rng: random.Random) -> object:
        journal.write_bytes(mutated(sound, rng))
        journal_fault(journal.read_bytes())
        read = Journal(journal, (3, 2), lambda _: None).read()
        for (_, number), cells in read.items():  # a row that is changed is not read
            if not (cells == float(number)).all():
                raise AssertionError(f"a damaged row is read: {number}")
        return read

    def command(rng: random.Random) -> object:
        words = list(rng.choice(COMMANDS))
        place = rng.randrange(len(words))
        words[place] = mutated(words[place].encode(), rng).decode(errors="surrogateescape")
        done = CliRunner().invoke(cli.app, [it for it in words if "\0" not in it])  # no command line has one
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        if done.exit_code not in (0, 1, 2):
            raise AssertionError(f"exit code {done.exit_code}")
        return done

    load("shougang", {"sites.shougang.rent": QUANTITIES[0]})  # once slow: it imports what reads quantities
    CliRunner().invoke(cli.app, list(COMMANDS[0]))
    return {
        "scenario": scenario, "override": override, "quantity": quantity, "register": firms, "claims": claims,
        "result": result, "link": link, "study": studied, "journal": journalled, "command": command,
    }  # fmt: skip


def _study(space: Path) -> tuple[Path, dict[str, bytes]]:
    """A sweep of the toy model, and its files."""
    import toy

    with Workers(1) as here:
        options = RunOptions(space / "studies", here, Watcher())
        made = run_sweep(toy.scenario(space), {"market.growth": [0.01, 0.02]}, toy.model(), options, outcomes=["jobs"])
    files = {it.name: it.read_bytes() for it in made.path.iterdir() if it.is_file() and it.name != ".lock"}
    return made.path, files


def _result(folder: Path) -> dict[str, bytes]:
    """A result of the toy model, and its files."""
    import toy

    made = toy.run(toy.scenario(folder.parents[1]), folder.parent).path
    made.rename(folder)
    return {it.name: it.read_bytes() for it in folder.iterdir() if it.is_file() and it.name != ".lock"}
