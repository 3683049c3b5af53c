"""Whether the files of a result or study are those that were written: every file against its digest.

A manifest and a list of digests are checked by their seals, outputs by the manifest, worlds (checkpoints, records,
parts of an event log) by the digest at their beginning, and the rows of a journal by their check sums.
"""

from __future__ import annotations

import hashlib
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from sim.letters import cut, decoded, file_word, word
from sim.notebooks import in_notebooks
from sim.runs.errors import ResultError
from sim.runs.noted import DIGESTS, noted
from sim.runs.seals import digest_of, is_whole
from sim.runs.store import JOURNAL, LOCK, MANIFEST, SCENARIO, Store
from sim.scenario.extending import SUFFIX

WORLD, PART = ".world", ".part"
_NAME = re.compile(r".+-(?P<digest>[0-9a-f]{10}|[0-9a-f]{12})")
_HEAD, _CHECK = 16, 12  # bytes of a row of a journal before its cells, and where its check sum begins
_MOST_CELLS = 2_000_000  # of a row


class Wrong(NamedTuple):
    """A file that is not as it was written.

    Attributes
    ----------
    file
        Its name in the folder.
    why
        What is wrong with it.
    """

    file: str
    why: str


@in_notebooks
@dataclass(frozen=True)
class Verified:
    """What was found in the folder of a result or study.

    Attributes
    ----------
    path
        The folder.
    files
        Names of the files that were checked against a digest.
    wrong
        Files that are damaged or missing, and those that a repeated run gives otherwise.
    unknown
        Files of which no digest is kept: somebody else's, or of a run that has not ended.
    repeated
        Names of the files that a repeated run gave bit for bit; None where it was not repeated.

    Examples
    --------
    >>> result = sim.run("shougang", replicates=2, months=12, workers=1, figures=False)
    >>> (found,) = sim.verify(result)
    >>> found.holds, found.wrong, "outcomes.parquet" in found.files
    (True, (), True)
    """

    path: Path
    files: tuple[str, ...]
    wrong: tuple[Wrong, ...]
    unknown: tuple[str, ...] = ()
    repeated: tuple[str, ...] | None = field(default=None)

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.wrong


def folders_of(name: str | Path, results: Path) -> list[Path]:
    """The folders that a name means: itself, the results in it, or the newest result of that name under ``results``.

    ResultError where there is none.
    """
    path = Path(name)
    if path.is_dir():
        if _is_kept(path):
            return [path]
        if found := sorted(it for it in path.iterdir() if not it.is_symlink() and it.is_dir() and _is_kept(it)):
            return found
        raise ResultError(f"{name}: no result, and no folder of results")
    held = [it for it in results.glob("*") if it.is_dir() and _is_kept(it) and _NAME.fullmatch(decoded(it.name))]
    newest = max((it for it in held if decoded(it.name).rpartition("-")[0] in _words(name)), key=_written, default=None)
    if newest is None:
        raise ResultError(f"{name}: no result folder, and no result of that name in {results}")
    return [newest]


def _words(name: str | Path) -> list[str]:
    """What may stand before the digest in the folder of a name: of a scenario's file as of a result."""
    plain = word(str(name))
    return [cut(it) for it in ([file_word(name)] if str(name).endswith(SUFFIX) else [plain, plain.strip("-.")])]


def _is_kept(folder: Path) -> bool:
    return any((folder / name).exists() for name in (MANIFEST, DIGESTS, JOURNAL, SCENARIO))


def _written(folder: Path) -> tuple[int, str]:
    file = folder / MANIFEST
    return (file if file.exists() else folder).stat().st_mtime_ns, folder.name


def verify_folder(folder: Path) -> Verified:
    """Check every file of a result or study against its digest."""
    checked: list[str] = []
    wrong: list[Wrong] = []
    unknown: list[str] = []
    manifest = Store(folder).manifest()
    outputs = dict(manifest.get("outputs", {}))
    listed = {f"{under}{name}": it for under in ("", *_folders(folder)) for name, it in noted(folder / under).items()}
    names = list(_names(folder))
    for name in names:
        known = outputs.get(name, listed.get(name))
        why = _why(folder / name, known, manifest)
        if why is None:
            unknown.append(name)
        else:
            checked.append(name)
            wrong += [Wrong(name, why)] if why else []
    wrong += [Wrong(name, "is missing") for name in sorted({*outputs, *listed} - set(names))]
    if match := _NAME.fullmatch(folder.resolve().name):
        own = manifest.get("digest", match["digest"])
        if own != match["digest"] and not manifest.get("against"):
            wrong.append(Wrong(MANIFEST, f"is of another request ({manifest.get('name')}, {own})"))
    return Verified(folder, tuple(checked), tuple(wrong), tuple(unknown))


def _why(file: Path, known: str | None, manifest: dict[str, object]) -> str | None:
    """What is wrong with a file: empty where nothing is, None where no digest says."""
    if file.is_symlink():
        return "is a link"
    try:
        data = file.read_bytes()
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    if file.name in (MANIFEST, DIGESTS):
        return "" if is_whole(data) else "is damaged: its seal is not that of its content"
    if file.name == LOCK:
        return "is damaged: it is empty as it is written" if data else ""
    if file.suffix == WORLD:
        return "" if hashlib.sha256(data[32:]).digest() == data[:32] else "is damaged: its digest is another"
    if file.suffix == PART:
        return "" if digest_of(data[64:]).encode() == data[:64] else "is damaged: its digest is another"
    if file.name == JOURNAL:
        return journal_fault(data)
    if known is None:
        return None
    if digest_of(data) in (known, manifest.get("replaces")):
        return ""
    return f"is damaged or half-written: its digest is not that of {MANIFEST if manifest else DIGESTS}"


def journal_fault(data: bytes) -> str:
    """What is wrong with the rows of a journal; empty where nothing is."""
    if not data:
        return ""
    length = row_length(data)
    if not length:
        return "is damaged: the check sum of its first row is another"
    for begin in range(0, len(data), length):
        row = data[begin : begin + length]
        if len(row) < length:
            return f"is damaged: row {begin // length} is cut off"
        if zlib.crc32(row[_HEAD:], zlib.crc32(row[:_CHECK])) != int.from_bytes(row[_CHECK:_HEAD], "little"):
            return f"is damaged: the check sum of row {begin // length} is another"
    return ""


def row_length(data: bytes) -> int:
    """Bytes of a row of a journal: the length at which the first row's check sum is right; 0 where there is none."""
    sums, wanted = zlib.crc32(data[:_CHECK]), int.from_bytes(data[_CHECK:_HEAD], "little")
    for end in range(_HEAD + 8, min(len(data), _HEAD + 8 * _MOST_CELLS) + 1, 8):
        sums = zlib.crc32(data[end - 8 : end], sums)
        if sums == wanted:
            return end
    return 0


def _names(folder: Path, under: str = "") -> Iterator[str]:
    """Names of all files in a folder and those in it, through no link."""
    for it in sorted(os.scandir(folder / under), key=lambda it: it.name):
        if it.is_dir(follow_symlinks=False):
            yield from _names(folder, f"{under}{it.name}/")
        else:
            yield f"{under}{it.name}"


def _folders(folder: Path) -> list[str]:
    return [f"{it.name}/" for it in os.scandir(folder) if it.is_dir(follow_symlinks=False)]
