"""The time that an attack may take: it stops at its end, and reports what it did until then."""

from __future__ import annotations

import time

_end: list[float] = []


def limit(seconds: float) -> None:
    """Attacks end after so many seconds from now."""
    _end[:] = [time.monotonic() + seconds]


def is_over() -> bool:
    """Whether the time is up."""
    return bool(_end) and time.monotonic() > _end[0]
