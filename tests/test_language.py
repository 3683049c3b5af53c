"""Languages: catalogues are complete and compiled, and the language of the moment is one's own."""

from __future__ import annotations

import gettext
import io
import string
import threading
from pathlib import Path
from typing import Any

import pytest
from command import script

from sim import language
from sim.language import LANGUAGES, LOCALE, accepted, meaning, month_text, speaking, tr, trn

ROOT = Path(__file__).resolve().parents[1]
OTHERS = [code for code in LANGUAGES if code != language.ENGLISH]


@pytest.fixture(scope="module")
def tool() -> Any:
    """The script that writes templates and catalogues."""
    return script(ROOT / "docs" / "languages.py")


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize("domain", language.DOMAINS)
def test_every_text_is_translated_with_the_same_places(tool: Any, domain: str, code: str) -> None:
    template = tool.templates()[domain]
    known = tool.read(LOCALE / code / "LC_MESSAGES" / f"{domain}.po", code)
    wanted = {(it.id, it.context) for it in template if it.id}
    there = {(it.id, it.context) for it in known if it.id}
    assert there == wanted, "make languages"
    lacking = [it.id for it in known if it.id and not all(_forms(it.string))]
    assert not lacking
    if domain != "declarations":
        wrong = [it.id for it in known if it.id and any(_places(it.id) != _places(form) for form in _forms(it.string))]
        assert not wrong


def _forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else text


def _places(text: str | tuple[str, ...]) -> set[str]:
    """Names of the places; of a text with a plural those of the plural."""
    return {name for _, name, _, _ in string.Formatter().parse(_forms(text)[-1]) if name is not None}


def test_templates_and_compiled_catalogues_are_of_the_code(tool: Any) -> None:
    assert not [path.name for path, data in tool.files() if not path.is_file() or path.read_bytes() != data], (
        "make languages"
    )


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize("domain", language.DOMAINS)
def test_a_compiled_catalogue_says_what_its_text_says(tool: Any, domain: str, code: str) -> None:
    place = LOCALE / code / "LC_MESSAGES" / f"{domain}.po"
    compiled = gettext.GNUTranslations(io.BytesIO(place.with_suffix(".mo").read_bytes()))
    for it in tool.read(place, code):
        if it.id and isinstance(it.id, str) and it.string:
            said = compiled.pgettext(it.context, it.id) if it.context else compiled.gettext(it.id)
            assert said == it.string


def test_each_thread_speaks_its_own_language() -> None:
    heard: list[str] = []
    with speaking("zh"):
        other = threading.Thread(target=lambda: heard.append(language.language()))
        other.start()
        other.join()
        heard.append(language.language())
    assert [*heard, language.language()] == ["en", "zh", "en"]


def test_what_a_catalogue_lacks_is_said_in_english() -> None:
    with speaking("zh"):
        assert tr("No catalogue has {this}.", this="that") == "No catalogue has that."
        assert trn("{count} of it", "{count} of them", 2) == "2 of them"
        assert meaning("own.key", "a user's own words") == "a user's own words"
    with pytest.raises(ValueError, match="allowed: en or zh"), speaking("de"):
        pass


def test_months_and_large_numbers_in_chinese() -> None:
    with speaking("zh"):
        assert [month_text("2016-04"), month_text("last"), language.listed("ab")] == ["2016年4月", "last", "a、b"]
    assert month_text("2016-04") == "2016-04"
    shown = {0.3: "0", 1234.0: "1,234", -23456.0: "−2.35万", 3.2e8: "3.20亿"}
    assert {x: language.large(x) for x in shown} == shown


def test_no_chinese_text_counts_money_in_millions(tool: Any) -> None:
    said = [it for name in language.DOMAINS for it in tool.read(LOCALE / "zh" / "LC_MESSAGES" / f"{name}.po", "zh")]
    assert any("万元" in str(it.string) for it in said)
    assert not [it.id for it in said if "百万元" in str(it.string)]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "en"), ("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en-GB,zh;q=0.5", "en"), ("fr,zh;q=0.3", "zh"),
        ("zh;q=0, en;q=0.1", "en"), ("zh;q=x", "en"),
    ],
)  # fmt: skip
def test_a_browser_is_answered_in_the_language_that_it_asks_for_first(header: str, code: str) -> None:
    assert accepted(header) == code
