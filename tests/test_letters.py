"""A user's own text: names in any script and with any sign work with every command, and are never markup."""

from __future__ import annotations

import io
import json
import sys
import warnings
from pathlib import Path

import pytest
import toy
from browser import skipped_or_failed
from command import call, call_json, python, surroundings
from matplotlib.figure import Figure

from sim import cli, letters
from sim.commands import streams
from sim.report.figures import fonts
from sim.report.figures.canvas import page, style
from sim.report.text.columns import columns, fitted
from sim.runs.progress import terminal_bar
from sim.runs.seals import to_json
from sim.runs.summary import csv_bytes

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

# Names of files that end in .toml, and the words that they are in a folder's name.
HOSTILE = {
    "my plan": "my-plan",
    "$a_1$ and $b": "a_1-and-b",
    "<b>&amp;'x'": "b-amp-x",
    "[red]x[b]": "red-x-b",
    "*?[ab]": "ab",
    "=1+cmd|' C'!A0": "1-cmd-C-A0",
    "-rf": "rf",
    "two\nlines": "two-lines",
    "\x1b[31mred": "31mred",
    "x" * 230: "x" * 230,
}
TITLE = "$a_1$ <b>\\u001b[31m [red]x[/red] =1+1"
FEW = ("--workers", "1", "--replicates", "2", "--months", "3")
WORST = "$a_1$ <b>&amp;'x' [red]y[bold] *?[ab] =1+1"


def _scenario(folder: Path, name: str) -> str:
    """A file of this name with a title that is no better, as a command takes it."""
    file = folder / f"{name}.toml"
    file.write_text(toy.SCENARIO.replace('"A toy"', f'"{TITLE}"'), encoding="utf-8")
    return f"./{file.name}"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_run_takes_a_file_of_any_name_and_keeps_its_letters(name: str, toy_folder: Path) -> None:
    given = _scenario(toy_folder, name)
    found = call("run", "--no-figures", *FEW, given)
    (folder,) = Path("results").glob("*/")
    word = folder.name.rpartition("-")[0]
    assert word == letters.cut(HOSTILE[name])
    assert "\x1b" not in found.stdout
    assert "".join(f":{TITLE}".replace("\\u001b", "\\x1b").split()) in "".join(found.stdout.split())
    assert call_json("run", "--no-figures", *FEW, given)["scenario"] == HOSTILE[name]


COMMANDS: tuple[tuple[str, ...], ...] = (
    ("describe", "WORST", "growth"),
    ("run", "--no-figures", *FEW, "WORST"),
    ("plot", "WORST", "jobs"),
    ("report", "WORST"),
    ("what-if", "WORST", "--set", "market.growth=0.05", "--variant", "OTHER", "--figures", "none", *FEW),
    ("compare", "WORST", "OTHER"),
    ("sweep", "WORST", "--vary", "market.growth=0.01:0.05:2", *FEW),
    ("sensitivity", "WORST", "--outcome", "jobs", "--keys", "market.growth=0.01:0.05", "--samples", "2", *FEW),
    ("explain", "WORST", "OTHER", "--outcome", "jobs", *FEW),
    ("seek", "WORST", "--levers", "market.growth=0.01:0.05", "--maximise", "startups", "--samples", "4",
     "--confirm", "2", "--robustness", "0", *FEW),
)  # fmt: skip


def test_every_command_takes_and_prints_the_worst_name(toy_folder: Path) -> None:
    """One after the other in one folder; warnings, such as of letters without a glyph, are errors."""
    given = {"WORST": _scenario(toy_folder, WORST), "OTHER": "./other.toml"}
    (toy_folder / "other.toml").write_text(toy.SCENARIO.replace("0.03", "0.06"))
    call("run", "--no-figures", *FEW, "other.toml")
    for words in COMMANDS:
        found = call(*(given.get(word, word) for word in words))
        assert "\x1b" not in found.stdout
        assert "a_1-b-amp-x-red-y-bold-ab-1-1" in found.output.replace("\n", ""), words
    for file in Path("results").rglob("*"):
        text = file.read_text(encoding="utf-8") if file.suffix in (".html", ".json", ".toml", ".svg", ".csv") else ""
        assert "<b>\x1b" not in text or file.suffix in (".json", ".toml", ".csv"), file


# --- encodings


@pytest.mark.parametrize("encoding", ["cp1252", "gbk", "ascii", "utf-8"])
def test_what_an_encoding_lacks_is_replaced_and_json_loses_nothing(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "首钢 café – a×b ह \udce9"
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, io.TextIOWrapper(io.BytesIO(), encoding, "strict", newline="\n"))
    streams.prepare()
    streams.put(text)
    streams.put_json({"text": text})
    said, found = sys.stdout.buffer.getvalue().decode(encoding).splitlines()  # type: ignore[attr-defined]
    assert (
        said
        == {
            "cp1252": "???? café – a×b ? \\udce9",
            "gbk": "首钢 café – a×b ? \\udce9",
            "ascii": "???? caf? - axb ? \\udce9",
            "utf-8": "首钢 café – a×b ह \\udce9",
        }[encoding]
    )
    assert json.loads(found)["text"] == text


def test_the_program_starts_with_a_narrow_encoding_and_lists_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "首钢.toml").write_text('title = "搬迁 – 后"\n', encoding="utf-8")
    how = {"cwd": tmp_path, "env": surroundings(PYTHONIOENCODING="ascii")}
    found = python("-c", "from sim.cli import main; main()", "list", **how).stdout
    (line,) = [line for line in found.splitlines() if line.startswith("????")]
    assert line.split("  ")[-1].strip() == "???? - ??"


