"""The live page in Chromium: when it is there, how many bytes it is, and how long an answer takes after a move.

One place is small, so that its worlds take well under 0.25 s; the other is the shipped ``shougang``. The baseline's
worlds are kept, as on a page that was open for some seconds; each move is to a value that was not asked before.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from common import ROOT, Section, Table, Timing, number, summary

NAME, ORDER = "page", 35
WITHIN = 0.5  # seconds, of 95 in 100 moves, from the slider's event to the first pair
_PATIENCE = 120.0  # seconds
_SLIDER = '[data-key="levers.tax_relief"] input[type=range]'
# Notes when a move is heard, sent, accepted, answered and drawn, in milliseconds after the slider's event.
_WATCH = """window.noted = {};
const send = socket.send.bind(socket);
socket.send = (text) => { if (JSON.parse(text).do === "ask") note("sent"); send(text); };
const note = (name) => { if (!(name in noted)) noted[name] = performance.now() - window.moved; };
window.note = note;
socket.addEventListener("message", (event) => {
  const message = JSON.parse(event.data);
  if (message.number !== number) return;
  if (message.do === "asked") note("accepted");
  if (message.do === "progress" && message.months === undefined) window.last = message;
  if (message.do === "answer" && message.parts.lead) {
    if (!("first pair" in noted)) requestAnimationFrame(() => setTimeout(() => note("drawn")));
    note("first pair");
    if (message.seeds === 10) note("ten seeds");
  }
});"""
_MOVE = """const it = document.querySelector(arguments[0]);
for (const name of Object.keys(noted)) delete noted[name];
window.moved = performance.now();
it.value = arguments[1]; it.dispatchEvent(new Event('input', { bubbles: true }));"""
_STEPS = (
    ("the slider's event to the question sent", None, "sent"),
    ("to the question accepted: loaded, checked, its digest taken", "sent", "accepted"),
    ("to the first pair at the page: one world run, compared", "accepted", "first pair"),
    ("to the first pair drawn", "first pair", "drawn"),
)


def run(quick: bool) -> Section:
    """The tables of the live page."""
    sys.path.insert(0, str(ROOT / "tests"))
    import pages
    import pytest
    from browser import browser

    moves, others, loads = (5, 2, 2) if quick else (40, 12, 7)
    before = os.getloadavg()[0]
    try:
        with tempfile.TemporaryDirectory() as folder, browser(Path(folder)) as page:
            with pages.process(Path(folder), "real") as address:
                painted, sizes = _loaded(page, address, loads)
                found = _moved(page, moves)
            with pages.process(Path(folder), "shougang") as address:
                page.open(address)
                shipped = _moved(page, others)
    except pytest.skip.Exception as error:
        return Section((Table("The live page", ("", "seconds"), (), (f"left out: {error}",)),))
    most = _most(found)
    rows = [
        ("the page is painted", str(painted), ""),
        ("a move to its first pair, drawn", *(str(summary([it["drawn"] for it in each])) for each in (found, shipped))),
        ("the same, 95 in 100 moves", number(most), number(_most(shipped))),
        ("a move to its answer on ten seeds",
         *(str(summary([it["ten seeds"] for it in each])) for each in (found, shipped))),
    ]  # fmt: skip
    parts = [
        (words, *(str(_between(each, begin, end)) for each in (found, shipped))) for words, begin, end in _STEPS
    ]  # fmt: skip
    plain, packed = sizes
    size = [("the page, script and style in it", number(plain / 1000), number(packed / 1000))]
    notes = (
        f"{moves} moves of a slider, worlds of 400 enterprises over 40 months, and {others} of shougang.",
        f"Load of the machine, mean of a minute: {before:.1f} before, {os.getloadavg()[0]:.1f} after.",
        f"The aim is {WITHIN} s for 95 in 100 moves where a world takes at most 0.25 s.",
    )
    tables = (
        Table("The live page, seconds", ("", "400 enterprises", "shougang"), rows, notes),
        Table("Parts of the time to the first pair, seconds", ("", "400 enterprises", "shougang"), parts),
        Table("Bytes, in thousands", ("", "plain", "compressed"), size),
    )
    data = {"moves": found, "shougang": shipped, "bytes": {"plain": plain, "compressed": packed}}
    fault = f"95 in 100 moves have their first pair within {number(most)} s, the aim is {WITHIN}"
    return Section(tables, data, faults=() if quick or most <= WITHIN else (fault,))


def _loaded(page: Any, address: str, loads: int) -> tuple[Timing, tuple[int, int]]:
    """Seconds to the first paint, and the bytes of the page, plain and compressed."""
    found = []
    for _ in range(loads):
        page.open(address)
        _until(lambda: page.script("return performance.getEntriesByName('first-contentful-paint').length"))
        found.append(page.script("return performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1000)
    sizes = page.script(
        "const it = performance.getEntriesByType('navigation')[0]; return [it.decodedBodySize, it.encodedBodySize]"
    )
    return summary(found), (sizes[0], sizes[1])


def _moved(page: Any, moves: int) -> list[dict[str, float]]:
    """Seconds from the slider's event to each step of the answer, of each move."""
    _until(lambda: page.script("return document.querySelector('#status').textContent.startsWith('10 seeds done')"))
    _until(lambda: page.script("return document.querySelector(arguments[0]) !== null", _SLIDER))
    page.script(_WATCH)
    found = []
    for step in range(moves + 1):  # the first one makes the workers' first copies, and is left out
        page.script(_MOVE, _SLIDER, str(20 + step))
        _until(lambda: page.script("return 'ten seeds' in noted && 'drawn' in noted"))
        if step:
            found.append({name: value / 1000 for name, value in page.script("return noted").items()})
    return found


def _most(found: list[dict[str, float]]) -> float:
    """Seconds within which 95 in 100 moves have their first pair."""
    first = sorted(it["drawn"] for it in found)
    return first[min(len(first) - 1, int(0.95 * len(first)))]


def _between(found: list[dict[str, float]], begin: str | None, end: str) -> Timing:
    return summary([it[end] - (it[begin] if begin else 0.0) for it in found])


def _until(true: Callable[[], Any]) -> None:
    end = time.monotonic() + _PATIENCE
    while not true():
        if time.monotonic() > end:
            raise TimeoutError("the live page did not answer")
        time.sleep(0.03)
