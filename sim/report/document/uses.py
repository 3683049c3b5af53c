"""What a part of the month reads and changes, read off the source of all the functions that it reaches.

The house's rule makes that possible: columns of the table are used as attributes of ``r``, ``w``, ``e``, ``known`` and
``table``, and mechanisms' kernels touch no other. Tests hold what is found here to a world that runs.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import cache

from sim.declare import declared
from sim.kernel import draws
from sim.model.state.accounts import TRANSFERS
from sim.model.state.enterprises import NAMES
from sim.parameters import Levers
from sim.report.document.rooms import Function, reached, room

_TABLES = ("r", "w", "e", "known", "table")
_SHARED = {"sectors": "sectors", "site": "sites", "platform": "platforms", "world": "world"}
_PEOPLE = ("people", "skilled")
_OF_THE_WORLD = {
    "World._add_platform": "platforms",
    "Links.add": "links",
    "Links.drop": "links",
    "Books.pay": "accounts",
}
_AXES = 3  # draws of three axes or kinds are numbered from the first


@dataclass
class Uses:
    """Names of columns, parameters, draws, transfers, and of other state that changes."""

    reads: set[str] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)
    parameters: set[str] = field(default_factory=set)
    purposes: set[str] = field(default_factory=set)
    transfers: set[str] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)  # state beside the table that is changed

    def add(self, other: Uses) -> None:
        for name, values in vars(other).items():
            getattr(self, name).update(values)


def uses(start: Function) -> Uses:
    """What a function and all that it reaches read and change."""
    found = Uses()
    for function in reached(start):
        found.add(_uses(function))
    return found


def purposes() -> dict[str, int]:
    """The purposes of draws by name."""
    return {name: value for name, value in vars(draws).items() if name.isupper() and isinstance(value, int)}


@cache
def _uses(function: Function) -> Uses:
    found, body = Uses(), function.definition
    _columns(function, found)
    aliases = _aliases(body)
    slices = [node for node in ast.walk(body) if isinstance(node, ast.Subscript)]
    looked_up = {id(node.slice) for node in slices if isinstance(node.ctx, ast.Load)}
    for node in ast.walk(body):
        if isinstance(node, ast.Name):
            _transfer(function, node, looked_up, found)
        elif isinstance(node, ast.Call):
            _group(node, found)
        elif isinstance(node, ast.BinOp):
            found.purposes.update(_purposes(node.left, _AXES))
        elif isinstance(node, ast.Attribute):
            found.purposes.update(_purposes(node, 1))
            if _base(node) == "levers" and node.attr in declared(Levers):
                found.parameters.add(f"levers.{node.attr}")
        found.shared.update(_shared(function, node, aliases))
    if function.name in _OF_THE_WORLD:
        found.shared.add(_OF_THE_WORLD[function.name])
    return found


# --- columns


def _columns(function: Function, found: Uses) -> None:
    body = function.definition
    moved = {id(node.target) for node in ast.walk(body) if isinstance(node, ast.AugAssign)}
    handled: set[int] = set()
    for node in ast.walk(body):
        if isinstance(node, ast.Subscript) and (name := _column(node.value)):
            handled.add(id(node.value))
            written = isinstance(node.ctx, ast.Store)
            (found.writes if written or id(node) in moved else found.reads).add(name)
        elif isinstance(node, ast.Call):
            for value, called, parameter in _arguments(function, node):
                if name := _column(value):
                    handled.add(id(value))
                    becomes = _becomes(called, parameter)
                    found.reads.update({name} if "r" in becomes else ())
                    found.writes.update({name} if "w" in becomes else ())
    for node in ast.walk(body):
        if isinstance(node, ast.Attribute) and id(node) not in handled and (name := _column(node)):
            found.reads.add(name)


def _column(node: ast.expr) -> str:
    """The column that an expression names, empty where it names none."""
    is_column = isinstance(node, ast.Attribute) and node.attr in NAMES and _base(node) in (*_TABLES, "enterprises")
    return node.attr if is_column and isinstance(node, ast.Attribute) else ""


def _base(node: ast.Attribute) -> str:
    """What stands before the last dot: a variable's name, an attribute's, or the group that a call asks for."""
    inside = node.value
    if isinstance(inside, ast.Call):
        return _asked(inside)
    return inside.id if isinstance(inside, ast.Name) else getattr(inside, "attr", "")


def _arguments(function: Function, call: ast.Call) -> list[tuple[ast.expr, Function | None, str]]:
    """Each argument of a call, with the function of the package that is called and its parameter's name."""
    called = room(function.module).function(call.func, function.name.rpartition(".")[0])
    if called is None:
        return [(value, None, "") for value in call.args]
    names = [name for name in called.parameters if name != "self"]
    return [(value, called, name) for value, name in zip(call.args, names, strict=False)]


