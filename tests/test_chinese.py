"""What a reader of Chinese is shown has no English in it, and what is stored depends on no language."""

from __future__ import annotations

import csv
import html
import json
import os
import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import seeking
from command import ROOT, call
from toy import OUTCOMES
from typer.testing import CliRunner

import sim
from sim import api, cli
from sim.commands import new
from sim.evidence.facts import Check, checks
from sim.formats import label
from sim.language import later, recalled, speaking, tr
from sim.model.catalogue import load, model_catalogue
from sim.page.document import live_page
from sim.places.questions import QUESTIONS
from sim.places.trials import TRIALS
from sim.report.figures import canvas
from sim.report.html.rotation import rotation_sections
from sim.report.shown import source_words
from sim.report.text.validation import fitted_text, group_words
from sim.scenario import describe
from sim.studies.appraisal.assumptions import declared_assumptions
from sim.studies.questions.rotation import kept_rotations
from sim.studies.questions.validate import Verdict

# Figures are drawn; where no installed font has Chinese, boxes stand in them.
pytestmark = pytest.mark.filterwarnings("ignore::sim.letters.NoGlyph")
# What is typed is no English: commands, options, digests, and keys, paths and settings, which have signs in them.
_TYPED = re.compile(
    r"`sim [^`]*`|`[a-z_]+`|{\w+}|--[a-z][\w-]*|[\w-]*\d[\w-]*|[\w-]*[A-Za-z0-9][\w-]*(?:[_./=:@#][\w*-]+)+/?",
    re.ASCII,
)
_WORD = re.compile(r"[A-Za-z][A-Za-z'&-]*[A-Za-z]")
# Names of formats, methods, symbols, sizes, programs and keyboards, of a state, and of the other language.
_NAMES = {
    "sim", "CSV", "JSON", "TOML", "Python", "Morris", "morris", "Sobol", "sobol", "mu", "sigma", "kB",
    "MB", "SHA", "KS", "Linux", "optuna", "TPE", "mesa", "numba", "numpy", "pandas", "pyarrow", "scipy", "matplotlib",
    "Subbotin", "origin", "YYYY-MM", "English", "Home", "End", "Esc",
}  # fmt: skip
_OWN = {"toy", "boom", "Boom", "dear", "town", "idle", "share"}  # of the tests' scenarios and facts
_FEW = ("--replicates", "4", "--workers", "1")
# Each begins with what makes it possible: results are left in the folder.
TEXTS: dict[str, tuple[str, ...]] = {
    "run": ("run", "toy", *_FEW, "--no-figures"),
    "what-if": ("what-if", "toy", "--set", "market.growth=0.05", "--name", "dear", *_FEW, "--figures", "none"),
    "compare": ("compare", "toy", "dear", "--figures", "none", "--all"),
    "unpaired": ("compare", "toy", "dear", "--figures", "none", "--unpaired"),
    "sweep": ("sweep", "toy", "--vary", "market.growth=0.02:0.05:3", *_FEW),
    "sensitivity": ("sensitivity", "toy", "--outcome", "startups", "--keys", "market.growth", "--samples", "4", *_FEW),
    "explain": ("explain", "toy", "boom", "--outcome", "jobs", *_FEW),
    "report": ("report", "toy", "dear"),
    "list": ("list",),
    "outcomes": ("outcomes", "jobs"),
    "describe": ("describe", "together", "market"),
}

FACTS = """[jobs]
title = "就业"
source = "登记"
scenario = "toy"
outcome = "jobs"
months = "2011-06"
value = 200000
band = [190000, 210000]

[share]
title = "份额"
source = "登记"
scenario = "toy"
outcome = "big_asset_share"
months = ["2011-01", "2011-06"]
value = 0.9
band = [0.9, 0.95]
finding = "区间不同"
"""
FITTED = """title = "玩具"
[calibration]
budget = 12
replicates = 2
[keys."market.growth"]
low = 0.01
high = 0.1
scale = "log"
[targets.startups]
outcome = "startups"
months = "2011-06"
value = 72.0
tolerance = 3.0
"""
CLAIMS = """title = "增长"
scenario = "boom.toml"
control = "toy.toml"
assumptions = ["population.worker_revenue=0.1:0.5"]
[claims.startups]
claim = "增长使初创企业增加。"
outcome = "startups"
unit = "enterprises"
sign = "more"
mechanisms = ["letting"]
"""
STUDIES: dict[str, tuple[str, ...]] = {
    "validate": ("validate", "toy", "--facts", "facts.toml", "--replicates", "4"),
    "calibrate": ("calibrate", "toy", "--targets", "targets.toml", "--rotate"),
    "claims": ("claims", "scenarios/growth-claims.toml", "--samples", "4", "--replicates", "6", "--all"),
}
SOUGHT = (
    "--maximise", "net_jobs", "--budget", "40M", "--samples", "16", "--confirm", "4", "--robustness", "2",
    "--replicates", "4", "--set", "population.world=place", "--months", "3",
)  # fmt: skip
SCENARIOS = ROOT / "scenarios"
TOWN = str(Path(__file__).with_name("town.toml"))


