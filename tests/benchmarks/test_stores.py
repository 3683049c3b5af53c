"""Values that workers write to storage: the same as those that are sent, and refused where they were changed."""

from __future__ import annotations

from pathlib import Path

import fsspec
import numpy as np
import pytest
from stores import Receipt, StoringCluster, fetched, put

import sim
from sim.runs.batch import run_batch
from sim.runs.executor import Failure, Workers
from sim.runs.options import RunOptions
from sim.runs.replicate import ecosystem
from sim.runs.store import OUTCOMES

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter


@pytest.fixture(params=["file", "memory"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"{request.param}://{tmp_path}"


def test_a_value_comes_back_by_its_receipt_and_not_where_it_was_changed(url: str) -> None:
    receipt = put(url, np.outer, [1.0, 2.0], [3.0, np.nan])
    assert put(url, np.outer, [1.0, 2.0], [3.0, np.nan]).url != receipt.url
    assert fetched(receipt).tobytes() == np.outer([1.0, 2.0], [3.0, np.nan]).tobytes()
    with fsspec.open(receipt.url, "rb") as file:
        data = bytearray(file.read())
    data[len(data) // 2] ^= 1
    with fsspec.open(receipt.url, "wb") as file:
        file.write(bytes(data))
    assert fetched(receipt) == Failure(f"{receipt.url}: not the bytes that the worker wrote")
    assert fetched(Receipt(f"{url}/none", "")) == Failure(f"{url}/none: FileNotFoundError")


def test_outcomes_are_the_same_bytes_by_way_of_a_store(tmp_path: Path) -> None:
    scenario = sim.load("shougang", {"population.enterprises": 150, "run.months": 3, "run.replicates": 4})
    with Workers(1) as one:
        here = run_batch([scenario], ecosystem(), RunOptions(tmp_path / "here", one))[0]
    with StoringCluster("local", 1) as there:
        there.url = f"file://{tmp_path / 'store'}"
        (tmp_path / "store").mkdir()
        for late in (False, True):
            there.late = late
            found = run_batch([scenario], ecosystem(), RunOptions(tmp_path / str(late), there))[0]
            assert (found.path / OUTCOMES).read_bytes() == (here.path / OUTCOMES).read_bytes()
    assert len(list((tmp_path / "store").iterdir())) == 2 * 4
