"""How runs are carried out, whatever is run: where results are stored, on which workers, who follows the progress."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.language import later, tr
from sim.runs.executor import Workers

COMPILING = later("compiling the model, once for this version")
SILENCE = 30.0  # seconds after which a line says how far what takes long is
# Whether the records of worlds are kept that an appraisal needs: not, of worlds that run, or of all, which runs those
# again that have none.
NO_RECORDS, NEW_RECORDS, ALL_RECORDS = "none", "new", "all"


class Watcher:
    """Receives messages and progress of a run; this one writes messages to stderr and ignores progress.

    A subclass overrides what it needs.

    Examples
    --------
    >>> from sim.runs.options import Watcher
    >>> class Counter(Watcher):
    ...     done = 0
    ...     def advance(self):
    ...         self.done += 1
    >>> watcher = Counter()
    >>> _ = sim.run("shougang", replicates=2, months=6, workers=1, figures=False, fresh=True, watcher=watcher)
    >>> watcher.done
    2
    """

    _compiles = False
    _said = 0.0  # when it last said how far what takes long is

    def say(self, text: str) -> None:
        """Receive a message.

        Parameters
        ----------
        text
            One line.
        """
        print(text, file=sys.stderr, flush=True)

    def begin(self, name: str, done: int, of: int) -> None:
        """A run begins.

        Parameters
        ----------
        name
            Its name.
        done, of
            How many of its replicates are stored already, and how many it has.
        """

    def advance(self) -> None:
        """One more replicate is done."""

    def month(self, done: int, of: int) -> None:
        """Receive how far the only world of a run is.

        Parameters
        ----------
        done, of
            How many of its months are done, and how many it has.
        """

    def end(self) -> None:
        """The run has ended."""

    def compiling(self, done: int, of: int) -> None:
        """The model is being compiled, once for each version.

        Parameters
        ----------
        done, of
            How many of its loops are compiled, and how many it has.
        """
        if not self._compiles:
            self._compiles, self._said = True, time.monotonic()
        elif done == of or not self._is_due():
            return
        self.say(tr("{what}: {left} of {of} loops left", what=COMPILING, left=of - done, of=of))

    def _is_due(self) -> bool:
        """Whether nothing was said for long of how far what takes long is; it counts as said."""
        now = time.monotonic()
        due = now - self._said > SILENCE
        if due:
            self._said = now
        return due


@dataclass(frozen=True)
class RunOptions:
    """How runs are carried out."""

    out: Path  # folder of results
    workers: Workers
    watcher: Watcher = field(default_factory=Watcher)
    fresh: bool = False  # run again what is stored
    allow_long: bool = False  # start runs that are estimated to take more than ten minutes
    records: str = NO_RECORDS
    shown: Callable[..., None] | None = None  # called with the answer before its figures are drawn

    def show(self, *answer: Any) -> None:
        """Call ``shown``."""
        if self.shown:
            self.shown(*answer)
