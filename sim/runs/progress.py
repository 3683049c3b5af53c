"""Who shows progress: a bar on a terminal or in a notebook, elsewhere nothing that moves."""

from __future__ import annotations

import builtins
import html
import sys
import time
import uuid
from typing import Any

from sim.formats import span_text
from sim.language import tr
from sim.runs.options import COMPILING, Watcher

_PAUSE = 0.2  # seconds between two pictures of a notebook's bar


def watcher(quiet: Watcher | None = None) -> Watcher:
    """The watcher of this process: a bar in a notebook or on a terminal, else ``quiet``, by default messages alone."""
    if (shell := _notebook()) is not None:
        return NotebookBar(shell)
    return terminal_bar() if sys.stderr.isatty() else quiet or Watcher()


class Lines(Watcher):
    """Messages, and a line for each run."""

    def begin(self, name: str, done: int, of: int) -> None:
        self.say(tr("{name}: running {left} of {of} replicates", name=name, left=of - done, of=of))
        self._name, self._began = name, time.monotonic()
        self._said = self._began

    def month(self, done: int, of: int) -> None:
        if done < of and self._is_due():
            left = (self._said - self._began) / done * (of - done)
            said = tr("{name}: {done} of {of} months, about {left} left", name=self._name, done=done, of=of,
                      left=span_text(left))  # fmt: skip
            self.say(said)


def terminal_bar() -> Watcher:
    """A bar on standard error."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    class Bar(Watcher):
        def __init__(self) -> None:
            self._bar = Progress(
                TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
                TextColumn(tr("left")), TimeRemainingColumn(), console=Console(stderr=True), transient=True,
            )  # fmt: skip

        def say(self, text: str) -> None:
            self._bar.console.print(text, markup=False, highlight=False, soft_wrap=True)

        def begin(self, name: str, done: int, of: int) -> None:
            self._task = self._bar.add_task(name, completed=done, total=of)
            self._bar.start()

        def advance(self) -> None:
            self._bar.advance(self._task)

        def month(self, done: int, of: int) -> None:
            if done < of:  # the world that is done then is the last step
                self._bar.update(self._task, completed=done, total=of)

        def end(self) -> None:
            self._bar.stop()

        def compiling(self, done: int, of: int) -> None:
            if not self._compiles:
                self._compiles = True
                self._loops = self._bar.add_task(tr(COMPILING), total=of)
                self._bar.start()
            self._bar.update(self._loops, completed=done, total=of)
            if done == of:
                self._bar.remove_task(self._loops)
                self._compiles = False
                if not self._bar.task_ids:  # no run has started
                    self._bar.stop()

    return Bar()


class NotebookBar(Watcher):
    """A bar below a notebook's cell, of HTML alone: it needs no widgets. It goes when the run ends."""

    def __init__(self, shell: Any) -> None:
        self._publisher = shell.display_pub
        self._shown: str | None = None  # the picture's identity while it is shown
        self._name, self._done, self._of, self._last = "", 0, 0, 0.0

    def begin(self, name: str, done: int, of: int) -> None:
        self._name, self._done, self._of = name, done, of
        self._show()

    def advance(self) -> None:
        self._update(self._done + 1, self._of)

    def month(self, done: int, of: int) -> None:
        if done < of:  # the world that is done then is the last step
            self._update(done, of)

    def _update(self, done: int, of: int) -> None:
        self._done, self._of = done, of
        if time.monotonic() - self._last > _PAUSE or done == of:
            self._show()

    def end(self) -> None:
        if self._shown is not None:
            self._publish("", "")
            self._shown = None

    def compiling(self, done: int, of: int) -> None:
        before = self._name, self._done, self._of
        self._name, self._done, self._of = tr(COMPILING), done, of
        self._show()
        if done == of:
            self._name, self._done, self._of = before
            self.end()

    def _show(self) -> None:
        self._last = time.monotonic()
        said = tr("{name}: {done} of {of}", name=self._name, done=self._done, of=self._of)
        bar = f'<progress value="{self._done}" max="{self._of}" aria-label="{tr("progress")}"></progress>'
        self._publish(f"<div>{bar} {html.escape(said)}</div>", said)

    def _publish(self, markup: str, text: str) -> None:
        again = self._shown is not None
        self._shown = self._shown or uuid.uuid4().hex
        self._publisher.publish(
            {"text/html": markup, "text/plain": text}, {}, transient={"display_id": self._shown}, update=again
        )


def _notebook() -> Any:
    """The shell of the notebook that this runs in; None elsewhere, as on IPython's own terminal."""
    found: Any = getattr(builtins, "get_ipython", None)
    shell = found() if found else None
    return shell if type(shell).__name__ == "ZMQInteractiveShell" else None
