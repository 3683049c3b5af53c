"""What every peer does alike: a process that answers requests, one JSON object a line on its own standard output.

A peer is a class ``Peer(request)`` with ``month()``, ``agents`` (their number), and for the core month ``columns()``
(lists of staff, sales and productivity) and ``counts()`` (successes and exits so far); for a whole model ``digest()``.
Ours can also tell the ``parts()`` of a month.
Standard library only: each peer lives in an environment of its own.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Callable
from importlib import metadata
from typing import Any


def serve(peer: Callable[[dict[str, Any]], Any], *packages: str) -> None:
    """Answer requests until standard input ends; what a framework prints goes to standard error."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    tasks = {"sample": _sample, "time": _time, "digest": _digest, "parts": _parts}

    def say(answer: dict[str, Any]) -> None:
        print(json.dumps(answer), file=out, flush=True)

    say({"python": platform.python_version(), "versions": {name: metadata.version(name) for name in packages}})
    for line in sys.stdin:
        request = json.loads(line)
        say(tasks[request["task"]](peer, request))


def _sample(peer: Callable[[dict[str, Any]], Any], request: dict[str, Any]) -> dict[str, Any]:
    """State after ``months``, and what was counted on the way, for each of ``seeds``."""
    columns, counts = [], []
    for seed in request["seeds"]:
        made = peer({**request, "seed": seed})
        for _ in range(request["months"]):
            made.month()
        columns.append(made.columns())
        counts.append(made.counts())
    return {"columns": columns, "counts": counts}


def _time(peer: Callable[[dict[str, Any]], Any], request: dict[str, Any]) -> dict[str, Any]:
    """Nanoseconds an agent and month of ``runs`` runs, one after the other; set-up and first month stand apart.

    A run has ``months`` months, or where that is 0 so many that it takes about ``seconds``, up to ``most``.
    """
    began = time.perf_counter()
    made = peer({**request, "seed": 1})
    setup = time.perf_counter() - began
    first = _seconds(made.month)
    months = request["months"]
    if not months:
        months = min(max(1, round(request["seconds"] / _seconds(made.month))), request["most"])
    cost = []
    for _ in range(request["runs"]):
        agent_months = 0
        began = time.perf_counter()
        for _ in range(months):
            agent_months += made.agents
            made.month()
        cost.append((time.perf_counter() - began) * 1e9 / agent_months)
    return {"setup": setup, "first": first, "months": months, "agents": made.agents, "ns": cost}


def _digest(peer: Callable[[dict[str, Any]], Any], request: dict[str, Any]) -> dict[str, Any]:
    """Digest of the whole state after ``months`` months of ``seed``."""
    made = peer(request)
    for _ in range(request["months"]):
        made.month()
    return {"digest": made.digest(), "agents": made.agents}


def _parts(peer: Callable[[dict[str, Any]], Any], request: dict[str, Any]) -> dict[str, Any]:
    """Nanoseconds an agent of each part of a month, run by run."""
    return {"parts": peer(request).parts()}


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
