"""Fixtures of several files: the toy model's scenario and folder, a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import toy
from browser import Browser, browser

from sim.scenario import Scenario


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    """A scenario of the toy model: 4 replicates over 6 months."""
    return toy.scenario(tmp_path)


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, which is empty."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def toy_folder(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with the scenarios ``toy`` and ``boom``; commands run the toy model."""
    toy.use(monkeypatch)
    scenarios = own_folder / "scenarios"
    scenarios.mkdir()
    (scenarios / "toy.toml").write_text(toy.SCENARIO)
    (scenarios / "boom.toml").write_text('extends = "toy"\ntitle = "Boom"\n[market]\ngrowth = 0.05\n')
    return own_folder


@pytest.fixture
def marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which ``toy.with_marks`` leaves a file for each replicate that it runs."""
    folder = tmp_path / "marks"
    folder.mkdir()
    monkeypatch.setenv("TOY_MARKS", str(folder))
    return folder


@pytest.fixture
def chromium(tmp_path: Path) -> Iterator[Browser]:
    with browser(tmp_path) as opened:
        yield opened
