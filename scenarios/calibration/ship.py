"""Put the values that a calibration fitted where they are shipped: ``python ship.py NAME.fitted.toml``.

A key that the calibrated scenario sets itself is changed there, any other one in its declaration under
``sim/parameters/``. Only numbers change: comments and layout stay.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.model.catalogue import model_catalogue

ROOT = Path(__file__).parents[2]
NOT_KEYS = ("extends", "title", "sources")


def leaves(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str, float]]:
    """Group, name and value of every key."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}{name}.")
        else:
            yield prefix.rstrip("."), name, value


def put(path: Path, section: str, number: str, value: float) -> bool:
    """Write ``value`` for the number that the pattern ``number`` ends with, in a section of a file; False without."""
    text = path.read_text(encoding="utf-8")
    found = re.search(section, text, re.MULTILINE | re.DOTALL)
    if not found:
        return False
    new, times = re.subn(rf"({number})[-+0-9.e_]+", rf"\g<1>{value}", found[0], count=1, flags=re.MULTILINE)
    path.write_text(text[: found.start()] + new + text[found.end() :], encoding="utf-8")
    return times == 1


def declared(kind: type, name: str, root: Path) -> tuple[Path, str, str]:
    """Where a group declares a parameter's default: file, section and what stands before the number."""
    section = rf"^class {kind.__name__}\(NamedTuple\):\n.*?(?=^class |\Z)"
    return (
        root / Path(*kind.__module__.split(".")).with_suffix(".py"),
        section,
        rf"^    {name}: \w+ = parameter\(\s*",
    )


def ship(fitted: Path, root: Path = ROOT) -> None:
    """Ship every key of one fitted scenario."""
    document = tomllib.loads(fitted.read_text(encoding="utf-8"))
    scenario = root / "scenarios" / f"{document['extends']}.toml"
    for group, name, value in leaves({key: it for key, it in document.items() if key not in NOT_KEYS}):
        if put(scenario, rf"^\[{re.escape(group)}\]\n.*?(?=^\[|\Z)", rf"^{name} = ", value):
            continue
        kind = model_catalogue().group(group)
        if kind is None or not put(*declared(kind, name, root), value):
            raise SystemExit(f"{fitted.name}: {group}.{name} is set nowhere")


if __name__ == "__main__":
    for path in sys.argv[1:]:
        ship(Path(path))
