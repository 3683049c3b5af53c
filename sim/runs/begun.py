"""The first import of the workers' server: a worker that finds its owner gone while it starts ends without a word.

A command that is interrupted while it starts a worker releases the pool's semaphores. The worker, forked later, cannot
open them, or finds that what it should run was sent in part.
"""

from __future__ import annotations

import pickle
import sys
from types import TracebackType

_GONE = (FileNotFoundError, EOFError, ConnectionError, pickle.UnpicklingError)
_shown = sys.excepthook


def _show(kind: type[BaseException], error: BaseException, at: TracebackType | None) -> None:
    """Show an error of a worker's start unless its owner is gone; errors of tasks go to the owner and not here."""
    if not isinstance(error, _GONE):
        _shown(kind, error, at)


sys.excepthook = _show
