"""Where inputs come in: files, values, command lines, stored results, and addresses and messages of the live page."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import json
import random
import socket
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import typer

from sim import cli
from sim.model.catalogue import load, model_catalogue
from sim.page.access import Access
from sim.page.asked import Unclear, from_link, read_asked, to_link
from sim.page.opened import Files
from sim.page.pool import Pool
from sim.page.server import Server
from sim.page.visitor import Visitor
from sim.places import register
from sim.report.html.stored import open_sweep
from sim.runs.errors import ResultError
from sim.runs.executor import Workers
from sim.runs.options import RunOptions, Watcher
from sim.runs.result import open_result
from sim.runs.store import JOURNAL, Journal
from sim.runs.verify import journal_fault, verify_folder
from sim.scenario import Fault, ScenarioError, keys, overrides, values
from sim.scenario.overrides import override_layer
from sim.studies.claims import read_claims
from sim.studies.questions.sweep import run_sweep
from soak.kills import CLAIMS, MORE, SMALL
from soak.rough import VALUES, mutated, retyped, statements

Use = Callable[[random.Random], object]
QUANTITIES = ("25 yuan/m2/month", "1.3 bn yuan", "8 ha", "30%", "3", "1e3 people", "2 years", "0.5 m2 per person",
              "1,300 million yuan a year", "12 hours per person and month", "2 % per year", "-4 km2")  # fmt: skip
FIRMS = "name,staff,revenue,assets,sector,founded\nA,12,3.5,4,1,2001\nB,300,,,2,\nC,5,1.2,0.3,textiles,2019-05\n"
MANY_FIRMS = "Employees;Sales (million yuan);Founded\n" + "".join(f"{n};{n}.5;{1980 + n}\n" for n in range(1, 25))
# None of them runs worlds or writes a file, whatever its words become.
COMMANDS = (
    ("describe", "shougang", "rent"), ("outcomes", "rent", "--scenario", "shougang"), ("list", "--json"),
    ("describe", "shougang", "--set", "sites.shougang.rent=0.0004", "--json"), ("verify", "nothing", "--json"),
    ("schema",), ("plot", "nothing", "jobs"), ("trace", "nothing", "nothing", "--seed", "1"), ("verify", "results"),
)  # fmt: skip
ASKED = {
    "scenario": "shougang", "show": ["jobs"], "lead": "jobs", "seeds": 10, "months": 0,
    "variants": [{"name": "V", "changes": {"levers.demand": 0.1, "run.months": 9}, "of": "", "since": "2013-01"},
                 {"name": "", "changes": {"market.growth": {"2013-01": 0.1, "shape": "step"}}, "of": "place"}],
}  # fmt: skip
MESSAGES: tuple[dict[str, Any], ...] = (
    {"do": "ask", "number": 1, "asked": ASKED | {"scenario": "file:small.toml", "variants": [], "months": 3}},
    {"do": "link", "number": 2, "link": to_link(read_asked(ASKED))}, {"do": "save"},
    {"do": "file", "number": 3, "name": "mine.toml", "text": 'extends = "place"\n[run]\nmonths = 3\n'},
    {"do": "why", "variant": 0, "what": "why", "run": True, "few": True}, {"do": "why", "what": "sure", "stop": True},
    {"do": "motion", "of": "As it is", "seed": 1, "run": True}, {"do": "download", "what": "table"},
)  # fmt: skip
KEYS = ("levers.demand", "sites.shougang.rent", "run.months", "market.outside_rent", "population.enterprises",
        "run.start")  # fmt: skip
ABOUT = ("extends", "title", "summary", "headline")
_UNANSWERED = "this could not be answered"


@contextlib.contextmanager
def entries(space: Path) -> Iterator[Mapping[str, Use]]:
    """What is attacked, by name: a use of an input that a random generator mutates."""
    for name, text in {"small": SMALL, "more": MORE}.items():
        (space / f"{name}.toml").write_text(text)
    with _serving(space) as access:
        yield {
            **_texts(space), **_stored(space), **_linked(), "visit": _visits(space),
            "address": lambda rng: _fetched(access, rng), "name": lambda rng: let_in(access, rng),
            "command": _commanded,
        }  # fmt: skip


# --- files and values


def _texts(space: Path) -> dict[str, Use]:
    shipped = [it.read_bytes() for it in sorted((Path(__file__).parents[2] / "scenarios").glob("*.toml"))]
    base, known = load("shougang"), keys.known(model_catalogue())
    every = [*base.values, *ABOUT]
    leaves = {key: leaf for key in base.values if (leaf := known.leaf(tuple(key.split(".")))) is not None}
    sorted_keys = sorted(leaves)
    names = {"platforms": set(base.platforms), "sites": set(base.sites)}
    file = space / "it.toml"

    def scenario(rng: random.Random) -> object:
        text = rng.choice((SMALL.encode(), MORE.encode(), *(shipped if rng.random() < 0.2 else ())))
        file.write_bytes(statements(every, rng) + text if rng.random() < 0.3 else mutated(text, rng))
        return load(file)

    def override(rng: random.Random) -> object:
        text = f"{rng.choice(every)}={rng.choice(rng.choice((QUANTITIES, VALUES)))}"
        if rng.random() < 0.7:
            text = mutated(text.encode(), rng).decode(errors="surrogateescape")
        given = overrides([text])
        if rng.random() < 0.02:
            return load("shougang", given)
        if faults := override_layer(given, names, known).faults:
            raise ScenarioError(faults)
        return given

    def quantity(rng: random.Random) -> object:
        text = mutated(rng.choice(QUANTITIES).encode(), rng).decode(errors="replace")
        if rng.random() < 0.01:
            return load("shougang", {rng.choice(KEYS): text})
        key = rng.choice(sorted_keys)
        try:
            return values.checked(text, leaves[key])
        except values.InvalidValue as error:
            raise ScenarioError([Fault("", 0, key, str(error))]) from None

    def firms(rng: random.Random) -> object:
        it = space / "firms.csv"
        it.write_bytes(mutated(rng.choice((FIRMS, MANY_FIRMS)).encode(), rng))
        return register.read(str(it))

    def claims(rng: random.Random) -> object:
        it = space / "claims.toml"
        it.write_bytes(mutated(CLAIMS.encode(), rng))
        return read_claims(it, base.catalogue, base.catalogue.outcomes, {})

    load("shougang", {"sites.shougang.rent": QUANTITIES[0]})  # once slow: it imports what reads quantities
    return {"scenario": scenario, "override": override, "quantity": quantity, "register": firms, "claims": claims}


def _commanded(rng: random.Random) -> object:
    words = list(rng.choice(COMMANDS))
    place = rng.randrange(len(words))
    words[place] = mutated(words[place].encode(), rng).decode(errors="surrogateescape")
    given = [it for it in words if "\0" not in it]  # no command line has one
    said, wrong = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace")
    code: Any = 0
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(wrong):
        try:
            _command().main(given, prog_name="sim")
        except SystemExit as ended:
            code = ended.code or 0
        said.flush()
    if code not in (0, 1, 2):
        raise AssertionError(f"exit code {code}")
    return code


@cache
def _command() -> Any:
    """The program's commands, which take long to put together."""
    return typer.main.get_command(cli.app)


