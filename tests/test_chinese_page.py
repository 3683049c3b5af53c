"""The live page in Chinese, in a real browser: whatever an answer brings to the screen has no English word in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pages
import pytest
from browser import Browser, browser
from test_app_page import MOVE, until
from test_chinese import english, sources

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

# What is seen, and what is read aloud or shown beside the pointer.
SAID = """for (const it of document.querySelectorAll('details')) it.open = true;
const said = [document.title, document.body.innerText];
for (const it of document.querySelectorAll('option, svg text, svg title')) said.push(it.textContent);
for (const name of ['aria-label', 'aria-valuetext', 'aria-description', 'title', 'placeholder', 'alt'])
  for (const it of document.querySelectorAll(`[${name}]`)) said.push(it.getAttribute(name));
return said.join('\\n');"""
LIVES = """const said = [];
for (let who = 0; who < motion.lives.length; who += 1) {
  motion.choose(who);
  said.push(document.querySelector('#motion-life').innerText);
}
return said.join('\\n');"""
DONE = (
    "!document.body.classList.contains('asking')"
    " && document.querySelector('#status').textContent.startsWith('10个随机种子已完成')"
)
TAX, RENT = (f'[data-key="{key}"] [data-part=typed]' for key in ("levers.tax_relief", "sites.shougang.rent"))
_IDENTITY = re.compile(r"(?<=企业)[0-9a-f]+|(?<![0-9A-Za-z])[0-9a-f]{8,}(?![0-9A-Za-z])")  # of an enterprise
_FILE = "A small place"  # title of the file that the page was started with
_NAMED = re.compile(r"(?<![A-Za-z])small(\.toml|(?=：| [0-9]|中位数))")  # that file


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The page of the small place in Chinese, with all its groups open."""
    folder = tmp_path_factory.mktemp("chinese")
    with browser(folder) as page, pages.process(folder, "real") as address:
        page.sized(1280, 900)
        page.open(address)
        page.open(page.script("return `${location.origin}/?lang=zh`"))
        until(page, DONE, 240)
        page.script("for (const it of document.querySelectorAll('#groups details')) it.open = true")
        until(page, f"document.querySelector('{RENT}')")
        yield page


def on(page: Browser) -> list[str]:
    """The English words that are on the page."""
    said = _NAMED.sub("|", _IDENTITY.sub("|", page.script(SAID)))
    return sorted(set(english(said, (*sources("shougang"), _FILE))))


@pytest.mark.slow
def test_a_page_with_an_answer_has_no_english_word(page: Browser) -> None:
    assert on(page) == [], "as it is, with every control"
    page.script(MOVE, TAX, "40")
    page.script(MOVE, RENT, "30")
    until(page, f"{DONE} && document.querySelector('#part-decision').textContent.includes('净增就业')", 240)
    until(page, "document.querySelector('#part-months svg')")
    for part in ("lead", "decision", "differences", "months", "changed", "rests"):
        assert page.text(f"#part-{part}"), part
    assert on(page) == [], "lead, decision card, differences, fans and what was changed"
    page.click('[data-by-month="levers.demand"]')
    page.click("[data-add]")
    page.script(MOVE, TAX, "20")
    until(page, f"{DONE} && document.querySelectorAll('#part-lead .lead').length === 2", 240)
    assert on(page) == [], "two variants, one with a schedule"
    page.click("[data-remove]")
    until(page, f"{DONE} && document.querySelectorAll('#part-lead .lead').length === 1", 240)


@pytest.mark.slow
def test_what_is_asked_of_an_answer_has_no_english_word(page: Browser) -> None:
    page.script(MOVE, TAX, "35")
    page.script(MOVE, RENT, "35")
    until(page, f"{DONE} && document.querySelector('#part-decision').textContent.includes('净增就业')", 240)
    for what in ("why", "rests", "sure"):
        page.click(f"#{what}")
        until(page, f"!document.querySelector('#{what}-run').hidden", 120)
        assert on(page) == [], f"what {what} costs"
        few = page.script(f"const it = document.querySelector('#{what}-few'); return Boolean(it && !it.hidden)")
        page.click(f"#{what}-few" if few else f"#{what}-run")
        until(page, f"document.querySelector('#{what}-said table, #{what}-said li')", 240)
        assert on(page) == [], f"what {what} says"
        page.click(f"#{what}-stop")
    page.click("#save")
    until(page, "document.querySelector('#said').textContent.startsWith('已保存')", 120)
    assert on(page) == [], "what is said of what was saved"


@pytest.mark.slow
def test_the_months_in_motion_and_every_life_have_no_english_word(page: Browser) -> None:
    page.click("#motion-cost")
    until(page, "!document.querySelector('#motion-run').hidden", 60)
    page.click("#motion-run")
    until(page, "!document.querySelector('#motion-stage').hidden", 240)
    page.script("motion.pause(); motion.turn(1)")
    assert on(page) == []
    lives = page.script(LIVES)
    assert {"创办", "停业"} <= set(re.findall("创办|停业", lives))
    assert english(_IDENTITY.sub("|", lives)) == []
    drawn = page.script(
        "const words = []; const pen = CanvasRenderingContext2D.prototype, { fillText } = pen;"
        "pen.fillText = function (text, ...where) { words.push(text); return fillText.call(this, text, ...where); };"
        "motion.go(1); motion.go(20); pen.fillText = fillText; return words.join('\\n')"
    )
    assert english(drawn) == []
    assert page.complaints() == []


@pytest.mark.slow
def test_the_scenarios_that_a_claim_opens_have_no_english_word(page: Browser) -> None:
    """Each question of the article opens a scenario of its own, with its title, summary and changes."""
    asked = page.script("return [...document.querySelectorAll('[data-scenario]')].map((it) => it.dataset.scenario)")
    assert len(asked) > 5
    for name in asked:
        page.click(f'[data-scenario="{name}"]')
        until(
            page, f"asked.variants.some((it) => it.of === '{name}') && !document.body.classList.contains('asking')", 60
        )
        assert english(page.text("header"), (_FILE,)) == [], name
        assert english(page.text("#changes"), (_FILE,)) == [], name
