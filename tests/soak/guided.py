"""Hostile inputs guided by coverage, where atheris is installed: what runs new lines of ``sim`` is changed further.

atheris changes bytes, and Hypothesis makes the choices of an input from them, so that the inputs are of the kinds of
``entries`` and what may come of one is as ``hostile`` has it.
"""

from __future__ import annotations

import importlib.util
import json
import os
import random
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from soak.clock import Turn
from soak.entries import entries
from soak.hostile import SHARES, Hostile, driven, strict, told
from soak.table import merged

ROUND = 50  # times the share of a kind: inputs of one process
_LONGEST = 4096  # bytes of which the choices of an input are made
# What reads inputs is looked at while it is imported; compiled loops cannot be.
_PROCESS = """import sys, atheris
with atheris.instrument_imports(include=["sim." + it for it in "scenario places page runs studies report cli".split()]):
    from soak import guided
guided.fuzz(*sys.argv[1:])
"""


def is_installed() -> bool:
    """Whether atheris is there."""
    return importlib.util.find_spec("atheris") is not None


def attack(turn: Turn, space: Path) -> Hostile:
    """Try inputs of one kind after the other, each in a process of its own; bytes that ran new lines are kept."""
    found = Hostile()
    for number in turn.numbers(lambda: found.tried) if is_installed() else ():
        more = fuzzed(list(SHARES)[number % len(SHARES)], number, space)
        vars(found).update(merged(asdict(found), asdict(more)))
    return found


def fuzzed(name: str, number: int, space: Path) -> Hostile:
    """What a process finds that goes on from the bytes kept of a kind."""
    if not (corpus := space / name).exists():
        corpus.mkdir()
        (corpus / "first").write_bytes(random.Random(number).randbytes(_LONGEST))
    command = [sys.executable, "-c", _PROCESS, name, str(number), str(corpus)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return Hostile(wrong=[f"{name} {number}: ended with {done.returncode}: {done.stderr[-500:]}"])
    return Hostile(**json.loads(done.stdout.splitlines()[-1]))


def fuzz(name: str, number: str, corpus: str) -> None:
    """Try inputs of a kind, print what was found and end the process, which atheris does not give back."""
    import atheris

    found = Hostile()
    with tempfile.TemporaryDirectory(prefix="soak-") as space, entries(Path(space)) as kinds, strict():
        test = driven(f"{name} {number}", kinds[name], found)

        def once(data: bytes) -> None:
            try:
                test.hypothesis.fuzz_one_input(data)  # type: ignore[attr-defined]
            except Exception as error:  # noqa: BLE001  it is what is looked for
                found.wrong.append(f"{name} {number}: {told(error)}")
            if found.tried >= ROUND * SHARES[name] or found.wrong:
                print(json.dumps(asdict(found)), flush=True)
                os._exit(0)

        options = [f"-seed={int(number) + 1}", f"-max_len={_LONGEST}", "-len_control=0", corpus]
        atheris.Setup([sys.argv[0], *options], once)
        atheris.Fuzz()
