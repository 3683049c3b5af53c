"""A power loss: of a folder, only what was synced is on the disk afterwards.

``Disk`` follows ``os.fsync`` in a process. A file has the bytes of its last sync, or none; a folder has the names of
its last sync, or those of the moment of the loss, as file systems may do either.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest


class PowerLoss(BaseException):
    """No code may catch it."""


class Disk:
    """What of ``root`` is synced; the power goes at sync number ``lost`` (never where it is None)."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch, lost: int | None = None) -> None:
        self.root, self.lost, self.syncs = root, lost, 0
        self._bytes: dict[int, bytes] = {}
        self._names: dict[int, dict[str, int]] = {}
        self._held: list[int] = []  # open, so that no number of a file is used again
        self._fsync = os.fsync
        self._note(root)
        monkeypatch.setattr(os, "fsync", self._synced)

    def _synced(self, file: int) -> None:
        if self.syncs == self.lost:
            raise PowerLoss
        self.syncs += 1
        self._note(Path(f"/proc/self/fd/{file}"))

    def _note(self, path: Path) -> None:
        held = os.open(path, os.O_RDONLY)
        self._held.append(held)
        found = os.fstat(held)
        if stat.S_ISDIR(found.st_mode):
            self._names[found.st_ino] = {it.name: it.inode() for it in os.scandir(held)}
        else:
            with os.fdopen(os.dup(held), "rb") as file:
                self._bytes[found.st_ino] = file.read()

    def after(self, place: Path, *, renamed: bool) -> Path:
        """Copy what is left after the loss to ``place``; ``renamed`` says whether names of the moment are there."""
        folders = {it.stat().st_ino: it for it in (self.root, *self.root.rglob("*")) if it.is_dir()}
        self._copy(self.root.stat().st_ino, place, folders, renamed=renamed)
        return place

    def _copy(self, folder: int, place: Path, folders: dict[int, Path], *, renamed: bool) -> None:
        place.mkdir()
        names = self._names.get(folder, {})
        if renamed:
            names = {it.name: it.inode() for it in os.scandir(folders[folder])}
        for name, number in names.items():
            if number in folders:
                self._copy(number, place / name, folders, renamed=renamed)
            else:
                (place / name).write_bytes(self._bytes.get(number, b""))

    def close(self) -> None:
        for held in self._held:
            os.close(held)