def sources(*names: str) -> list[str]:
    """Texts that stay English: sources of values that cite something, and what the toy's own declarations say."""
    named = [row.source for name in names or ("toy", "boom", "together") for row in describe(load(name))]
    with speaking("zh"):
        named = [text for text in named if source_words(text) == text]  # not what the program itself says
    return sorted(
        {*named, *(text for it in OUTCOMES.values() for text in (it.meaning, label(it.name)))}, key=len, reverse=True
    )


@cache
def _known() -> set[str]:
    """Names of outcomes, mechanisms, scenarios, platforms and sites, which are the same in every language."""
    catalogue = model_catalogue()
    shipped = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in SCENARIOS.glob("*.toml")}
    named = [name for told in shipped.values() for kind in ("platforms", "sites") for name in told.get(kind, {})]
    mechanisms = [it.name for it in catalogue.mechanisms]
    choices = [choice for key, it in catalogue.parameters() for choice in (key.partition(".")[0], *it.choices)]
    typed = {*cli.EXAMPLES, *declared_assumptions(), *mechanisms, *choices}
    return {*_NAMES, *typed, *catalogue.outcomes, *OUTCOMES, *shipped, *named, *_OWN}


def english(text: str, left: Iterable[str] = ()) -> list[str]:
    """The English words of a text, without commands to type, names, and the texts ``left``; and a unit of English."""
    lines = [line for line in text.split("\n") if not line.strip().startswith(("sim ", "$ sim "))]
    words = " ".join(" ".join(lines).split())
    for it in left:
        words = words.replace(" ".join(it.split()), " | ")
    said = _WORD.findall(_TYPED.sub(" | ", words))
    said += ["百万元"] * words.count("百万元")
    return [it for it in said if it not in _known() and not _known().issuperset(it.split("-"))]


def test_tables_have_no_english_sentence(toy_folder: Path) -> None:
    del toy_folder
    left, found = sources(), {}
    for name, command in TEXTS.items():
        found[name] = english(call("--lang", "zh", *command).output, left)
    assert not {name: said for name, said in found.items() if said}


