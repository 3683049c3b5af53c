"""The gallery of shipped scenarios: an entry for a scenario and for its comparison with its control."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from command import ROOT, script


@pytest.fixture(scope="module")
def gallery() -> Any:
    """The script that writes the page."""
    return script(ROOT / "docs" / "gallery.py")


# Where no installed font has Chinese, boxes stand in figures.
@pytest.mark.filterwarnings("ignore::sim.letters.NoGlyph")
def test_a_scenario_and_its_control_in_chinese(gallery: Any, tmp_path: Path) -> None:
    short = ["shougang", "--replicates", "2", "--months", "3", "--out", str(tmp_path), "--lang", "zh"]
    assert gallery.main(short) == 0
    page = (tmp_path / "index-zh.html").read_text(encoding="utf-8")
    assert re.findall(r'<article id="(.*?)">', page) == ["shougang", "shougang-compared"]
    assert page.count("<pre>") == 1
    for picture in re.findall(r'src="(.*?)"', page):
        assert (tmp_path / picture).read_bytes().startswith(b"\x89PNG")
    assert '<html lang="zh-Hans">' in page
    assert "<h2>首钢腾退厂区</h2>" in page
    assert "Reuse of the site adds jobs" not in page


def test_a_scenario_that_is_not_shipped_is_refused(gallery: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        gallery.main(["nowhere"])
    assert ended.value.code == 2
    assert "nowhere: no shipped scenario" in capsys.readouterr().err
