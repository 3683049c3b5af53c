"""The folder of one result: what is in it, what of it can be trusted, and how it is written.

Finished replicates are kept one by one under ``.replicates/`` until ``outcomes.parquet`` holds them. Every file is
written beside its place and moved there whole. ``manifest.json`` carries the digest of every output; an output
whose digest differs is not trusted. The manifest is written before ``outcomes.parquet`` is moved, and names the
digest of the table that is replaced, so that a stop between the two loses nothing.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import math
import os
import shutil
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.declare import Outcome
from sim.runs.replicate import Cells
from sim.runs.table import Table, from_bytes

OUTCOMES = "outcomes.parquet"
MANIFEST = "manifest.json"
SCENARIO = "scenario.toml"
SUMMARY = "summary.csv"
FIGURES = "figures"
CHECKPOINTS = "checkpoints"
_PARTS = ".replicates"
_LOCK = ".lock"

Say = Callable[[str], None]


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def to_json(manifest: Mapping[str, Any]) -> bytes:
    return (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode()


def clean(value: Any) -> Any:
    """The value with None where JSON has no number."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: clean(inner) for key, inner in value.items()}
    return [clean(inner) for inner in value] if isinstance(value, list | tuple) else value


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that is in no manifest, in one move."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        aside.write_bytes(data)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def pictures(folder: Path) -> list[Path]:
    """The pictures in a folder's ``figures``, the headline page first."""
    found = sorted((folder / FIGURES).glob("*.[ps][nv]g"))
    return sorted(found, key=lambda path: path.stem != "headline")


@dataclass(frozen=True)
class Store:
    """One result's folder."""

    path: Path

    @contextlib.contextmanager
    def locked(self, say: Say) -> Iterator[None]:
        """Hold the folder alone; wait for another process that has it. The system frees the lock of a dead one."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / _LOCK).open("a+b") as file:
            told = False
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if not told:
                        say(f"{self.path}: another process runs the same request: waiting for it")
                        told = True
                    time.sleep(0.1)
            yield

    def clear(self) -> None:
        """Remove everything that a run wrote."""
        for name in (OUTCOMES, MANIFEST, SCENARIO, SUMMARY):
            (self.path / name).unlink(missing_ok=True)
        for name in (FIGURES, CHECKPOINTS, _PARTS):
            shutil.rmtree(self.path / name, ignore_errors=True)

    def write(self, name: str, data: bytes) -> str:
        """Write a file whole, in one move; its digest."""
        target = self.path / name
        aside = self.path / _PARTS / f"{target.name}.{os.getpid()}"
        aside.parent.mkdir(exist_ok=True)
        target.parent.mkdir(exist_ok=True)
        aside.write_bytes(data)
        aside.replace(target)
        return digest_of(data)

    def add(self, files: Mapping[str, bytes]) -> None:
        """Write more outputs and put them into the manifest."""
        outputs = {name: self.write(name, data) for name, data in files.items()}
        manifest = self.manifest()
        manifest["outputs"] = dict(sorted((manifest["outputs"] | outputs).items()))
        self.write(MANIFEST, to_json(manifest))
        self.tidy(())

    def ensure(self, files: Mapping[str, bytes], say: Say) -> None:
        """Add the files unless all are there already, as they should be."""
        with self.locked(say):
            held = self.manifest()["outputs"]
            if any(held.get(name) != digest_of(data) or not self.intact(name) for name, data in files.items()):
                self.add(files)

    def manifest(self) -> dict[str, Any]:
        """The manifest; empty where there is none that can be read."""
        try:
            read = json.loads((self.path / MANIFEST).read_bytes())
        except (OSError, ValueError):
            return {}
        return read if isinstance(read, dict) and isinstance(read.get("outputs"), dict) else {}

    def intact(self, name: str) -> bool:
        """Whether an output is there with the digest that the manifest gives."""
        try:
            return bool(digest_of((self.path / name).read_bytes()) == self.manifest().get("outputs", {}).get(name))
        except OSError:
            return False

    def table(self, say: Say) -> Table | None:
        """The table of outcomes, where it can be trusted; what is wrong with one that cannot is said."""
        try:
            data = (self.path / OUTCOMES).read_bytes()
        except FileNotFoundError:
            return None
        manifest = self.manifest()
        if digest_of(data) in (manifest.get("outputs", {}).get(OUTCOMES), manifest.get("replaces")):
            with contextlib.suppress(ValueError):
                return from_bytes(data)
        why = "its digest is not that of manifest.json" if manifest else "there is no manifest.json that says so"
        say(f"{self.path / OUTCOMES}: damaged or half-written ({why}): not used, run again")
        return None

    def keep(self, replicate: int, cells: Cells) -> None:
        """Keep one finished replicate."""
        aside = self.path / _PARTS / f"{replicate}.{os.getpid()}"
        aside.parent.mkdir(exist_ok=True)
        with aside.open("wb") as file:
            np.savez(file, cells=cells)
        aside.replace(self.path / _PARTS / f"{replicate}.npz")

    def kept(self, outcomes: Mapping[str, Outcome], months: int, say: Say) -> dict[int, Cells]:
        """The finished replicates, from the table and one by one; a damaged one is named and left out."""
        shape = (months, len(outcomes))
        found: dict[int, Cells] = {}
        for file in sorted(self.path.glob(f"{_PARTS}/*.npz")):
            try:
                with np.load(file, allow_pickle=False) as part:  # a zip file: its sums are checked
                    cells = part["cells"]
                if cells.shape != shape or cells.dtype != np.float64:
                    raise ValueError(f"shape {cells.shape}")
                found[int(file.stem)] = cells
            except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
                say(f"{file}: damaged ({' '.join(str(error).split())}): not used, run again")
                file.unlink(missing_ok=True)
        table = self.table(say)
        if table is not None and table.names == tuple(outcomes) and table.months == months:
            found.update(zip(table.replicates, table.cells, strict=True))
        return found

    def tidy(self, published: Iterable[int]) -> None:
        """Remove what ``outcomes.parquet`` now holds, and what a stopped process left half-written."""
        folder = self.path / _PARTS
        held = set(published)
        for file in folder.glob("*"):
            if file.suffix != ".npz" or int(file.stem) in held:
                file.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            folder.rmdir()