def test_the_chinese_readme_has_no_unit_of_english_and_breaks_no_sentence() -> None:
    """A line break in Markdown is a space on the page, which Chinese has none of."""
    text = (ROOT / "README.zh.md").read_text(encoding="utf-8")
    assert "百万元" not in text
    prose = re.sub(r"^```.*?^```$", "\n", text, flags=re.DOTALL | re.MULTILINE)
    prose = re.sub(r"<!--.*?-->", "", prose)
    assert not re.findall(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]\n *(?=[^\s\-|#])", prose)


def test_a_place_of_ones_own_is_asked_for_and_written_in_chinese(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(new, "on_a_terminal", lambda: True)
    register = SCENARIOS / "registers" / "millbrook.csv"
    sectors = sorted(
        {row["sector"] for row in csv.DictReader(register.read_text().splitlines())}, key=len, reverse=True
    )
    tried = ("--try", ",".join(TRIALS), "--grant", "150")
    for name, firms in (("mill", "1500,455,37,8"), ("town", str(register))):
        typed = "\n" * (len(QUESTIONS) - 3)
        said = CliRunner().invoke(cli.app, ["new", name, "--firms", firms, *tried, "--lang", "zh"], input=typed)
        assert said.exit_code == 0, said.output
        assert f"sim appraise {name}-idle.toml {name}.toml --lang zh" in said.output
        asked = [said.output, *(path.read_text(encoding="utf-8") for path in tmp_path.glob(f"{name}*.toml"))]
        assert len(asked) == (11 if name == "town" else 10)
        assert not [found for text in asked if (found := english(text, sectors))]
    assert load("town.toml").title == "老纺织厂"
    assert load("mill-fund.toml").values["sites.mill.fund"] == 20.0


def test_an_appraisal_and_its_poster_have_no_english_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("idle.toml").write_text(f'extends = "{TOWN}"\n[sites.mill]\nrenovation = false\n')
    pair = ("idle.toml", TOWN, "--replicates", "2", "--months", "6", "--workers", "1")
    card = call("--lang", "zh", "appraise", *pair).output
    assert {"sigma", "rho", "lambda"} <= set(card.split())
    assert "别处腾出的厂房重新出租的比例" in card  # what rho is
    assert not english(card, sources(TOWN))
    drawn = call("--lang", "zh", "poster", *pair).output
    assert not english(drawn, sources(TOWN))
    assert {path.name for path in Path("results").glob("appraise-*/poster*")} == {"poster-zh.pdf", "poster-zh.png"}
    call("--lang", "zh", "report", "idle", "town", "--out", "page.html")
    page = Path("page.html").read_text(encoding="utf-8")
    assert not english(_shown(page), [*sources(TOWN), *_commands(page)])


def test_figures_have_no_english_word(toy_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The texts of figures as they are drawn, of which SVG keeps the letters here."""
    del toy_folder
    monkeypatch.setitem(canvas.STYLE, "svg.fonttype", "none")
    drawn = ("run", "what-if", "sweep", "sensitivity", "explain")
    for name in drawn:
        words = [it for it in TEXTS[name] if it not in ("--no-figures", "none", "--figures")]
        call("--lang", "zh", *words, "--out", "drawn")
    figures = sorted(Path("drawn").rglob("*.svg"))
    assert len(figures) >= len(drawn)
    assert all("-zh" in path.stem for path in figures)
    said = {path.name: " | ".join(_texts_of(path)) for path in figures}
    assert any("2011年1月" in text.split(" | ") for text in said.values())
    left = [*sources(), "A toy", "runs.csv"]
    assert not {name: found for name, text in said.items() if (found := english(text, left))}


def _texts_of(figure: Path) -> list[str]:
    return [html.unescape(it) for it in re.findall(r"<text[^>]*>(.*?)</text>", figure.read_text(encoding="utf-8"))]


def test_what_studies_print_has_no_english_sentence(toy_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("facts.toml").write_text(FACTS)
    Path("targets.toml").write_text(FITTED)
    Path("scenarios", "growth-claims.toml").write_text(CLAIMS)
    found = {name: call("--lang", "zh", *asked, "--workers", "1").output for name, asked in STUDIES.items()}
    monkeypatch.setattr(api, "ecosystem", lambda *_: seeking.model())
    mix = [part for key, values in seeking.LEVERS.items() for part in ("--levers", f"{key}={values}")]
    found["seek"] = call("--lang", "zh", "seek", "toy", *mix, *SOUGHT, "--workers", "1").output
    assert "最优组合" in found["seek"]
    assert "通过" in found["validate"]
    assert not {name: said for name, text in found.items() if (said := english(text, sources()))}
    del toy_folder


@pytest.mark.usefixtures("own_folder")
def test_a_trace_has_no_english_sentence() -> None:
    Path("idle.toml").write_text(f'extends = "{TOWN}"\n[sites.mill]\nrenovation = false\n')
    said = call("--lang", "zh", "trace", TOWN, "idle.toml", "--seed", "3", "--months", "4").output
    assert "两次模拟中都营业" in said
    assert not english(said)


def _shown(page: str) -> str:
    """The text of a page, without its style, scripts and data."""
    page = re.sub(r"<(style|script)\b.*?</\1>", " ", page, flags=re.DOTALL)
    page = page.replace("</pre>", "</pre>\n")  # lines that are commands are left out
    return html.unescape(re.sub(r"<[^>]+>", " | ", page))


def test_the_report_and_the_live_page_have_no_english_sentence(toy_folder: Path) -> None:
    call(*TEXTS["what-if"])
    for names in (("toy",), ("toy", "dear")):
        call("--lang", "zh", "report", *names, "--out", "page.html")
        page = Path("page.html").read_text(encoding="utf-8")
        assert '<html lang="zh-Hans">' in page
        assert not english(_shown(page), [*sources(), *_commands(page)])
    with speaking("zh"):
        page = live_page("shougang")
    assert not english(_shown(page))
    words = json.loads(re.findall(r'id="words">(.*?)</script>', page)[0])
    assert not [text for text, said in words.items() if english(said)]
    del toy_folder


def test_pages_of_studies_have_no_english_sentence(toy_folder: Path) -> None:
    for name in ("sweep", "sensitivity"):
        call(*TEXTS[name])
    call(
        "seek",
        "toy",
        "--levers",
        "market.growth=0:0.2",
        "--target",
        "startups=60",
        "--replicates",
        "8",
        "--workers",
        "1",
    )
    pages = {}
    for kind in ("sweep", "sensitivity", "seek-value"):
        (study,) = (it for it in Path("results").glob(f"{kind}-toy-*") if it.is_dir())
        call("--lang", "zh", "report", study, "--out", "page.html")
        page = Path("page.html").read_text(encoding="utf-8")
        assert '<html lang="zh-Hans">' in page
        pages[kind] = english(_shown(page), [*sources(), *_commands(page)])
    assert not any(pages.values()), pages
    del toy_folder


def _commands(page: str) -> list[str]:
    found = re.findall(r'<pre tabindex="0"><code>(.*?)</code></pre>', page, re.DOTALL)
    return [line for it in found for line in html.unescape(it).split("\n")]


def test_the_page_on_facts_has_no_english_sentence(toy_folder: Path) -> None:
    del toy_folder
    Path("facts.toml").write_text(FACTS)
    call("--lang", "zh", *STUDIES["validate"], "--workers", "1")
    (path,) = Path("results").glob("validate-*/validation-zh.html")
    page = path.read_text(encoding="utf-8")
    assert '<html lang="zh-Hans">' in page
    assert {"通过", "份额", "如何判断事实"} <= set(_texts(page))
    assert not english(_shown(page), [*sources(), *_commands(page)])
    assert not (path.parent / "validation.html").exists()
    words = {it: (path.parent / it).read_bytes() for it in ("validation.json", "facts.csv")}
    call(*STUDIES["validate"], "--workers", "1")
    assert words == {it: (path.parent / it).read_bytes() for it in words}
    assert (path.parent / "validation.html").is_file()


def test_pages_of_shipped_facts_have_no_english_but_theirsources() -> None:
    """Groups, what was fitted, and the rotations that are kept; other texts are those of the terminal."""
    catalogue = model_catalogue()
    facts = checks(catalogue).values()
    with speaking("zh"):
        (section,) = rotation_sections(kept_rotations(catalogue.outcomes), "1.0.0+0")
        groups = {group_words(it.group) for it in facts}
        fitted = [fitted_text(_verdict(it)) for it in facts if it.fitted_by]
    assert not english(_shown(section.content), [])
    assert not [it for it in groups if it.isascii()]
    assert not [said for it in fitted if (said := english(it, ["consider", "awareness"]))]  # ends of keys


def _verdict(check: Check) -> Verdict:
    """A verdict without a value on what a calibration was made of."""
    by = "; ".join(filter(None, (check.fitted_by, "the calibration calibration/x.targets.toml", "market.growth")))
    return Verdict(check, "toy", "", np.array([]), None, None, None, False, False, "", by)


def test_pages_of_calibrations_have_no_english_sentence(toy_folder: Path) -> None:
    del toy_folder
    Path("targets.toml").write_text(FITTED)
    call(*STUDIES["calibrate"], "--workers", "1")
    (study,) = (it for it in Path("results").glob("calibrate-*") if it.is_dir())
    call("--lang", "zh", "report", study, "--out", "page.html")
    page = Path("page.html").read_text(encoding="utf-8")
    assert json.loads((study / "manifest.json").read_text())["remarks"], "nothing stored in English is shown"
    assert {"拟合的参数", "目标达到的情况"} <= set(_texts(page))
    assert not english(_shown(page), [*sources(), *_commands(page)])


@pytest.mark.parametrize(
    ("asked", "recorded", "code", "words"),
    [
        (SOUGHT, seeking.calm, 0, "最优组合"),
        ((*SOUGHT, "--at-least", "net_jobs=100000", "--at-least", "net_taxes=1000"), seeking.calm, 1, "要求不少于"),
        (SOUGHT, seeking.noisy, 1, "被噪声掩盖"),
    ],
)
def test_pages_of_mixes_have_no_english_sentence(
    asked: tuple[str, ...], recorded: object, code: int, words: str, toy_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del toy_folder
    monkeypatch.setattr(api, "ecosystem", lambda *_: seeking.model(recorded))
    mix = [part for key, values in seeking.LEVERS.items() for part in ("--levers", f"{key}={values}")]
    call("seek", "toy", *mix, *asked, "--workers", "1", code=code)
    (study,) = (it for it in Path("results").glob("seek-*") if it.is_dir())
    call("--lang", "zh", "report", study, "--out", "page.html")
    page = Path("page.html").read_text(encoding="utf-8")
    assert words in _shown(page)
    assert "Net jobs" not in _shown(page)
    assert not english(_shown(page), [*sources(), *_commands(page)])


def test_a_stored_sentence_is_said_in_the_readers_language() -> None:
    among = (later("{one}; {others}"), later("below {value}"), later("above {value}"))
    said = recalled("above 3; below 4", among)
    with speaking("zh"):
        assert tr(said) == "高于3；低于4"
        assert tr(recalled("own words", among)) == "own words"
    assert said == "above 3; below 4"


def _texts(page: str) -> list[str]:
    return [it.strip() for it in _shown(page).split("|")]


def test_no_language_changes_a_stored_byte(toy_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del toy_folder
    kept: dict[str, dict[str, bytes]] = {}
    for code, there in (("en", "C.UTF-8"), ("zh", "zh_CN.UTF-8"), ("en", "zh_CN.UTF-8")):
        for name in ("LANG", "LC_ALL", "LANGUAGE"):
            monkeypatch.setenv(name, there)
        out = f"{code}-{there}"
        call("--lang", code, *TEXTS["what-if"], "--out", out)
        call("--lang", code, *TEXTS["sweep"], "--out", out)
        kept[out] = {
            str(path.relative_to(out)): path.read_bytes()
            for path in sorted(Path(out).rglob("*"))
            if path.is_file() and path.suffix in {".csv", ".parquet", ".toml", ".json"}
        }
    first, *others = (_without_clock(files, out) for out, files in kept.items())
    assert first
    assert not [name for it in others for name in {*it, *first} if it.get(name) != first.get(name)]


def _without_clock(files: dict[str, bytes], out: str) -> dict[str, object]:
    """The files; of a manifest what is no time, and no figure, whose name has its language."""
    found: dict[str, object] = {name: data.replace(out.encode(), b"OUT") for name, data in files.items()}
    for name in found:
        if name.endswith("manifest.json"):
            told = json.loads(files[name])
            told = {key: it for key, it in told.items() if key not in {"wall_seconds", "seal"}}
            told["outputs"] = {file: it for file, it in told["outputs"].items() if not file.startswith("figures/")}
            found[name] = told
    return found


def test_json_is_english_whatever_the_language(toy_folder: Path) -> None:
    del toy_folder
    call(*TEXTS["what-if"])
    for command in (("compare", "toy", "dear", "--figures", "none"), ("run", "toy", *_FEW, "--no-figures")):
        said = [call("--lang", code, *command, "--json").stdout for code in ("en", "zh")]
        assert said[0] == said[1]


def test_the_environment_chooses_no_language(toy_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del toy_folder
    plain = call(*TEXTS["run"]).stdout
    monkeypatch.setitem(os.environ, "LC_ALL", "zh_CN.UTF-8")
    assert call(*TEXTS["run"]).stdout == plain
    assert call(*TEXTS["run"], "--lang", "zh").stdout == call("--lang", "zh", *TEXTS["run"]).stdout != plain


def test_an_unknown_language_is_refused() -> None:
    assert "allowed: en, zh" in call("list", "--lang", "de", code=2).stderr


def test_python_speaks_the_language_of_the_moment(toy_folder: Path) -> None:
    del toy_folder
    with speaking("zh"):
        result = sim.run("toy", replicates=2, workers=1)
    assert (result.path / "figures" / "headline-zh.png").is_file()
    assert not (result.path / "figures" / "headline.png").exists()
