"""What is kept survives a power loss and a full disk: files and folders are synced before what relies on them."""

from __future__ import annotations

import errno
import os
import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from command import call
from power import Disk, PowerLoss
from toy import run, snapshot

from sim import disk
from sim.runs.noted import write_noted
from sim.runs.store import MANIFEST
from sim.runs.verify import verify_folder
from sim.scenario import Scenario

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter


def _loses_power(scenario: Scenario, root: Path, lost: int | None) -> Disk:
    root.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        found = Disk(root, patch, lost)
        try:
            run(scenario, root / "results")
        except PowerLoss:
            pass
        else:
            assert lost is None
    return found


@pytest.mark.parametrize("renamed", [False, True])
def test_a_finished_run_is_on_the_disk(scenario: Scenario, tmp_path: Path, renamed: bool) -> None:
    disk = _loses_power(scenario, tmp_path / "at", None)
    folder = next((tmp_path / "at" / "results").iterdir())
    left = disk.after(tmp_path / "left", renamed=renamed) / "results" / folder.name
    disk.close()
    on_disk = snapshot(left)
    assert {name: on_disk[name] for name in snapshot(folder)} == snapshot(folder)
    assert verify_folder(left).holds


@pytest.mark.parametrize("renamed", [False, True])
def test_after_a_power_loss_the_same_command_gives_the_same_bytes(
    scenario: Scenario, tmp_path: Path, renamed: bool
) -> None:
    whole = snapshot(run(scenario, tmp_path / "undisturbed").path)
    whole.pop(MANIFEST)  # has times
    lost = 0
    while True:
        try:
            disk = _loses_power(scenario, tmp_path / f"{lost}", lost)
        except AssertionError:
            break  # the run ended before so many syncs
        left = disk.after(tmp_path / f"{lost}-left", renamed=renamed)
        disk.close()
        again = run(scenario, left / "results").path
        found = snapshot(again)
        assert found.pop(MANIFEST)
        assert found == whole, lost
        assert verify_folder(again).holds
        lost += 1
    assert lost > 10


def test_every_file_is_synced_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    fsync, replace = os.fsync, os.replace

    def noted(number: int) -> None:
        steps.append(f"sync {os.path.basename(os.readlink(f'/proc/self/fd/{number}'))}")  # noqa: PTH119, PTH115
        fsync(number)

    def moved(old: Path, new: Path) -> None:
        steps.append(f"move {Path(new).name}")
        replace(old, new)

    monkeypatch.setattr(os, "fsync", noted)
    monkeypatch.setattr(os, "replace", moved)
    disk.write_all(tmp_path / "new" / "folder", {"a": b"1", "b": b"2"})
    assert [re.sub(r"\.\d+$", "", step) for step in steps] == [
        f"sync {tmp_path.name}", "sync new", "sync .a", "move a", "sync .b", "move b", "sync folder",
    ]  # fmt: skip


def test_a_full_disk_is_named_with_the_file_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    for write in (disk.write_whole, lambda path, data: disk.append(path, data, sync=True)):
        with pytest.raises(OSError, match=r"No space left on device: '.*table\.csv'"):
            write(tmp_path / "table.csv", b"1")
    assert not [it for it in tmp_path.iterdir() if it.stat().st_size]


def test_threads_that_write_one_file_at_once_leave_it_whole(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    written = [bytes([letter]) * 300_000 for letter in b"abcd"]

    def write(data: bytes) -> list[bool]:
        found = []
        for _ in range(25):
            disk.write_whole(file, data, sync=False)
            found.append(file.read_bytes() in written)
        return found

    with ThreadPoolExecutor(len(written)) as pool:
        assert all(all(found) for found in pool.map(write, written))
    assert [it.name for it in tmp_path.iterdir()] == [file.name]


def test_nothing_is_written_through_a_link_beside_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("somebody else's")
    monkeypatch.setattr(secrets, "randbelow", lambda _: 1)
    (tmp_path / f".table.csv.{os.getpid()}000000001").symlink_to(elsewhere)
    disk.write_whole(tmp_path / "table.csv", b"1")
    assert elsewhere.read_text() == "somebody else's"
    assert (tmp_path / "table.csv").read_bytes() == b"1"


def test_files_without_a_manifest_have_their_digests_beside_them(tmp_path: Path) -> None:
    folder = tmp_path / "page"
    write_noted(folder, {"a.csv": b"1\n", "b.csv": b"2\n"})
    write_noted(folder, {"b.csv": b"3\n"})
    assert set(verify_folder(folder).files) == {"a.csv", "b.csv", ".digests"}
    assert verify_folder(folder).holds
    (folder / "a.csv").write_bytes(b"7\n")
    (folder / "b.csv").unlink()
    assert [it.file for it in verify_folder(folder).wrong] == ["a.csv", "b.csv"]


def test_a_new_scenario_is_written_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda it: (synced.append(os.readlink(f"/proc/self/fd/{it}")), fsync(it))[1])  # noqa: PTH115
    call("new", tmp_path / "mill.toml", "--yes")
    assert any("mill.toml" in it for it in synced)
