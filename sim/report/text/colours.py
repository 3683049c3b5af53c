"""Colours of tables on a terminal: heads stand out, and so does what passes, fails or cannot be told."""

from __future__ import annotations

from sim.report.text.columns import Says

_BOLD = "1"
_CODES: dict[Says, str] = {"good": "32", "bad": "31", "unclear": "2"}  # green, red, faint


def coloured(cell: str, says: Says, head: bool) -> str:
    """A cell with the code of its colour around it; an empty one as it is."""
    words = cell.strip()
    code = _BOLD if head else _CODES.get(says, "")
    return cell.replace(words, f"\x1b[{code}m{words}\x1b[0m", 1) if words and code else cell
