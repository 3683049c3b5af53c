"""The folder of a result or a study: how its files are written, and which of them can be trusted.

Every file is written aside, synced and moved into place. Finished worlds are appended to a journal until the folder's
table holds them; it is synced once a second, so that a power loss takes the worlds of a second at most.
``manifest.json`` has the digest of every output, and one of itself; what has another digest is not trusted. The
manifest is written before the table and names the digest of the table that is replaced, so a stop between the two loses
nothing. Nothing is read, written or removed through a link in the folder, or in its place.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import math
import shutil
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.declare import Outcome
from sim.disk import append, make_folder, remove_asides, write_whole
from sim.language import tr
from sim.runs.noted import refuse_links
from sim.runs.replicate import Cells
from sim.runs.seals import digest_of, sealed, unsealed
from sim.runs.table import Table, from_bytes

OUTCOMES = "outcomes.parquet"
MANIFEST = "manifest.json"
SCENARIO = "scenario.toml"
SUMMARY = "summary.csv"
EVENTS = "events.parquet"
FIGURES = "figures"
CHECKPOINTS = "checkpoints"
RECORDS = "records"
JOURNAL = ".journal"
LOCK = ".lock"
_SYNCED_EACH = 1.0  # seconds at least between two syncs of a journal

Say = Callable[[str], None]
Rows = dict[tuple[str, int], Cells]  # the cells of worlds, by digest of the request and number of the replicate


def short_digest(asked: object) -> str:
    """Ten digits of what was asked of a study, in JSON."""
    return digest_of(json.dumps(asked, sort_keys=True).encode())[:10]


def clean(value: Any) -> Any:
    """The value with None in place of NaN and infinity, which JSON lacks."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: clean(inner) for key, inner in value.items()}
    return [clean(inner) for inner in value] if isinstance(value, list | tuple) else value


def pictures(folder: Path) -> list[Path]:
    """The pictures in a folder's ``figures``, the headline page first."""
    return sorted((folder / FIGURES).glob("*.[ps][nv]g"), key=lambda path: (path.stem != "headline", path))


