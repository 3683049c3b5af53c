"""The part of the page that shows the months of one seed: what is asked, the canvas, and the same in words."""

from __future__ import annotations

from sim.formats import counted
from sim.report.html.markup import Markup, fold, tag

_LEGEND = (
    ("small", "small"), ("medium", "medium"), ("big", "big"), ("stopped", "has stopped, or does not operate yet"),
    ("platform", "platform, and its members"), ("site", "site, and its tenants"), ("link", "supplies"),
)  # fmt: skip
_SPEEDS = (1, 2, 4, 8, 16)  # months a second
_KEYS = (
    "A click, or the up and down arrows, choose an enterprise. Left and right arrows: a month back and on; space: play "
    "and pause; Home and End: the opening and the last month; Escape: none chosen."
)


def motion_section() -> Markup:
    """The section; its stage is hidden until a record has come."""
    return tag(
        "section",
        tag("h2", "The ecosystem in motion"),
        tag("p", "The months of one seed: one history that could come, not what to expect. The answer above is over "
            "all seeds.", class_="note"),
        tag("div",
            tag("label", "Of ", tag("select", tag("option", "As it is"), id="motion-of")),
            tag("label", "on seed ", tag("input", type="text", inputmode="numeric", id="motion-seed", value="1",
                                         autocomplete="off")),
            class_="choose small"),
        tag("div", tag("button", "Say what that costs", type="button", id="motion-cost"),
            tag("button", "Run it", type="button", id="motion-run", hidden=True), class_="buttons"),
        tag("p", "", id="motion-said", class_="note", role="status"),
        _stage(),
        id="motion",
    )  # fmt: skip


def _stage() -> Markup:
    speeds = [tag("option", f"{counted(it, 'month')} a second", value=it, selected=it == 4) for it in _SPEEDS]
    return tag(
        "div",
        tag("p", "", id="motion-what"),
        tag("div",
            tag("button", "Play", type="button", id="motion-play"),
            tag("button", "A month back", type="button", id="motion-back"),
            tag("button", "A month on", type="button", id="motion-on"),
            tag("label", "Speed ", tag("select", speeds, id="motion-speed")),
            class_="buttons", role="group", aria_label="Play"),
        tag("div", tag("label", "Month", for_="motion-month"),
            tag("input", type="range", id="motion-month", min=0, max=1, value=0, step=1),
            tag("b", "", id="motion-label", aria_hidden="true"), class_="timeline"),
        tag("p", "", id="motion-now"),
        tag("p", "", id="motion-announce", class_="hidden", role="status"),
        tag("canvas", "", id="motion-canvas", tabindex=0, role="application",
            aria_label="The ecosystem in this month", aria_describedby="motion-now motion-keys"),
        tag("ul", [tag("li", tag("span", class_=f"swatch of-{name}", aria_hidden="true"), words)
                   for name, words in _LEGEND], class_="legend"),
        tag("div",
            tag("button", "Next enterprise", type="button", id="motion-next"),
            tag("button", "Previous enterprise", type="button", id="motion-previous"),
            tag("button", "Choose none", type="button", id="motion-none"),
            class_="buttons", role="group", aria_label="One enterprise"),
        tag("div", "", id="motion-life"),
        tag("p", _KEYS, id="motion-keys", class_="note"),
        fold("The same as a table, each December", tag("div", "", id="motion-table")),
        id="motion-stage", hidden=True,
    )  # fmt: skip
