"""Worlds at month 0, kept after their spin-up: scenarios that differ only in policy do not run it again.

Before month 0 no lever, platform or site acts, so their values do not count in the name of a kept world; all others do,
as does the model's version. A world that continues from a kept one has the bytes of a world run from its opening.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sim.disk import write_whole
from sim.scenario import Schedule

if TYPE_CHECKING:
    from sim.model.state.world import World
    from sim.scenario import Scenario

FOLDER = ".openings"  # among results
MOST_BYTES = 1 << 30  # of all kept worlds in a folder
# Groups of keys that nothing reads before month 0, of others single keys.
LATER = ("levers", "platforms", "sites", "mechanisms.adoption", "mechanisms.resources", "mechanisms.idle_space")
_LATER_KEYS = ("run.months", "run.replicates", "run.seed")
_POLICY = frozenset({"sites", "site_taxes", "platforms", "_named_platforms"})  # of a world: as the scenario says


@dataclass(frozen=True)
class Openings:
    """The folder of kept worlds. Files last used before ``since`` give way to new ones; later ones stay."""

    folder: Path
    version: str  # of the model
    since: float  # seconds since the epoch

    def of(self, scenario: Scenario, seed: int) -> Opening | None:
        """The kept world from which a world of the scenario continues; None where it has no months before the first.

        A mechanism of one's own may keep a state that cannot be stored, and read what it likes: None there too.
        """
        digest = "" if scenario.catalogue.sources else opening_digest(scenario)
        if not digest:
            return None
        asked = [self.version, seed, digest]
        name = hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:24]
        return Opening(self, self.folder / f"{name}.world")

    def make_room(self, size: int) -> bool:
        """Whether ``size`` more bytes fit, after the files that were used least recently have gone."""
        files = sorted(self._files())
        kept = sum(held for _, held, _ in files)
        for used, held, path in files:
            if kept + size <= MOST_BYTES or used >= self.since:
                break
            path.unlink(missing_ok=True)
            kept -= held
        return kept + size <= MOST_BYTES

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        for path in self.folder.iterdir() if self.folder.is_dir() else ():  # also what a stopped process wrote aside
            with contextlib.suppress(FileNotFoundError):  # another process made room
                found = path.lstat()
                yield found.st_mtime, found.st_size, path


def openings_in(out: Path, version: str, since: float = math.inf) -> Openings | None:
    """The worlds kept among the results in ``out``; None where their folder is a link: nothing is kept through one."""
    folder = out.resolve() / FOLDER
    return None if folder.is_symlink() else Openings(folder, version, since)


@dataclass(frozen=True)
class OpeningsOfWorkers:
    """The kept worlds of a cluster: on each machine, in the scratch folder of its workers, which only they know."""

    version: str  # of the model

    def of(self, scenario: Scenario, seed: int) -> Opening | None:
        """As of ``Openings``, on the worker where it is called."""
        from distributed import get_worker

        here = openings_in(Path(get_worker().local_directory).parent, self.version)
        return here.of(scenario, seed) if here else None


@dataclass(frozen=True)
class Opening:
    """One kept world, which may not be there yet."""

    openings: Openings
    file: Path

    def restore(self, world: World) -> bool:
        """Whether the world now has the kept state; one that is damaged or another's is run and kept again."""
        from sim.runs.checkpoint import Damaged, from_bytes, stamp_of

        try:
            data = self.file.read_bytes()
            if stamp_of(data) != self._stamp:
                return False
            parts = from_bytes(data)
        except (OSError, Damaged):
            return False
        with contextlib.suppress(OSError):
            os.utime(self.file)  # it was used
        vars(world).update(parts["world"])
        return True

    def keep(self, world: World) -> None:
        """Keep a world at month 0; where there is no room, or the disk is full, it is run again next time."""
        from sim.runs.checkpoint import DERIVED, to_bytes

        held = {name: part for name, part in vars(world).items() if name not in _POLICY | DERIVED[type(world)]}
        data = to_bytes({"world": held}, self._stamp)
        with contextlib.suppress(OSError):
            if self.openings.make_room(len(data)):
                write_whole(self.file, data, sync=False)

    @property
    def _stamp(self) -> dict[str, str]:
        return {"opening": self.file.stem}


def opening_digest(scenario: Scenario) -> str:
    """A digest of all that acts before month 0; empty where no months are run before it."""
    months = range(-int(scenario.values["run.spin_up"]), 0)  # type: ignore[arg-type]
    if not months or scenario.values["mechanisms.population.register"]:
        return ""
    lines = []
    for key, value in sorted(scenario.values.items()):
        if key in _LATER_KEYS or key.startswith(tuple(f"{group}." for group in LATER)):
            continue
        lines.append(f"{key}={[value.at(month) for month in months] if isinstance(value, Schedule) else value!r}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
