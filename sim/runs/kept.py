"""What results and studies that are kept in a folder have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.runs.store import pictures


class Drawn:
    """Something whose figures are in its folder."""

    path: Path

    @property
    def figures(self) -> list[Path]:
        """Files of the figures."""
        return pictures(self.path)


class Kept(Drawn):
    """Something that ran, and whose manifest says which replicates failed."""

    manifest: dict[str, Any]

    @property
    def failures(self) -> list[dict[str, Any]]:
        """Replicates that failed: ``replicate``, ``seed``, ``message`` and the ``command`` that repeats it."""
        return list(self.manifest["failures"])