@cache
def _becomes(function: Function | None, parameter: str) -> str:
    """What a function does to the elements of one of its parameters: ``r`` reads, ``w`` writes, or both or neither."""
    if function is None:
        return "r"
    body, used = function.definition, ""
    moved = {id(node.target) for node in ast.walk(body) if isinstance(node, ast.AugAssign)}
    for node in ast.walk(body):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == parameter:
            used += "w" if isinstance(node.ctx, ast.Store) or id(node) in moved else "r"
        elif isinstance(node, ast.Call):
            for value, called, name in _arguments(function, node):
                if isinstance(value, ast.Name) and value.id == parameter and called != function:
                    used += _becomes(called, name)
    return used


# --- parameters, draws, transfers


def _group(call: ast.Call, found: Uses) -> None:
    group = _asked(call)
    if group and group != "levers":
        found.parameters.add(group)


def _asked(call: ast.Call) -> str:
    """The group of parameters that a call asks for, empty where it asks for none."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    word = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
    if name in {"rules", "group"} and isinstance(word, str):
        return f"mechanisms.{word}" if name == "rules" else word
    return {"site_rules": "sites.NAME", "platform_rules": "platforms.NAME"}.get(name, "")


def _purposes(node: ast.expr, number: int) -> list[str]:
    known = purposes()
    if not isinstance(node, ast.Attribute) or _base(node) != "draws" or node.attr not in known:
        return []
    first = known[node.attr]
    return [name for name, value in known.items() if first <= value < first + number]


def _transfer(function: Function, node: ast.Name, looked_up: set[int], found: Uses) -> None:
    """A named transfer is booked where its name stands, unless that only looks a total up."""
    known = (
        room(function.module).imported.get(node.id, ("", ""))[0] == "sim.model.state.accounts"
        and node.id.lower() in TRANSFERS
    )
    if known and id(node) not in looked_up:
        found.transfers.add(node.id.lower())


# --- state beside the table


def _aliases(body: ast.AST) -> set[str]:
    """Variables that stand for the stocks of people."""
    made = [node for node in ast.walk(body) if isinstance(node, ast.Assign) and isinstance(node.value, ast.Attribute)]
    named = [node for node in made if getattr(node.value, "attr", "") in _PEOPLE and _base_of(node.value) == "books"]
    return {target.id for node in named for target in node.targets if isinstance(target, ast.Name)}


def _base_of(node: ast.expr) -> str:
    return _base(node) if isinstance(node, ast.Attribute) else ""


def _shared(function: Function, node: ast.AST, people: set[str]) -> list[str]:
    """State beside the table that a piece of source changes."""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr == "_replace" and _base(node.func) == "posted":
            return [f"posted.{keyword.arg}" for keyword in node.keywords]
        kept = [(_place(value), called, name) for value, called, name in _arguments(function, node)]
        beside = [it for it in kept if it[0].startswith(("platforms.", "sites.", "people"))]
        return [place for place, called, name in beside if "w" in _becomes(called, name)]
    if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
        at = node.value if isinstance(node, ast.Subscript) else node
        if isinstance(at, ast.Name) and at.id in people:
            return ["people"]
        return [name] if (name := _place(at)) else []
    return []


def _place(node: ast.expr) -> str:
    """The name of state beside the table that an expression stands for, empty where it is none."""
    if not isinstance(node, ast.Attribute) or node.attr == "posted":
        return ""
    base = _base(node)
    if base == "books":
        return "people" if node.attr in _PEOPLE else "accounts" if node.attr == "accounts" else ""
    return f"{_SHARED[base]}.{node.attr}" if base in _SHARED else ""
