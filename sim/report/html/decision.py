"""The decision card on a page: rows that wrap, so that nothing of it is cut on a narrow screen."""

from __future__ import annotations

from sim.language import tr
from sim.report.html.markup import Markup, tag
from sim.report.text.appraisal import CardLine, net_of_gross, title_parts, treated_text
from sim.report.text.card import card_parts, no_card_text
from sim.studies.questions.appraise import Appraisal, Decision


def decision_part(decision: Decision | None) -> Markup | None:
    """The card of a decision; why there is none; nothing where nobody decides what differs."""
    if decision is None:
        return None
    if decision.appraisal is None:
        command = tag("code", decision.command) if decision.command else None
        return tag("p", no_card_text(decision), " ", command, class_="note wrap")
    return _card(decision.appraisal)


def _card(found: Appraisal) -> Markup:
    """Title, numbers and words, the same as the command prints."""
    title, span = title_parts(found)
    numbers, sentences = card_parts(found)
    return tag(
        "div", tag("p", tag("b", title), " ", tag("span", span)),
        tag("dl", map(_row, numbers)),
        tag("p", _legend(part, treated_text(found)), class_="note") if (part := net_of_gross(found)) else None,
        [tag("p", line.strip()) for line in sentences],
        class_="decision", role="group", aria_label=title,
    )  # fmt: skip


def _legend(part: str, treated: str) -> str:
    """What a part of 100 is: in the card's lines there is no room to say it."""
    return tr("{part} of 100: of every 100 jobs at {treated}, {part} are net jobs. The rest would be there without it, "
              "or are lost by others.", part=part, treated=treated)  # fmt: skip


def _row(line: CardLine) -> Markup:
    """What is counted, its mean, and interval and remarks."""
    words, mean, interval, remarks = line
    more = [part for text in (interval, *remarks) if text for part in (tag("span", text), " ")]
    part = "part" if words.startswith(" ") else None
    return tag(
        "div", tag("dt", words.strip()), tag("dd", mean, class_="n"),
        tag("dd", more, class_="more") if more else None, class_=part,
    )  # fmt: skip
