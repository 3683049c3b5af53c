"""Keys that have another name now: until the old one goes it is read as the new one, with a remark."""

from __future__ import annotations

from typing import NamedTuple


class Renamed(NamedTuple):
    """The key's name now, and the version of the program that no longer knows the old one."""

    now: str
    gone: str


# By the old key; ``platforms.NAME.x`` and ``sites.NAME.x`` stand for those of any name.
RENAMED: dict[str, Renamed] = {}


def renamed(path: tuple[str, ...]) -> tuple[tuple[str, ...], Renamed] | None:
    """The path of a key that is given under its old name, and the entry; None for any other key."""
    named = len(path) == 3 and path[0] in ("platforms", "sites")
    asked = (path[0], "NAME", path[2]) if named else path
    found = RENAMED.get(".".join(asked)) if RENAMED else None
    if found is None:
        return None
    now = tuple(found.now.split("."))
    return ((now[0], path[1], *now[2:]) if named else now), found
