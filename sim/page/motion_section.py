"""The part of the page that shows the months of one seed: what is asked, the canvas, and the same in words."""

from __future__ import annotations

from sim.language import later, tr, trn
from sim.report.html.markup import Markup, fold, tag

_LEGEND = (
    ("small", later("small")), ("medium", later("medium")), ("big", later("big")),
    ("stopped", later("has stopped, or does not operate yet")), ("platform", later("platform, and its members")),
    ("site", later("site, and its tenants")), ("link", later("supplies")),
)  # fmt: skip
_SPEEDS = (1, 2, 4, 8, 16)  # months a second
_KEYS = later(
    "A click, or the up and down arrows, choose an enterprise. Left and right arrows: a month back and on; space: play "
    "and pause; Home and End: the opening and the last month; Escape: none chosen."
)


def motion_section() -> Markup:
    """The section; its stage is hidden until a record has come."""
    return tag(
        "section",
        tag("h2", tr("The ecosystem in motion")),
        tag("p", tr("The months of one seed: one history that could come, not what to expect. The answer above is over "
                    "all seeds."), class_="note"),
        tag("div",
            tag("label", tr("Of "), tag("select", tag("option", tr("As it is")), id="motion-of")),
            tag("label", tr("on seed "), tag("input", type="text", inputmode="numeric", id="motion-seed", value="1",
                                         autocomplete="off")),
            class_="choose small"),
        tag("div", tag("button", tr("Say what that costs"), type="button", id="motion-cost"),
            tag("button", tr("Run it"), type="button", id="motion-run", hidden=True), class_="buttons"),
        tag("p", "", id="motion-said", class_="note", role="status"),
        _stage(),
        id="motion",
    )  # fmt: skip


def _stage() -> Markup:
    speeds = [tag("option", trn("{count} month a second", "{count} months a second", it), value=it, selected=it == 4)
              for it in _SPEEDS]  # fmt: skip
    return tag(
        "div",
        tag("p", "", id="motion-what"),
        tag("div",
            tag("button", tr("Play"), type="button", id="motion-play"),
            tag("button", tr("A month back"), type="button", id="motion-back"),
            tag("button", tr("A month on"), type="button", id="motion-on"),
            tag("label", tr("Speed "), tag("select", speeds, id="motion-speed")),
            class_="buttons", role="group", aria_label=tr("Play")),
        tag("div", tag("label", tr("Month"), for_="motion-month"),
            tag("input", type="range", id="motion-month", min=0, max=1, value=0, step=1),
            tag("b", "", id="motion-label", aria_hidden="true"), class_="timeline"),
        tag("p", "", id="motion-now"),
        tag("p", "", id="motion-announce", class_="hidden", role="status"),
        tag("canvas", "", id="motion-canvas", tabindex=0, role="application",
            aria_label=tr("The ecosystem in this month"), aria_describedby="motion-now motion-keys"),
        tag("ul", [tag("li", tag("span", class_=f"swatch of-{name}", aria_hidden="true"), tr(words))
                   for name, words in _LEGEND], class_="legend"),
        tag("div",
            tag("button", tr("Next enterprise"), type="button", id="motion-next"),
            tag("button", tr("Previous enterprise"), type="button", id="motion-previous"),
            tag("button", tr("Choose none"), type="button", id="motion-none"),
            class_="buttons", role="group", aria_label=tr("One enterprise")),
        tag("div", "", id="motion-life"),
        tag("p", tr(_KEYS), id="motion-keys", class_="note"),
        fold(tr("The same as a table, each December"), tag("div", "", id="motion-table")),
        id="motion-stage", hidden=True,
    )  # fmt: skip
