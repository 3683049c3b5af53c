"""Which outcomes stand on which page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

HEADLINE = "headline"
PER_PAGE = 16  # panels that a page can hold and still be read
FEWEST = 4  # panels that make a page of their own

# A page's name, and the words of which one in an outcome's name puts it there: the first page that has one.
THEMES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("dynamics", ("tail", "shape", "slope", "creation", "destruction")),
    ("site", ("site", "sites", "floor", "occupancy", "tenants", "hours", "equipment", "rent", "graduated")),
    ("balances", ("balance",)),
    ("taxes", ("tax", "taxes", "fiscal", "vat", "subsidy", "grants")),
    ("jobs", ("job", "jobs", "talent", "hired", "shed", "leavers", "unemployed", "residents", "wage")),
    ("knowledge", ("answer", "answers", "requests", "contacts", "breadth", "knowledge", "unmet", "links")),
    ("platforms", ("platform", "platforms", "member", "members", "resources", "adopted")),
    ("projects", ("project", "projects", "begun", "succeeded", "rd", "duration", "success", "research", "parts")),
    ("productivity", ("productivity", "quality", "energy", "material", "suppliers", "price")),
    ("startups", ("startups", "founded", "ideas", "entry")),
    ("industries", ("sector", "sectors", "mode", "modes", "structural", "followers")),
    ("money", ("finance", "equity", "revenue", "assets", "asset", "exports", "export", "exporters", "profit")),
    ("enterprises", ("firms", "small", "medium", "big", "micro", "stopped", "resumed", "deregistered")),
)
REST = "more"


def pages(names: Sequence[str], headline: Iterable[str]) -> dict[str, list[str]]:
    """The outcomes of each page, by the page's name: the headline first, every outcome on exactly one page."""
    first = [name for name in dict.fromkeys(headline) if name in names] or list(names[:PER_PAGE])
    found: dict[str, list[str]] = {}
    for name in names:
        if name not in first:
            found.setdefault(_theme(name), []).append(name)
    order = [theme for theme, _ in THEMES] + [REST]
    parts = {HEADLINE: first}
    few = [name for theme in order if len(found.get(theme, ())) < FEWEST for name in found.pop(theme, ())]
    found[REST] = found.get(REST, []) + few
    for theme in order:
        parts |= _split(theme, found.get(theme, []))
    return parts


def _split(theme: str, names: list[str]) -> dict[str, list[str]]:
    """A page, or several of about the same length where it would hold too much."""
    count = -(-len(names) // PER_PAGE)
    if count <= 1:
        return {theme: names} if names else {}
    length = -(-len(names) // count)
    return {f"{theme}-{place + 1}": names[place * length : (place + 1) * length] for place in range(count)}


def _theme(name: str) -> str:
    words = set(name.split("_"))
    return next((theme for theme, known in THEMES if words & set(known)), REST)
