"""Standard output and error in the encoding that they have: what it lacks is replaced, and is never a traceback."""

from __future__ import annotations

import codecs
import io
import json
import os
import sys
from typing import Any

from sim.letters import cells

_HANDLER = "sim-replace"
_SIMPLE = str.maketrans("–—−×·‘’“”²³µ…", "---x.''\"\"23u.")  # for what narrow encodings lack, in as many cells


def prepare() -> None:
    """Have both streams replace what their encoding lacks, unless ``PYTHONIOENCODING`` says how, as ``ascii:HOW``."""
    codecs.register_error(_HANDLER, _replaced)
    if ":" in os.environ.get("PYTHONIOENCODING", ""):
        return
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_HANDLER)


def put(text: str, end: str = "\n") -> None:
    """Print on standard output."""
    print(text, end=end, flush=True)


def put_json(value: Any, indent: int | None = None) -> None:
    """Print JSON, with escapes in place of letters where the output's encoding lacks any: JSON loses nothing."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value, allow_nan=False, indent=indent)
    put(text)


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_said, error.object[error.start : error.end])), error.end


def _said(letter: str) -> str:
    if "\ud800" <= letter <= "\udfff":  # half of a letter, or a byte of a file's name that is no UTF-8
        return repr(letter)[1:-1]
    simple = letter.translate(_SIMPLE)
    return simple if simple.isascii() else "?" * cells(letter)
