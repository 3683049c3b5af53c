"""The live page's file: its frame, style and script; what it shows arrives over its socket."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

from sim.language import LANGUAGES, html_tag, is_chinese, language, later, speaking, tr
from sim.page.claims import claim_buttons
from sim.page.lives import RECORDED
from sim.page.motion_section import motion_section
from sim.page.questions import FEW, RESTS, SURE, WHY
from sim.report.html.limits import HEADING, limits_list
from sim.report.html.markup import Markup, fold, island, tag
from sim.report.html.page import file_text, head_of, whole_page
from sim.report.html.script_words import translated
from sim.report.shown import title_words
from sim.scenario.listing import shipped

TITLE = later("What if? An ecosystem of enterprises")


@cache
def script_text() -> str:
    """The script: the report's read-out of months, and the page's own."""
    return file_text("months.js") + _own("page.js") + _own("motion.js")


def live_page(scenario: str) -> str:
    """The page that opens ``scenario`` where its address asks for no other."""
    style = file_text("style.css") + _own("page.css") + _own("motion.css")
    head = head_of(tr(TITLE), style, tag("link", rel="icon", href="data:,"))
    body = tag(
        "body",
        tag("a", tr("To what you change"), href="#controls", class_="skip"),
        _header(scenario),
        tag("main", tag("div", _controls(), _answer(), class_="live"), _below(), motion_section()),
        tag("button", "", type="button", id="bar", class_="bar", hidden=True),
        tag("footer", tr("Runs on this machine. Results are stored when you save them.")),
        island("start", {"scenario": scenario, "language": language()}),
        island("words", translated(script_text()) | {text: tr(text) for text in RECORDED}) if is_chinese() else None,
        tag("script", Markup(script_text())),
    )  # fmt: skip
    return whole_page(head, body)


def _header(scenario: str) -> Markup:
    options = [
        tag("option", f"{it.name}: {title_words(it.title)}" if it.title else it.name, value=it.name,
            selected=it.name == scenario) for it in shipped()
    ]  # fmt: skip
    return tag(
        "header",
        tag("p", _languages(), class_="languages"),
        tag("p", tr("What if?"), class_="eyebrow", id="span"),
        tag("h1", tr("Opening…"), id="title"),
        tag("p", "", id="summary", class_="note"),
        tag("div",
            tag("label", tr("Scenario "), tag("select", options, id="scenario")),
            tag("label", tr("or a file of yours "), tag("input", type="file", id="file", accept=".toml")),
            class_="choose"),
        fold(tr("Questions of the article, to begin with"), claim_buttons()),
    )  # fmt: skip


def _languages() -> list[Any]:
    """A link to the page in each other language; the script keeps what is asked in its address."""
    links: list[Any] = []
    for code, name in LANGUAGES.items():
        if code != language():
            with speaking(code):
                tagged = html_tag()
            links += [tag("a", name, href=f"/?lang={code}", lang=tagged, hreflang=tagged, data_language=code), " "]
    return links[:-1]


def _controls() -> Markup:
    return tag(
        "section",
        tag("h2", tr("What you change")),
        tag("div", "", id="variants", role="group", aria_label=tr("Variants")),
        tag("div",
            tag("label", tr("From "), tag("select", tag("option", tr("the start"), value=""), id="since")),
            tag("label", tr("for "), tag("input", type="text", inputmode="numeric", id="months", autocomplete="off"),
                tr(" months")),
            tag("label", tr("compared as "), tag("input", type="text", id="name", maxlength=60, autocomplete="off")),
            class_="choose small"),
        tag("ul", "", id="changes", class_="changes"),
        tag("p", "", id="fault", class_="warning", role="alert"),
        tag("label", tr("Search "), tag("input", type="search", id="search", autocomplete="off",
                                    placeholder=tr("rent, tax, founded…")), class_="search"),
        tag("p", "", id="search-said", class_="note", role="status"),
        tag("div", "", id="groups"),
        id="controls", tabindex=-1,
    )  # fmt: skip


def _answer() -> Markup:
    buttons: list[Any] = [
        tag("button", tr("30 seeds"), id="more", type="button", disabled=True),
        tag("button", tr("Save"), id="save", type="button"),
        tag("button", tr("Copy link"), id="copy", type="button"),
        *(tag("button", words, type="button", data_download=what)
          for what, words in (
              ("report", tr("Report")), ("data", tr("Data (CSV)")), ("scenarios", tr("Scenarios (TOML)")),
          )),
    ]  # fmt: skip
    return tag(
        "section",
        tag("h2", tr("What comes of it")),
        tag("div", tag("p", tr("Connecting…"), id="status"),
            tag("progress", id="progress", max=1, value=0, aria_label=tr("Seeds done")), class_="status"),
        tag("p", "", id="announce", class_="hidden", role="status"),
        tag("div", "", id="part-lead"),
        tag("div", "", id="part-failed"),
        tag("div", "", id="part-decision"),
        tag("div", "", id="part-differences"),
        tag("div", tag("label", tr("Also show "), tag("input", id="show", list="outcomes", autocomplete="off")),
            tag("label", tr("Lead with "), tag("select", id="lead")),
            tag("datalist", id="outcomes"), tag("ul", "", id="shown", class_="changes"), class_="choose small"),
        tag("div", buttons, class_="buttons"),
        tag("p", "", id="said", class_="note", role="status"),
        tag("h3", tr("Over the months"), id="months-heading", hidden=True),
        tag("div", "", id="part-months"),
        id="answer",
    )  # fmt: skip


def _below() -> Markup:
    return tag(
        "section",
        tag("h2", tr("How sure, and why")),
        *(_question(*it) for it in _QUESTIONS),
        fold(tr("What was changed, and what each value rests on"), tag("div", "", id="part-changed")),
        fold(tr("What the baseline rests on"), tag("div", "", id="part-rests")),
        fold(tr(HEADING), limits_list()),
        id="below",
    )  # fmt: skip


_QUESTIONS = (
    (
        WHY,
        later("Why"),
        later("Which of the changes makes the difference? Every combination of them is run on the same seeds."),
    ),
    (
        RESTS,
        later("What it rests on"),
        later(
            "Which assumed or fitted values move the difference most, and does one, within its range, turn the sign?"
        ),
    ),
    (
        SURE,
        later("How sure"),
        later(
            "Does the sign stay without a seed, without its mechanisms, and wherever the assumptions are in their "
            "ranges?"
        ),
    ),
)


def _question(name: str, title: str, words: str) -> Markup:
    return tag(
        "div",
        tag("h3", tr(title)),
        tag("p", tr(words), class_="note"),
        tag("div",
            tag("button", tr("Say what that costs"), type="button", id=name, data_cost=name),
            tag("button", tr("Run the largest {few}", few=FEW), type="button", id=f"{name}-few", data_few=name,
                hidden=True),
            tag("button", tr("Run it"), type="button", id=f"{name}-run", data_run=name, hidden=True),
            tag("button", tr("Stop"), type="button", id=f"{name}-stop", data_stop=name, hidden=True),
            tag("progress", id=f"{name}-progress", max=1, value=0, hidden=True,
                aria_label=tr("{title}: worlds done", title=later(title))),
            tag("small", "", id=f"{name}-state"),
            class_="buttons", role="group", aria_label=tr(title)),
        tag("div", "", id=f"{name}-said"),
        class_="question",
    )  # fmt: skip


def _own(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
