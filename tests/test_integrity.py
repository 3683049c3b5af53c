"""What is stored is what was asked for and has not changed: damage is named and mended, never shown as numbers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command import call
from toy import run, snapshot, with_replicates

from sim.runs.errors import ResultError
from sim.runs.result import open_result
from sim.runs.seals import digest_of, sealed
from sim.runs.store import MANIFEST, OUTCOMES, SCENARIO, SUMMARY, Store
from sim.scenario import Scenario

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

FILES = (MANIFEST, OUTCOMES, SCENARIO, SUMMARY)
POSITIONS = 40  # bytes of each file that are flipped, one at a time


def flipped(data: bytes, position: int) -> bytes:
    return data[:position] + bytes([data[position] ^ 0x10]) + data[position + 1 :]


def numbers(folder: Path) -> Any:
    """What a reader of a result would be shown, or that there is nothing to show."""
    try:
        result = open_result(folder)
    except ResultError:
        return None
    return result.table.cells.tobytes(), result.scenario.values, result.digest


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_byte_is_found_and_the_next_run_mends_it(scenario: Scenario, tmp_path: Path, name: str) -> None:
    folder = run(scenario, tmp_path).path
    whole, shown = snapshot(folder), numbers(folder)
    data = (folder / name).read_bytes()
    for position in np.random.default_rng(7).choice(len(data), min(POSITIONS, len(data)), replace=False).tolist():
        (folder / name).write_bytes(flipped(data, position))
        assert numbers(folder) in (None, shown), position
        run(scenario, tmp_path)
        mended = snapshot(folder)
        assert {it: mended[it] for it in whole if it != MANIFEST} == {it: whole[it] for it in whole if it != MANIFEST}
        assert numbers(folder) is not None


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it.pop("replicates"), lambda it: it.update(months="six"), lambda it: it.update(seed=None),
        lambda it: it.update(failures=7), lambda it: it.pop("seal"), lambda it: it.update(outputs=[]),
    ],
)  # fmt: skip
def test_a_manifest_edited_by_hand_is_refused_and_run_anew(toy_folder: Path, change: Any) -> None:
    call("run", "toy", "boom", "--no-figures", "--workers", "1")
    file = next((toy_folder / "results").glob(f"toy-*/{MANIFEST}"))
    document = json.loads(file.read_text())
    change(document)
    file.write_text(json.dumps(document))
    refused = call("compare", str(file.parent), "boom", code=2)
    assert f"{MANIFEST} is missing or damaged; run the scenario again" in refused.stderr
    call("run", "toy", "--no-figures", "--workers", "1")
    call("compare", str(file.parent), "boom")


def test_a_result_copied_into_anothers_folder_is_not_shown_as_its_own(toy_folder: Path) -> None:
    first, second = (
        json.loads(call("run", name, "--no-figures", "--workers", "1", "--json").stdout) for name in ("toy", "boom")
    )
    for file in Path(second["results"]).glob("*.*"):
        shutil.copy(file, first["results"])
    again = call("run", "toy", "--no-figures", "--workers", "1", "--json")
    assert "holds files of another request (boom): not used, run again" in again.stderr
    found = json.loads(again.stdout)
    assert found["outcomes"] == first["outcomes"] != second["outcomes"]
    assert (toy_folder / "results").is_dir()


@pytest.mark.parametrize("name", ["checkpoints", "records", ".replicates", "outcomes.parquet", "figures"])
def test_nothing_is_written_or_removed_through_a_link(scenario: Scenario, tmp_path: Path, name: str) -> None:
    folder, elsewhere = run(scenario, tmp_path).path, tmp_path / "elsewhere"
    elsewhere.mkdir()
    for file in (".1234", "outcomes.parquet", "kept.png"):
        (elsewhere / file).write_text("somebody else's")
    if (folder / name).exists():
        (folder / name).unlink()
    (folder / name).symlink_to(elsewhere / "outcomes.parquet" if name.endswith(".parquet") else elsewhere)
    with pytest.raises(ResultError, match=rf"{name}: is a link, and a result is written through none; remove it"):
        run(scenario, tmp_path, fresh=True)
    assert {file.name: file.read_text() for file in elsewhere.iterdir()} == dict.fromkeys(
        (".1234", "outcomes.parquet", "kept.png"), "somebody else's"
    )


@pytest.mark.parametrize(
    "asked",
    [
        ("run", "toy", "--no-figures", "--fresh"),
        ("run", "toy", "--no-figures", "--fresh", "--events"),
        ("sweep", "toy", "--vary", "market.growth=0.01,0.02", "--fresh"),
        ("compare", "toy", "boom"),
    ],
)
def test_nothing_is_written_or_removed_where_the_folder_itself_is_a_link(
    asked: tuple[str, ...], toy_folder: Path
) -> None:
    call("run", "toy", "boom", "--no-figures", "--workers", "1")
    workers = () if asked[0] == "compare" else ("--workers", "1")
    if "--events" not in asked:  # of which the toy has none: its link is that of the run
        call(*asked, *workers)
    kind = "toy-" if asked[0] == "run" else f"{asked[0]}-"
    folder = next(it for it in (toy_folder / "results").iterdir() if it.name.startswith(kind))
    elsewhere = toy_folder / "elsewhere"
    folder.rename(elsewhere)
    (elsewhere / ".events").mkdir(exist_ok=True)
    (elsewhere / ".events" / "1.part").write_text("somebody else's")
    folder.symlink_to(elsewhere)
    before = snapshot(elsewhere)
    said = call(*asked, *workers, code=2).stderr
    assert f"{folder.name}: is a link, and a result is written through none; remove it" in said
    assert snapshot(elsewhere) == before


def test_a_manifest_names_nothing_outside_its_folder_that_is_removed(scenario: Scenario, tmp_path: Path) -> None:
    result = run(scenario, tmp_path / "results")
    beside = tmp_path / "results" / "beside.txt"
    beside.write_text("kept")
    store = Store(result.path)
    manifest = store.manifest()
    manifest["outputs"] |= {"../beside.txt": digest_of(b"kept"), str(beside): digest_of(b"kept")}
    store.write(MANIFEST, sealed(manifest))
    run(with_replicates(scenario, scenario.replicates + 2), tmp_path / "results")
    assert "../beside.txt" not in Store(result.path).manifest()["outputs"]
    assert beside.read_text() == "kept"


@pytest.mark.usefixtures("toy_folder")
def test_a_studys_table_that_is_gone_is_run_again() -> None:
    asked = ("sweep", "toy", "--vary", "market.growth=0.01,0.02", "--workers", "1", "--json")
    first = json.loads(call(*asked).stdout)
    table = Path(first["results"] if "results" in first else first["sweep"]) / "replicates.parquet"
    kept = table.read_bytes()
    for damaged in (None, b"", kept[:50], flipped(kept, 4), flipped(kept, len(kept) - 6)):
        table.unlink() if damaged is None else table.write_bytes(damaged)
        again = json.loads(call(*asked).stdout)
        assert again == first
        assert table.read_bytes() == kept


def test_manifests_are_sealed(scenario: Scenario, tmp_path: Path) -> None:
    store = Store(run(scenario, tmp_path).path)
    manifest = store.manifest()
    assert manifest
    assert "seal" not in manifest
    store.seal(manifest | {"name": "other"})
    assert store.manifest()["name"] == "other"
