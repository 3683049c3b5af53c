"""Mutants: one operator or number of a mechanism is changed at a time, and tests that ought to see it are run.

In each mutant one expression of ``sim/model/mechanisms`` is another one. ``equations``, hand arithmetic of each
equation and of loops that book money, is run uncompiled, then the test files of the mechanism. A mutant that none of
them kills is listed; ``survivors.toml`` says why it may live.
"""

from __future__ import annotations

import ast
import copy
import os
import random
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from soak.clock import Turn

ROOT = Path(__file__).resolve().parents[2]
MECHANISMS = ROOT / "sim" / "model" / "mechanisms"
REASONS = Path(__file__).with_name("survivors.toml")
MOST_FILES = 3  # of tests for a mechanism
_SECONDS = 240

_BINARY: dict[type, type] = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
_COMPARED: dict[type, type] = {
    ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
}  # fmt: skip
_BITS: dict[type, type] = {ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd}


@dataclass(frozen=True)
class Mutant:
    """A change of one expression: file, line, the expression before and after it, and the file's new text."""

    file: Path
    line: int
    before: str
    after: str
    text: str

    @property
    def key(self) -> str:
        """What it changes, wherever its line has moved to."""
        return f"{self.file.name}: {self.before} -> {self.after}"

    def __str__(self) -> str:
        return f"{self.file.name}:{self.line}: {self.before} -> {self.after}"


def mutants(file: Path) -> Iterator[Mutant]:
    """All mutants of a file: an operator of each expression inside a function."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    inside = [it for function in ast.walk(tree) if isinstance(function, ast.FunctionDef) for it in function.body]
    for node in dict.fromkeys(it for statement in inside for it in ast.walk(statement)):
        if changed := _changed(node):
            before, kept = ast.unparse(node), copy.copy(vars(node))
            vars(node).update(changed)
            yield Mutant(file, node.lineno, before, ast.unparse(node), ast.unparse(tree))
            vars(node).update(kept)


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


def killed(mutant: Mutant, space: Path, tests: Sequence[str] = (), seconds: float = _SECONDS) -> bool:
    """Whether a test fails with the mutant in place of the mechanism, or is not done in so many seconds."""
    file = space / mutant.file.name
    file.write_text(mutant.text, encoding="utf-8")
    environment = os.environ | {
        "NUMBA_DISABLE_JIT": "1",
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "tests"))),
        "SIM_MUTANT": f"sim.model.mechanisms.{file.stem}={file}",
    }
    first = [sys.executable, "-c", "import soak.mutated, equations, sys; sys.exit(bool(equations.wrong()))"]
    then = [sys.executable, "-m", "pytest", "-x", "-q"]
    then += [part for plugin in ("soak.mutated", "no:cacheprovider", "no:xdist") for part in ("-p", plugin)]
    then += [str(ROOT / "tests" / name) for name in tests]
    return _fails(then if tests else first, space, environment, seconds)


def _fails(command: Sequence[str], space: Path, environment: Mapping[str, str], seconds: float) -> bool:
    try:
        done = subprocess.run(
            command, cwd=space, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return True  # it hangs, which CI would see
    return done.returncode != 0


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
    by_arithmetic: int = 0
    by_tests: int = 0
    untested: int = 0  # no test file of the mechanism passes uncompiled in time: alive by the arithmetic alone
    survivors: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def attack(turn: Turn) -> Judged:
    """Judge mutants, by the arithmetic first and then by the tests of their mechanism; a number is that of a sample."""
    found, chosen = Judged(), sample(len(every()))
    for number in turn.numbers(lambda: found.mutants, len(chosen)):
        it = chosen[number]
        found.mutants += 1
        if not survivors([it]):
            found.by_arithmetic += 1
            continue
        tests = tests_of(it.file.stem)
        if tests and not survivors([it], tests=tests):
            found.by_tests += 1
            continue
        found.untested += not tests
        found.survivors.append(it.key)
    return found


def reasons() -> dict[str, str]:
    """Why a mutant survives, by its key."""
    return dict(tomllib.loads(REASONS.read_text(encoding="utf-8")))


@cache
def tests_of(mechanism: str) -> tuple[str, ...]:
    """The test files that import a mechanism or set its parameters and pass uncompiled in time without a mutant."""
    names = re.compile(rf"mechanisms import .*\b{mechanism}\b|mechanisms\.{mechanism}\b")
    files = {it: len(names.findall(it.read_text(encoding="utf-8"))) for it in (ROOT / "tests").glob("test_*.py")}
    likely = sorted((it for it, count in files.items() if count), key=lambda it: (-files[it], it.name))[:MOST_FILES]
    whole = next(mutants(MECHANISMS / f"{mechanism}.py"))
    unchanged = replace(whole, text=whole.file.read_text(encoding="utf-8"))
    passing = []
    for it in likely:
        with tempfile.TemporaryDirectory(prefix="mutant-") as space:
            if not killed(unchanged, Path(space), [it.name], seconds=_SECONDS / 2):
                passing.append(it.name)
    return tuple(passing)


def survivors(chosen: Sequence[Mutant], workers: int = 1, tests: Sequence[str] = ()) -> list[Mutant]:
    """The mutants that no test kills."""

    def lives(it: Mutant) -> bool:
        with tempfile.TemporaryDirectory(prefix="mutant-") as space:
            return not killed(it, Path(space), tests)

    with ThreadPoolExecutor(workers) as pool:
        return [it for it, alive in zip(chosen, pool.map(lives, chosen), strict=True) if alive]
