"""The live page's server with the toy model, and a visitor who speaks its protocol."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import toy
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from sim.page.server import Server, serve
from sim.page.stepping import Stopped
from sim.runs.replicate import ecosystem

ASKED = {"scenario": "file:toy.toml", "variants": [], "show": [], "lead": "", "seeds": 10}
GROWTH = "market.growth"


def step(scenario: Any, seed: int, past: Any, waited: Any, pause: float = 0.0, marks: str = "") -> Any:
    """A world of the toy model; each month takes ``pause`` seconds, and what ends leaves a mark in a folder."""
    del past
    pause, marks = float(os.environ.get("TOY_PAUSE", pause)), os.environ.get("TOY_MARKS", marks)
    for month in range(scenario.months):
        if not waited(month, scenario.months):
            _mark(marks, f"cut-{scenario.values[GROWTH]}-{seed}-{month}")
            raise Stopped
        if pause:
            time.sleep(pause)
    _mark(marks, f"done-{scenario.values[GROWTH]}-{seed}")
    return toy.grow(scenario, seed, scenario.months), b""


def slowly(pause: float, marks: Path | str = "") -> Any:
    """``step`` with a pause and marks: workers have the environment of when the first of them was started."""
    return partial(step, pause=pause, marks=str(marks))


def _mark(folder: str, name: str) -> None:
    if folder:
        Path(folder, f"{name}-{time.time_ns()}").touch()


def record_of(scenario: Any, seed: int, past: Any, waited: Any, file: str) -> Any:
    """The months of a world, whichever is asked for, as they are in a file."""
    del scenario, seed, past
    waited(0, 1)
    return np.zeros((0, 0)), Path(file).read_bytes()


def fail(scenario: Any, seed: int, past: Any, waited: Any) -> Any:
    """Worlds with more growth fail on every seed; others on none."""
    if scenario.values[GROWTH] > 0.04:
        raise ArithmeticError("the books of month 7 do not balance")
    return step(scenario, seed, past, waited)


def die(scenario: Any, seed: int, past: Any, waited: Any) -> Any:
    """The worker dies at worlds with more growth."""
    if scenario.values[GROWTH] > 0.04:
        os._exit(9)
    return step(scenario, seed, past, waited)


ELASTICITY = "market.price_elasticity"
FEW = toy.SCENARIO + "".join(
    f"[mechanisms.{name}]\nenabled = false\n"
    for name in (
        "entry", "newborns", "adoption", "resources", "projects", "matching", "industries", "absorption", "frontier",
        "chain", "idle_space", "letting", "growth", "finance", "taxes", "exports", "jobs",
    )
)  # fmt: skip


def turn(scenario: Any, seed: int, past: Any, waited: Any) -> Any:
    """More growth brings more startups below an elasticity of 2, and fewer above, where demand is on."""
    values = scenario.values
    cells, record = step(replace(scenario, values={**values, GROWTH: 0.03}), seed, past, waited)
    if values["mechanisms.demand.enabled"]:
        luck = np.random.default_rng(seed).uniform(900.0, 1100.0)
        cells[:, 0] += luck * values[GROWTH] * (2.0 - values[ELASTICITY])
    return cells, record


def server(folder: Path, workers: int = 1, step: Callable[..., Any] = step, text: str = toy.SCENARIO) -> Server:
    """A server of the toy model; the scenario ``toy`` is a file that it was started with."""
    file = folder / "toy.toml"
    file.write_text(text)
    named = {ASKED["scenario"]: file}
    return Server(toy.model(), str(ASKED["scenario"]), named, folder / "results", workers, step=step)


open_sockets: list[Any] = []


def serving(made: Server, talk: Callable[[Server], Awaitable[None]]) -> None:
    """Serve, in this process, as long as ``talk`` takes."""

    async def run() -> None:
        made.start(0)
        try:
            await asyncio.wait_for(talk(made), 300)
        finally:
            for it in open_sockets:
                protocol = it.protocol
                it.close()
                if protocol is not None:
                    protocol.stream.close()  # at once: a handshake may outlast the loop
            open_sockets.clear()
            made.close()
            await asyncio.sleep(0.05)

    asyncio.run(run())


class Visit:
    """A visitor: one socket, and the messages that came over it."""

    def __init__(self, socket: Any) -> None:
        self.socket, self.number = socket, 0
        self.heard: list[dict[str, Any]] = []

    async def say(self, **message: Any) -> int:
        self.number += 1
        await self.socket.write_message(json.dumps({"number": self.number, **message}))
        return self.number

    async def ask(self, *variants: dict[str, Any], **more: Any) -> int:
        return await self.say(do="ask", asked={**ASKED, "variants": list(variants), **more})

    async def until(self, wanted: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """The next message that is wanted."""
        while True:
            text = await self.socket.read_message()
            assert text is not None, "the socket was closed"
            message: dict[str, Any] = json.loads(text)
            self.heard.append(message)
            if wanted(message):
                return message

    async def leave(self) -> None:
        """Close the socket; what has come over it must be read before it is."""
        self.socket.close()
        while await self.socket.read_message() is not None:
            pass

    async def answer(self, seeds: int) -> dict[str, Any]:
        """The first answer to the last question on so many seeds or more, with a lead."""
        return await self.until(
            lambda it: it["do"] == "answer" and it["number"] == self.number and it["seeds"] >= seeds
            and "differences" in it["parts"]
        )  # fmt: skip


def variant(growth: float, name: str = "Variant 1", **more: Any) -> dict[str, Any]:
    return {"name": name, "changes": {GROWTH: growth}, "of": "", "since": "", **more}


async def visit(made: Server, **headers: str) -> Visit:
    """A visitor who has the token and comes from the page itself, unless headers say otherwise."""
    access = made.access
    host = f"127.0.0.1:{access.port}"
    given = {"Origin": f"http://{host}", "Cookie": f"{access.cookie}={access.token}"} | headers
    open_sockets.append(await websocket_connect(HTTPRequest(f"ws://{host}/socket", headers=given)))
    return Visit(open_sockets[-1])


# --- a process of its own, for a browser


@contextmanager
def dealt(sent: signal.Signals, how: signal.Handlers) -> Iterator[None]:
    """What processes that are started here do with a signal, whatever this one was told: some ignore Ctrl-C."""
    before = signal.signal(sent, how)
    try:
        yield
    finally:
        signal.signal(sent, before)


@contextmanager
def process(
    folder: Path, kind: str = "toy", ending: signal.Signals = signal.SIGTERM, **environment: str
) -> Iterator[str]:
    """The address of a page that another process serves until a signal: a kind of ``main``, or the toy model."""
    import subprocess

    from command import surroundings

    command = [sys.executable, __file__, str(folder), kind]
    with dealt(ending, signal.SIG_DFL):
        started = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=surroundings(**environment), cwd=folder
        )
    with started as running:
        try:
            assert running.stdout
            address = running.stdout.readline().strip()
            assert address.startswith("http://127.0.0.1:"), address
            yield address
        finally:
            running.send_signal(ending)
            assert running.wait(30) == 0


REAL = """title = "A small place"
extends = "shougang"
[run]
months = 40
spin_up = 12
[population]
enterprises = 400
largest_staff = 2000.0
[figures]
site_enterprises = false
site_jobs = false
site_taxes = false
"""


def main(folder: Path, kind: str) -> None:
    if kind == "real":
        file = folder / "small.toml"
        file.write_text(REAL)
        made = Server(ecosystem(), "file:small.toml", {"file:small.toml": file}, folder / "results", 2)
    elif kind == "shougang":
        made = Server(ecosystem(), "shougang", {}, folder / "results", 2)
    elif kind == "few":
        made = server(folder, 2, turn, FEW)
    elif kind == "die":
        made = server(folder, 2, die)
    else:
        made = server(folder, 2)
        if file := os.environ.get("TOY_MONTHS"):
            made.watch = partial(record_of, file=file)
    asyncio.run(
        serve(made, int(os.environ.get("TOY_PORT", "0")), "127.0.0.1", lambda it: print(it.address, flush=True))
    )


if __name__ == "__main__":
    import pages  # by its name, so that workers find its functions

    pages.main(Path(sys.argv[1]), sys.argv[2])
