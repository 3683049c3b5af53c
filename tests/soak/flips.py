"""Damage: one changed byte of a kept file at a time, and what ``sim verify`` says of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.runs.verify import verify_folder
from soak.clock import Turn
from soak.kills import undisturbed

KEPT = ("figures", "events", "checkpoint", "sweep", "sensitivity", "calibrate", "claims", "seek")


@dataclass
class Flips:
    """What was changed and what came of it."""

    rounds: int = 0
    flips: int = 0
    files: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


class Flip(NamedTuple):
    """A changed byte: the file, the position, and the files that were named."""

    file: str
    position: int
    named: tuple[str, ...]

    @property
    def found(self) -> bool:
        return self.named == (self.file,)


def flipped(data: bytes, position: int, mask: int = 0x10) -> bytes:
    """The data with some bits of one byte changed."""
    return data[:position] + bytes([data[position] ^ mask]) + data[position + 1 :]


def flips(folder: Path, number: int) -> Iterator[Flip]:
    """Change a bit of every file that is checked, at a place that the number says, and say which files are named.

    A damaged manifest or list of digests leaves the files that it names without a digest; it is named itself.
    """
    rng = np.random.default_rng(number)
    for name in verify_folder(folder).files:
        if data := (folder / name).read_bytes():
            position = int(rng.integers(len(data)))
            (folder / name).write_bytes(flipped(data, position, 1 << int(rng.integers(8))))
            yield Flip(name, position, tuple(it.file for it in verify_folder(folder).wrong))
            (folder / name).write_bytes(data)


def attack(turn: Turn, space: Path) -> Flips:
    """Flip a bit of every file of every kind of folder; figures are among them."""
    found = Flips()
    folders = []
    for name in KEPT:
        undisturbed(name, space / name)
        folders += [(name, it) for it in (space / name / "results").iterdir() if it.is_dir()]
    for number in turn.numbers(lambda: found.rounds):
        for name, folder in folders:
            for it in flips(folder, number):
                found.flips += 1
                if found.rounds == 0:
                    found.files.append(f"{name}: {it.file}")
                if not it.found:
                    found.wrong.append(f"{folder.name}/{it.file} at {it.position}: {it.named}")
        found.rounds += 1
    return found