class Journal:
    """Finished worlds with cells of ``shape``, appended one by one, each row with its check sum."""

    def __init__(self, path: Path, shape: tuple[int, ...], say: Say) -> None:
        self._path, self._say = path, say
        self._synced = -math.inf
        self._row = np.dtype([("digest", "<u8"), ("number", "<u4"), ("check", "<u4"), ("cells", "<f8", shape)])

    def read(self) -> Rows:
        """All intact rows; others are removed."""
        if not self._path.exists():
            return {}
        rows = np.fromfile(self._path, self._row)
        checked = [_check(row) == row["check"] for row in rows]
        intact = rows if all(checked) else rows[checked]  # thousands of worlds are large: no copy without need
        size = self._path.stat().st_size
        if intact.nbytes < size:
            count = -(-size // self._row.itemsize)
            self._say(f"{self._path}: damaged worlds: {count - len(intact)} of {count}: not used, run again")
            write_whole(self._path, intact.tobytes())
        return {(f"{int(row['digest']):012x}", int(row["number"])): row["cells"] for row in intact}

    def add(self, it: tuple[str, int], cells: Cells) -> None:
        """Append the cells of a world."""
        row = np.zeros((), self._row)
        row["digest"], row["number"], row["cells"] = int(it[0], 16), it[1], cells
        row["check"] = _check(row)
        sync = time.monotonic() >= self._synced + _SYNCED_EACH
        append(self._path, row.tobytes(), sync=sync)
        if sync:
            self._synced = time.monotonic()


def _check(row: Any) -> int:
    return zlib.crc32(b"".join(row[name].tobytes() for name in ("digest", "number", "cells")))


@dataclass(frozen=True)
class Store:
    """The folder of one result or study."""

    path: Path

    @contextlib.contextmanager
    def locked(self, say: Say) -> Iterator[None]:
        """Hold the folder alone; wait for another process that holds it. The lock ends with its process.

        ``ResultError`` where the folder is a link or has one.
        """
        refuse_links(self.path)
        make_folder(self.path)
        with (self.path / LOCK).open("a+b") as file:
            told = False
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if not told:
                        say(tr("{path}: another process runs the same request: waiting for it", path=self.path))
                        told = True
                    time.sleep(0.1)
            yield

    def clear(self) -> None:
        """Remove everything that runs wrote."""
        outputs = self.manifest().get("outputs", {})
        for file in self.path.glob("*"):
            if file.name in outputs or file.suffix == ".parquet":
                file.unlink()
        for name in (MANIFEST, SCENARIO, JOURNAL):
            (self.path / name).unlink(missing_ok=True)
        for name in (FIGURES, CHECKPOINTS, RECORDS):
            shutil.rmtree(self.path / name, ignore_errors=True)

    def journal(self, shape: tuple[int, ...], say: Say) -> Journal:
        """The journal of worlds with cells of this shape."""
        return Journal(self.path / JOURNAL, shape, say)

    def write(self, name: str, data: bytes) -> str:
        """Write a file; its digest."""
        write_whole(self.path / name, data)
        return digest_of(data)

    def publish(self, manifest: Mapping[str, Any], table: str, data: bytes) -> dict[str, Any]:
        """Write the manifest, then the table whose digest it gives; no table where ``data`` is empty."""
        before = self.trusted(table, lambda _: None)
        published = {**manifest, "replaces": digest_of(before) if before is not None else None}
        self.seal(published)
        if data:
            self.write(table, data)
        return published

    def seal(self, manifest: Mapping[str, Any]) -> None:
        """Write the manifest with its own digest; what only the last one names, such as figures, is of other worlds."""
        gone = self.manifest().get("outputs", {}).keys() - manifest["outputs"].keys()
        for file in self.path.rglob("*") if gone else ():  # a name in a manifest may be a path to anywhere
            if file.relative_to(self.path).as_posix() in gone:
                file.unlink()
        self.write(MANIFEST, sealed(manifest))

    def add(self, files: Mapping[str, bytes]) -> None:
        """Write more outputs and put them into the manifest."""
        outputs = {name: self.write(name, data) for name, data in files.items()}
        manifest = self.manifest()
        manifest["outputs"] = dict(sorted((manifest["outputs"] | outputs).items()))
        self.seal(manifest)

    def ensure(self, files: Mapping[str, bytes], say: Say) -> None:
        """Add the files unless all are there already."""
        with self.locked(say):
            held = self.manifest()["outputs"]
            if any(held.get(name) != digest_of(data) or not self.intact(name) for name, data in files.items()):
                self.add(files)

    def manifest(self) -> dict[str, Any]:
        """The manifest; empty where there is none, or its digest says that it was changed."""
        try:
            return unsealed((self.path / MANIFEST).read_bytes())
        except OSError:
            return {}

    def intact(self, name: str) -> bool:
        """Whether an output has the digest that the manifest gives."""
        try:
            return bool(digest_of((self.path / name).read_bytes()) == self.manifest().get("outputs", {}).get(name))
        except OSError:
            return False

    def trusted(self, name: str, say: Say) -> bytes | None:
        """A table that is intact, or that the manifest says is being replaced; ``say`` is told of a damaged one."""
        try:
            data = (self.path / name).read_bytes()
        except FileNotFoundError:
            return None
        manifest = self.manifest()
        if digest_of(data) in (manifest.get("outputs", {}).get(name), manifest.get("replaces")):
            return data
        why = f"its digest is not that of {MANIFEST}" if manifest else f"there is no {MANIFEST} with its digest"
        say(f"{self.path / name}: damaged or half-written ({why}): not used, run again")
        return None

    def table(self, say: Say) -> Table | None:
        """The table of a result's outcomes, where it can be trusted."""
        data = self.trusted(OUTCOMES, say)
        try:
            return None if data is None else from_bytes(data)
        except ValueError as error:
            say(f"{self.path / OUTCOMES}: {error}: not used, run again")
            return None

    def kept(self, digest: str, outcomes: Mapping[str, Outcome], months: int, say: Say) -> dict[int, Cells]:
        """The finished replicates of a result, from its journal and its table; files of another request are removed."""
        manifest = self.manifest()
        if manifest.get("digest", digest) != digest:
            say(f"{self.path}: holds files of another request ({manifest['name']}): not used, run again")
            self.clear()
        rows = self.journal((months, len(outcomes)), say).read()
        found = {number: cells for (request, number), cells in rows.items() if request == digest}
        table = self.table(say)
        if table is not None and table.names == tuple(outcomes) and table.months == months:
            found.update(zip(table.replicates, table.cells, strict=True))
        return found

    def tidy(self, *, journal: bool = True) -> None:
        """Remove half-written files of stopped processes, and the journal where the table has all of it."""
        for folder in (self.path, *(self.path / name for name in (FIGURES, CHECKPOINTS, RECORDS))):
            remove_asides(folder)
        if journal:
            (self.path / JOURNAL).unlink(missing_ok=True)
