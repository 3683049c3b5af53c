"""Damage: one changed byte of a kept file at a time, and what ``sim verify`` says of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.runs.verify import verify_folder


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


def found_flips(folder: Path, positions: int, seed: int) -> Iterator[Flip]:
    """Change a byte of every file that is checked, at so many places, and say which files are named for it.

    A damaged manifest or list of digests leaves the files that it names without a digest; it is named itself.
    """
    rng = np.random.default_rng(seed)
    for name in verify_folder(folder).files:
        data = (folder / name).read_bytes()
        for position in rng.choice(len(data), min(positions, len(data)), replace=False).tolist():
            (folder / name).write_bytes(flipped(data, position, 1 << int(rng.integers(8))))
            yield Flip(name, position, tuple(it.file for it in verify_folder(folder).wrong))
        (folder / name).write_bytes(data)