# --- what is kept


def _stored(space: Path) -> dict[str, Use]:
    folder = space / "results" / "small-0123456789ab"
    kept = _result(folder)
    study, held = _study(space)

    def changed(within: Path, files: Mapping[str, bytes], rng: random.Random, read: Callable[[Path], object]) -> object:
        name = rng.choice(sorted(files))
        (within / name).write_bytes(mutated(files[name], rng))
        try:
            verify_folder(within)
            return read(within)
        finally:
            (within / name).write_bytes(files[name])

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

    return {
        "result": lambda rng: changed(folder, kept, rng, open_result),
        "study": lambda rng: changed(study, held, rng, open_sweep), "journal": journalled,
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


# --- the live page


def _linked() -> dict[str, Use]:
    text = json.dumps(ASKED).encode()

    def clear(read: Callable[[Any], object], given: Any) -> object:
        try:
            return read(given)
        except Unclear as error:
            raise ResultError(str(error)) from None

    def link(rng: random.Random) -> object:
        made = json.dumps(retyped(ASKED, rng)).encode() if rng.random() < 0.5 else mutated(text, rng)
        packed = base64.urlsafe_b64encode(zlib.compress(made, 1))
        said = (mutated(packed, rng) if rng.random() < 0.3 else packed).decode(errors="surrogateescape")
        return clear(from_link, said.rstrip("="))

    def message(rng: random.Random) -> object:
        return clear(read_asked, retyped(retyped(ASKED, rng), rng))

    return {"link": link, "message": message}


def _visits(space: Path) -> Use:
    """A visitor who says anything; worlds are not run, as the page has no workers."""
    import toy

    server = Server(toy.model(), "file:small.toml", {"file:small.toml": space / "small.toml"}, space / "page", 0)
    pool = Pool(0, None)

    def visit(rng: random.Random) -> object:
        told: list[dict[str, Any]] = []
        later: list[Callable[[], None]] = []
        visitor = Visitor(pool, server.model, Files(server.named), server.out, told.append, later.append,
                          server.watch, server.step)  # fmt: skip
        try:
            for _ in range(rng.choice((1, 3))):
                given: Any = rng.choice(MESSAGES)
                if given["do"] == "file" and rng.random() < 0.7:
                    text = given["text"].encode()
                    text = statements(ABOUT, rng) + text if rng.random() < 0.3 else mutated(text, rng)
                    given = given | {"text": text.decode(errors="replace")}
                else:
                    given = retyped(given, rng)
                visitor.hear(json.loads(json.dumps(given)))  # as the socket hands it on
            while later:
                later.pop()()
        finally:
            visitor.close()
        if said := [it["said"] for one in told for it in one.get("faults", ()) if _UNANSWERED in it["said"]]:
            raise AssertionError(said[0])
        json.dumps(told)
        return told

    return visit


@contextlib.contextmanager
def _serving(space: Path) -> Iterator[Access]:
    """The page's server, without workers, in a thread."""
    import toy

    loop, began = asyncio.new_event_loop(), threading.Event()
    server = Server(toy.model(), "file:small.toml", {"file:small.toml": space / "small.toml"}, space / "page", 0)

    def serve() -> None:
        asyncio.set_event_loop(loop)
        loop.call_soon(lambda: (server.start(0), began.set()))
        loop.run_forever()
        server.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        if not began.wait(60):
            raise RuntimeError("the page did not open")
        yield server.access
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _fetched(access: Access, rng: random.Random) -> bytes:
    """The first line of the answer to a request; without token and host as they are nobody gets the page."""
    path = f"/?token={access.token[:-1]}" if rng.random() < 0.5 else rng.choice(("/", "/socket", "/?lang=zh", "/x"))
    own = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{access.port}\r\nCookie: {access.cookie}={access.token[1:]}\r\n"
        f"Origin: http://127.0.0.1:{access.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", access.port), timeout=10) as here:
        here.sendall(mutated(own, rng))
        here.shutdown(socket.SHUT_WR)
        answer = here.recv(4096)
    code = answer[9:12]
    if answer and (not answer.startswith(b"HTTP/1.1 ") or code[:1] not in b"34" or b"Traceback" in answer):
        raise AssertionError(f"answered with {answer[:80]!r}")
    if b"Set-Cookie" in answer:
        raise AssertionError("a token that is not the server's is taken")
    return answer


def let_in(access: Access, rng: random.Random) -> None:
    """Names of hosts, origins and tokens that are not the server's let nobody in."""
    own = f"127.0.0.1:{access.port}"
    host = mutated(own.encode(), rng).decode("latin-1")
    if access.is_known_host(host) and host not in (own, f"localhost:{access.port}", f"[::1]:{access.port}"):
        raise AssertionError(f"{host!r} is taken for the server's name")
    origin = mutated(f"http://{own}".encode(), rng).decode("latin-1")
    if access.is_known_origin(origin, own) and origin != f"http://{own}":
        raise AssertionError(f"{origin!r} is taken for the page")
    token = mutated(access.token.encode(), rng).decode("latin-1")
    if access.is_token(token) and token != access.token:
        raise AssertionError(f"{token!r} is taken for the token")
