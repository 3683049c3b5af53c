"""Values and texts as TOML writes them."""

from __future__ import annotations

import re

from sim.declare import Value

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPED = re.compile(r'[\x00-\x1f\x7f"\\]')


def toml_value(value: Value) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return toml_text(value) if isinstance(value, str) else repr(value)


def toml_table(name: str) -> str:
    """The header of a table, its names quoted where TOML wants that."""
    return f"[{'.'.join(part if _BARE.fullmatch(part) else toml_text(part) for part in name.split('.'))}]"


def toml_text(text: str) -> str:
    """A text as TOML writes it."""
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(found: re.Match[str]) -> str:
    letter = found.group()
    return f"\\{letter}" if letter in '"\\' else f"\\u{ord(letter):04x}"
