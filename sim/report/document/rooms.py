"""The package's sources as they are written: functions by name, and which function a name in them means."""

from __future__ import annotations

import ast
import importlib.util
from functools import cache
from pathlib import Path
from typing import NamedTuple

Definition = ast.FunctionDef | ast.AsyncFunctionDef
# Whose methods are meant by ``world.x()`` and the like: names of variables and attributes, by module and class.
_HELD = {
    "world": ("sim.model.state.world", "World"),
    "links": ("sim.model.state.links", "Links"),
    "ring": ("sim.model.state.ring", "Ring"),
    "books": ("sim.model.state.accounts", "Books"),
}


class Function(NamedTuple):
    """A function or method by its module and its name there, such as ``sim.model.state.world`` and ``World.vacate``."""

    module: str
    name: str

    @property
    def definition(self) -> Definition:
        return room(self.module).functions[self.name]

    @property
    def about(self) -> str:
        return ast.get_docstring(self.definition) or ""

    @property
    def parameters(self) -> list[str]:
        return [argument.arg for argument in self.definition.args.args]


class Room:
    """One module: its functions (methods as ``Class.method``), and what its names are imported from."""

    def __init__(self, module: str) -> None:
        spec = importlib.util.find_spec(module)
        assert spec is not None, module
        assert spec.origin is not None, module
        self.module = module
        self.file = Path(spec.origin)
        self.tree = ast.parse(self.file.read_text(encoding="utf-8"))
        self.about = ast.get_docstring(self.tree) or ""
        self.functions: dict[str, Definition] = {}
        self.imported: dict[str, tuple[str, str]] = {}
        for node in self.tree.body:
            if isinstance(node, Definition):
                self.functions[node.name] = node
            elif isinstance(node, ast.ClassDef):
                inner = [it for it in node.body if isinstance(it, Definition)]
                self.functions |= {f"{node.name}.{it.name}": it for it in inner}
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sim"):
                self.imported |= {name.asname or name.name: (str(node.module), name.name) for name in node.names}

    def function(self, called: ast.expr, owner: str = "") -> Function | None:
        """The function of the package that an expression names; ``owner`` is the class in which it stands."""
        if isinstance(called, ast.Name):
            if called.id in self.functions:
                return Function(self.module, called.id)
            return _function(*self.imported.get(called.id, ("", "")))
        if not isinstance(called, ast.Attribute):
            return None
        inside = called.value
        if isinstance(inside, ast.Name) and inside.id in self.imported:
            return _function(".".join(self.imported[inside.id]), called.attr)
        held = inside.attr if isinstance(inside, ast.Attribute) else getattr(inside, "id", "")
        module, kind = (self.module, owner) if held == "self" else _HELD.get(held, ("", ""))
        return _function(module, f"{kind}.{called.attr}")


def _function(module: str, name: str) -> Function | None:
    known = module.startswith("sim.") and importlib.util.find_spec(module) is not None
    return Function(module, name) if known and name in room(module).functions else None


@cache
def room(module: str) -> Room:
    return Room(module)


@cache
def reached(start: Function) -> tuple[Function, ...]:
    """A function and all those of the package that it names, and that they name, each once."""
    found, waiting = [start], [start]
    while waiting:
        at = waiting.pop(0)
        here, owner = room(at.module), at.name.rpartition(".")[0]
        for node in ast.walk(at.definition):
            if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
                other = here.function(node, owner)
                if other is not None and other not in found:
                    found.append(other)
                    waiting.append(other)
    return tuple(found)
