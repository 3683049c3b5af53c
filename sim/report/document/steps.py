"""The month in order, read off ``Ecosystem.step`` itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from sim.report.document.rooms import Function, Room, room
from sim.report.document.uses import Uses, uses

_MODEL, _CLASS = "sim.model.ecosystem", "Ecosystem"


class Step(NamedTuple):
    """One line of the month: the name told to watchers (empty for what no watcher is told of), and what it calls."""

    name: str
    function: Function

    @property
    def call(self) -> str:
        """Such as ``letting.pay``."""
        return f"{self.function.module.rpartition('.')[2]}.{self.function.name.rpartition('.')[2]}"

    @property
    def file(self) -> str:
        """The source's path below the project's folder."""
        return "/".join(self.function.module.split(".")) + ".py"

    @property
    def about(self) -> str:
        """What the module does as a whole."""
        return room(self.function.module).about

    @property
    def uses(self) -> Uses:
        return uses(self.function)


def opening() -> Step:
    """What is done before the first month: not a part of ``step``."""
    return Step("population", Function("sim.model.mechanisms.population", "found"))


@cache
def steps() -> tuple[Step, ...]:
    """The steps of a month, in order."""
    model = room(_MODEL)
    return tuple(_steps(model, model.functions[f"{_CLASS}.step"]))


def _steps(model: Room, body: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Step]:
    for line in body.body:
        called = line.value if isinstance(line, ast.Expr | ast.Assign) else None
        if not isinstance(called, ast.Call) or not isinstance(called.func, ast.Attribute):
            continue
        if called.func.attr != "_run":
            function = model.function(called.func)
            if function is not None:
                yield Step("", function)
            continue
        name, given = called.args
        assert isinstance(name, ast.Constant), ast.unparse(line)
        function = _given(model, given)
        if function is None:
            raise LookupError(f"{_MODEL}: what does {ast.unparse(line)} run?")
        yield Step(str(name.value), function)


def _given(model: Room, given: ast.expr) -> Function | None:
    """The function that a step is given: itself, or what a lambda calls."""
    if isinstance(given, ast.Lambda):
        assert isinstance(given.body, ast.Call), ast.unparse(given)
        given = given.body.func
    if isinstance(given, ast.Attribute) and isinstance(given.value, ast.Attribute):
        return _method(model, given.value.attr, given.attr)
    return model.function(given)


def _method(model: Room, held: str, method: str) -> Function | None:
    """The method of what the model holds as ``self.held``, by the class that ``__init__`` makes it of."""
    for node in ast.walk(model.functions[f"{_CLASS}.__init__"]):
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Name)
            and [getattr(target, "attr", "") for target in node.targets] == [held]
        ):
            module, kind = model.imported[node.value.func.id]
            return Function(module, f"{kind}.{method}")
    return None
