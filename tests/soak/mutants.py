"""Mutants: one operator of a mechanism is changed at a time, and what ought to see it is asked whether it does.

In each mutant one expression of ``sim/model/mechanisms`` is another one. ``soak.judge`` does the hand arithmetic of
``equations`` and runs the worlds of ``small_world`` uncompiled: their books must balance after every mechanism, and
their numbers must be those that are kept. A mutant that nothing sees is listed; ``survivors.toml`` says why it may be
so.
"""

from __future__ import annotations

import ast
import copy
import json
import os
import random
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from soak.clock import Turn

ROOT = Path(__file__).resolve().parents[2]
MECHANISMS = ROOT / "sim" / "model" / "mechanisms"
REASONS = Path(__file__).with_name("survivors.toml")

_BINARY: dict[type, type] = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
_COMPARED: dict[type, type] = {
    ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
}  # fmt: skip
_BITS: dict[type, type] = {ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd}


@dataclass(frozen=True)
class Mutant:
    """A change of one expression: file, line, the function around it, the expression before and after it."""

    file: Path
    line: int
    function: str
    before: str
    after: str
    number: int  # of the file's mutants

    @property
    def key(self) -> str:
        """What it changes, wherever its line has moved to."""
        return f"{self.file.name} {self.function}: {self.before} -> {self.after}"

    @property
    def module(self) -> str:
        """The module of the mechanism."""
        return f"sim.model.mechanisms.{self.file.stem}"

    @cached_property
    def text(self) -> str:
        """The file's new text."""
        tree, places = _parsed(self.file)
        node = places[self.number][0]
        kept = copy.copy(vars(node))
        vars(node).update(_changed(node))
        try:
            return ast.unparse(tree)
        finally:
            vars(node).update(kept)

    def __str__(self) -> str:
        return f"{self.file.name}:{self.line}: {self.before} -> {self.after}"


def mutants(file: Path) -> Iterator[Mutant]:
    """All mutants of a file: an operator of each expression inside a function."""
    for number, (node, function) in enumerate(_parsed(file)[1]):
        before, kept = ast.unparse(node), copy.copy(vars(node))
        vars(node).update(_changed(node))
        yield Mutant(file, node.lineno, function, before, ast.unparse(node), number)
        vars(node).update(kept)


@cache
def _parsed(file: Path) -> tuple[ast.Module, list[tuple[Any, str]]]:
    """A file's tree, and its nodes that can be changed, with the outermost function or method around each."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    inside = [it for function in ast.walk(tree) if isinstance(function, ast.FunctionDef) for it in function.body]
    names = dict(_named(tree, ""))
    nodes = dict.fromkeys(it for statement in inside for it in ast.walk(statement))
    return tree, [(it, names[it]) for it in nodes if _changed(it)]


def _named(tree: ast.AST, name: str) -> Iterator[tuple[ast.AST, str]]:
    for it in ast.iter_child_nodes(tree):
        if isinstance(it, ast.ClassDef):
            yield from _named(it, f"{it.name}.")
        elif isinstance(it, ast.FunctionDef):
            yield from ((part, f"{name}{it.name}") for part in ast.walk(it))


def _changed(node: ast.AST) -> dict[str, ast.AST | list[ast.AST]]:
    if isinstance(node, ast.BinOp):
        other = (_BINARY | _BITS).get(type(node.op))
        return {"op": other()} if other else {}
    if isinstance(node, ast.Compare) and (other := _COMPARED.get(type(node.ops[0]))):
        return {"ops": [other(), *node.ops[1:]]}
    if isinstance(node, ast.AugAssign) and (other := _BINARY.get(type(node.op))):
        return {"op": other()}
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant):
        return {"op": ast.UAdd()}
    return {}


class Judge:
    """A process of ``soak.judge``; ``calls`` are the functions of mechanisms that its worlds call, as FILE:NAME."""

    def __init__(self) -> None:
        environment = os.environ | {
            "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "tests"))),
        }  # fmt: skip
        self._process = subprocess.Popen(
            [sys.executable, "-m", "soak.judge"], cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        self.calls = frozenset(self._heard()["calls"])

    def _heard(self) -> dict[str, Any]:
        assert self._process.stdout
        if not (line := self._process.stdout.readline()):
            raise RuntimeError(f"a judge has ended with {self._process.wait()}")
        return dict(json.loads(line))

    def seen(self, mutant: Mutant) -> str:
        """What sees a mutant: arithmetic, books, numbers, time or a crash; empty where nothing does."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"module": mutant.module, "text": mutant.text}) + "\n")
        self._process.stdin.flush()
        if error := (found := self._heard()).get("error"):
            raise RuntimeError(f"{mutant}: {error}")
        return str(found["seen"])

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def every() -> list[Mutant]:
    """All mutants of all mechanisms."""
    return [it for file in sorted(MECHANISMS.glob("*.py")) for it in mutants(file)]


def sample(count: int, seed: int = 1) -> list[Mutant]:
    """So many of them, at random."""
    known = every()
    return random.Random(seed).sample(known, min(count, len(known)))


@dataclass
class Judged:
    """What became of mutants."""

    mutants: int = 0
    seen_by: dict[str, int] = field(default_factory=dict)
    uncalled: int = 0  # the small worlds do not call what is changed, nor does the arithmetic see it
    survivors: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def attack(turn: Turn) -> Judged:
    """Judge mutants; a number is that of a sample, without one twice."""
    found, chosen, judge = Judged(), sample(len(every())), Judge()
    try:
        for number in turn.numbers(lambda: found.mutants, len(chosen)):
            it = chosen[number]
            found.mutants += 1
            if seen := judge.seen(it):
                found.seen_by[seen] = found.seen_by.get(seen, 0) + 1
            else:
                found.survivors.append(it.key)
                found.uncalled += f"{it.file.name}:{it.function}" not in judge.calls
    finally:
        judge.close()
    return found


def reasons() -> dict[str, str]:
    """Why a mutant survives, by its key."""
    return dict(tomllib.loads(REASONS.read_text(encoding="utf-8")))


def survivors(chosen: Sequence[Mutant]) -> list[Mutant]:
    """The mutants that nothing sees."""
    judge = Judge()
    try:
        return [it for it in chosen if not judge.seen(it)]
    finally:
        judge.close()
