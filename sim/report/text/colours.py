"""Colours of tables on a terminal: heads stand out, and so does what passes, fails or cannot be told."""

from __future__ import annotations

_BOLD, _FAINT, _GREEN, _RED = "1", "2", "32", "31"
# By what a cell begins with; the first that fits.
_BEGINNINGS = (
    ("pass", _GREEN), ("robust", _GREEN), ("holds", _GREEN), ("reached", _GREEN), ("fail", _RED),
    ("contradicted", _RED), ("unresolved", _FAINT), ("not distinguishable", _FAINT), ("equal on every seed", _FAINT),
    ("no interval", _FAINT), ("no value", _FAINT),
)  # fmt: skip
# By what it has in it: the article's figures.
_PARTS = ((": not met", _RED), (": met", _GREEN))


def coloured(cell: str, head: bool) -> str:
    """A cell with the codes of its colour around it; an empty one as it is."""
    words = cell.strip()
    if not words:
        return cell
    code = _BOLD if head else _code(words)
    return cell.replace(words, f"\x1b[{code}m{words}\x1b[0m", 1) if code else cell


def _code(words: str) -> str:
    begins = (code for word, code in _BEGINNINGS if words.startswith(word))
    return next(begins, next((code for word, code in _PARTS if word in words), ""))
