"""Text in letters of any script: names of files and folders, its width on a terminal, what cannot be printed."""

from __future__ import annotations

import os
import re
import shlex
import textwrap
import unicodedata
from pathlib import PurePath

_SIGNS = "_.-"  # that a name may have beside letters and digits
_MOST_BYTES = 180  # of a name in a folder's: with what stands around it, it stays below a file system's 255
_JOINERS = "\u200c\u200d"  # without which words of some scripts read wrongly
_WIDE = re.compile(r"[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]")
_FILLER = "\U0010fffe"  # stands for the second cell of a wide letter while a text is wrapped
_NOT_FIRST = "\u3001\u3002\uff01\uff09\uff0c\uff1a\uff1b\uff1f\u300b\u300d\u201d"  # marks that begin no line
# In a text with fillers: a wide letter and the marks after it, or what stands between two of them.
_PIECE = re.compile(f"{_WIDE.pattern}{_FILLER}(?:[{_NOT_FIRST}]{_FILLER}?)*|(?:(?!{_WIDE.pattern}).)+")


class NoGlyph(UserWarning):
    """A figure has letters that no installed font has."""


def word(text: str) -> str:
    """The text with only what a name may have anywhere: letters and digits of any script, ``_``, ``.`` and ``-``.

    All else becomes hyphens. A byte of a file's name that is no UTF-8 is written as ``xE9``.
    """
    if not text.isascii():
        text = "".join(map(_escaped_byte, unicodedata.normalize("NFC", decoded(text))))
    return re.sub(" +", "-", "".join(it if it in _SIGNS or _is_letter(it) else " " for it in text))


def decoded(path: str) -> str:
    """A path's letters, whatever encoding the system says its names have: bytes that are UTF-8 are read as that."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")


def as_path(text: str) -> str:
    """A name as a part of a path: its bytes are UTF-8, whatever encoding the system says its names have."""
    return os.fsdecode(text.encode("utf-8"))


def file_word(path: str | PurePath) -> str:
    """The name of a scenario in a file: the file's name without its ending, as a word."""
    return word(PurePath(path).stem).strip("-.") or "scenario"


def argument(path: str | PurePath) -> str:
    """A file as a command takes it: quoted where a shell wants that, and never read as an option.

    >>> argument("-my mill.toml"), argument("mill.toml")
    ("'./-my mill.toml'", 'mill.toml')
    """
    text = str(path)
    return shlex.quote(f"./{text}" if text.startswith("-") else text)


def is_word(text: str, most: int) -> bool:
    """Whether a text is a word of at most so many letters that begins with none of ``.`` and ``-``."""
    return 0 < len(text) <= most and text[0] not in ".-" and word(text) == unicodedata.normalize("NFC", text)


def is_plain(text: str, most: int) -> bool:
    """Whether a text is letters, digits, ``-`` and ``_``, a letter first, of at most ``most``, in composed form."""
    return (
        0 < len(text) <= most
        and unicodedata.category(text[0])[0] == "L"
        and all(it in "_-" or _is_letter(it) for it in text)
        and unicodedata.is_normalized("NFC", text)
    )


def cut(text: str, most: int = 10**9) -> str:
    """The first ``most`` letters of a name, and of these as many as a folder's name has room for."""
    return text[:most].encode(errors="replace")[:_MOST_BYTES].decode(errors="ignore")


def printable(text: str) -> str:
    """The text with what would move a terminal's cursor or hide text as escapes; ends of lines stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(it if it.isprintable() or it == "\n" or it in _JOINERS else repr(it)[1:-1] for it in text)


def cells(text: str) -> int:
    """The cells that a text takes on a terminal: two for a wide letter, none for a mark above another."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def left(text: str, width: int) -> str:
    """The text with spaces after it up to ``width`` cells."""
    return text + " " * (width - cells(text))


def right(text: str, width: int) -> str:
    """The text with spaces before it up to ``width`` cells."""
    return " " * (width - cells(text)) + text


def shortened(text: str, width: int, end: str = "...") -> str:
    """The text within ``width`` cells, with dots at its end where it is longer."""
    if cells(text) <= width:
        return text
    while cells(text) > width - cells(end):
        text = text[:-1]
    return text + end


def wrapped(text: str, width: int, **how: bool | str | int) -> list[str]:
    """The text in lines of at most ``width`` cells; ``how`` as ``textwrap`` takes it.

    Wide letters may be parted anywhere, but not in a path.
    """
    if not _WIDE.search(text):
        return textwrap.wrap(text, width, **how)  # type: ignore[arg-type]
    filled = _WIDE.sub(lambda found: found.group() + _FILLER, text)
    lines = _Wrapper(width, **how).wrap(filled)  # type: ignore[arg-type]
    return [line.replace(_FILLER, "") for line in lines]


class _Wrapper(textwrap.TextWrapper):
    """Parts a text of wide letters, which has no spaces, anywhere but before a mark."""

    def _split(self, text: str) -> list[str]:
        chunks = super()._split(text)
        return [piece for chunk in chunks for piece in ([chunk] if "/" in chunk else _PIECE.findall(chunk))]


def _is_letter(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LMN"


def _escaped_byte(letter: str) -> str:
    return f"x{ord(letter) - 0xDC00:02X}" if "\udc80" <= letter <= "\udcff" else letter