# --- widths


def test_wide_letters_take_two_cells_in_tables_and_in_lines_of_text() -> None:
    rows = [("首钢", "1"), ("e\u0301cole", "22"), ("plain name", "3")]
    lines = columns(("name", "n"), rows, right=(1,)).splitlines()
    assert {letters.cells(line) for line in lines} == {14}
    sentence = "首钢搬迁之后，旧厂房由小微企业使用。" * 5
    wrapped = fitted(sentence).splitlines()
    assert len(wrapped) == 3
    assert max(map(letters.cells, wrapped)) <= 80
    assert "".join(line.strip() for line in wrapped) == sentence
    assert not any(line.strip()[0] in "，。" for line in wrapped)
    assert fitted("results/" + "首" * 60) == "results/" + "首" * 60
    assert letters.shortened("首钢搬迁之后", 9) == "首钢搬..."


def test_names_stay_below_what_a_file_system_takes_and_plain_ones_stay_as_they_were() -> None:
    assert len(letters.cut("首" * 200).encode()) <= 180
    assert letters.cut("首钢" * 40, 3) == "首钢首"
    for name, kept in {"my plan, 2": "my-plan-2", "a.b_c-d": "a.b_c-d", "首钢 2": "首钢-2", "e\u0301": "é"}.items():
        assert letters.word(name) == kept
    assert letters.is_word("首钢-1.5", 80)
    assert not any(letters.is_word(name, 80) for name in ("", "-a", ".a", "a b", "a/b", "$a", "a" * 81))


# --- markup


def test_a_text_is_no_mathematics_in_a_figure() -> None:
    with style():
        made = page("a $x^2$ $\\frac$ and $5", "$a_1$", [], ["it costs $3 or $4"], 1)
        assert made.png()[:4] == b"\x89PNG"
        assert made.svg().count(b"<!-- $a_1$ -->") == 1


def test_a_letter_without_a_glyph_is_one_remark(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fonts.fontManager, "get_font_names", lambda: ["DejaVu Sans"])
    monkeypatch.setattr(fonts, "findSystemFonts", list)
    fonts.forget()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        for _ in range(2):
            with style():
                page("首钢搬迁 \U0001fbf0", "首钢", [], ["首"], 1).files("name")
    monkeypatch.undo()
    fonts.forget()
    (one,) = said
    assert issubclass(one.category, letters.NoGlyph)
    assert "搬迁钢首" in str(one.message)
    cli.show_warning(one.message, one.category, "file", 1)
    assert capsys.readouterr().err.startswith("figures: no installed font has")


def test_a_font_for_other_scripts_leaves_plain_text_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever stands behind DejaVu Sans, here a font of another look that every matplotlib has."""

    def drawn(*families: str) -> dict[str, bytes]:
        monkeypatch.setattr("sim.report.figures.canvas.families", lambda: list(families))
        with style():
            return page("Plain × 25 – m²", "text", [], ["footer"], 1).files("name")

    assert drawn("DejaVu Sans") == drawn("DejaVu Sans", "STIXGeneral")
    assert drawn("DejaVu Sans") != drawn("STIXGeneral")


def test_every_figure_has_the_fonts_that_are_found_as_the_first_is_drawn() -> None:
    """Both are made before either is drawn, as the figures of an appraisal are."""
    made = [Figure(), Figure()]
    texts = [it.text(0, 0, "首钢", fontfamily=["DejaVu Sans"]) for it in made]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", letters.NoGlyph)
        for it in made:
            with fonts.told(it):
                pass
    assert [it.get_fontfamily() for it in texts] == [fonts.families()] * 2


def test_a_line_has_one_weight_where_only_its_latin_letters_have_a_bold_face(monkeypatch: pytest.MonkeyPatch) -> None:
    with warnings.catch_warnings(record=True) as said:
        fonts.forget()
        fonts.tell(["首"])
    if said:
        skipped_or_failed("no font with Chinese is installed: apt-get install fonts-wqy-microhei")
    for bold, weights in (({"DejaVu Sans"}, ["bold", "normal"]), (set(fonts.families()), ["bold", "bold"])):
        monkeypatch.setattr(fonts, "bold_families", lambda bold=bold: bold)
        figure = Figure()
        texts = [figure.text(0, 0, words, fontweight="bold") for words in ("shougang − idle", "shougang与首钢")]
        with fonts.told(figure):
            assert [it.get_fontweight() for it in texts] == weights


def test_a_cell_of_a_csv_is_no_formula_and_numbers_stay() -> None:
    cells = ["=1+1", "@a", "+cmd", "-2+3", "-0.5", "-5% to 3%", "-inf", "plain", -0.5, None, "-", "caf\udce9"]
    found = csv_bytes(["cell"], [[it] for it in cells]).decode().splitlines()[1:]
    assert found == ["'=1+1", "'@a", "'+cmd", "'-2+3", "-0.5", "-5% to 3%", "-inf", "plain", "-0.5", '""', "-",
                     "caf\\udce9"]  # fmt: skip


def test_a_name_is_no_markup_in_a_bar_and_no_fault_of_a_manifest(capsys: pytest.CaptureFixture[str]) -> None:
    bar = terminal_bar()
    bar.begin("[red]x[/blue]", 0, 2)
    bar.end()
    assert json.loads(to_json({"file": "caf\udce9", "name": "首钢"})) == {"file": "caf\udce9", "name": "首钢"}
    assert "首钢".encode() in to_json({"name": "首钢"})
    assert capsys.readouterr().out == ""
