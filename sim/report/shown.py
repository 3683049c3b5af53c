"""The words and the everyday unit in which outcomes and parameters are shown."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.catalogue import Catalogue
from sim.formats import label, value_words
from sim.language import is_chinese, later, meaning, recalled, tr
from sim.places import sources
from sim.runs.summary import Row
from sim.scenario.extending import shipped_files
from sim.studies.estimators.signs import CLEAR
from sim.studies.questions.compare import Difference
from sim.units import Everyday, change, everyday, is_rounding

# What the program says of a value that nobody cites anything for, and what ``sim new`` writes.
_PROVENANCE = (
    later("set by each scenario"), later("set by {file}"), later("switch"), later("a lever"),
    later("a choice"), later("not declared"), *sources.ALL,
)  # fmt: skip


def row_unit(row: Row) -> Everyday:
    """The unit of an outcome's row: median, interval and the article's figure."""
    return everyday(row.unit, row.median)


def difference_unit(it: Difference) -> Everyday:
    """The unit of both means and their difference."""
    return everyday(it.unit, it.baseline, it.variant, it.difference)


def told(it: Difference, value: float | None = None) -> float:
    """A difference, or an end of its interval, as it is told: 0 where there is nothing but rounding.

    Where the interval leaves 0 out, and is more than rounding, no end of it is told as 0.
    """
    value = it.difference if value is None else value
    kept = it.sign in CLEAR and not is_nothing(it)
    return 0.0 if not kept and is_rounding(it.unit, value, it.baseline, it.variant) else value


def told_span(it: Difference, unit: Everyday) -> str:
    """The interval of a difference as it is told, without the unit; empty where there is none."""
    return unit.span(told(it, it.low), told(it, it.high))


def is_nothing(it: Difference) -> bool:
    """Whether a difference is none, or nothing but rounding: with both ends of its interval, where it has one."""
    ends = (end for end in (it.low, it.high) if math.isfinite(end))
    return all(not end or is_rounding(it.unit, end, it.baseline, it.variant) for end in (it.difference, *ends))


def verdict_words(it: Difference) -> str:
    """What can be said of a difference, in words; of one that is nothing but rounding that it is."""
    return tr("equal but for rounding") if it.difference and is_nothing(it) else tr(it.verdict)


def change_words(old: Any, new: Any, unit: str) -> str:
    """A change of a parameter in words: ``25 → 33 yuan/m2/month``, ``on → off``."""
    if isinstance(old, bool) or isinstance(new, bool):
        return f"{value_words(old, switch=True)} → {value_words(new, switch=True)}"
    return change(old, new, unit).replace("->", "→")


def sweep_unit(unit: str, stats: Mapping[str, Any]) -> Everyday:
    """The unit of an outcome at all points of a sweep, and of the differences."""
    values = np.concatenate([np.asarray(stats[name], float) for name in ("mean", "difference")])
    return everyday(unit, *values.tolist())


def source_words(text: str) -> str:
    """A source in words: what the program itself says of one in the reader's language, all else as it is cited."""
    return tr(recalled(text, _PROVENANCE)) if is_chinese() else text


def outcome_words(catalogue: Catalogue, name: str) -> str:
    """An outcome's meaning; its name as words where it has none."""
    known = catalogue.outcomes.get(name)
    words = meaning(name, known.meaning) if known and known.meaning else label(name)
    return words[:1].upper() + words[1:]


def outcome_name(name: str) -> str:
    """An outcome's name in a table; in Chinese its words stand before it."""
    words = label(name) if is_chinese() else ""
    return name if not words or words.isascii() else f"{words} {name}"


def title_words(title: str) -> str:
    """A scenario's title or summary: that of a shipped one in the reader's language, a user's own as it is."""
    if not is_chinese() or not title:
        return title
    said = (meaning(f"scenario {name}", title) for name in shipped_files())
    return next((text for text in said if text != title), title)


def key_words(catalogue: Catalogue, key: str) -> str:
    """A parameter's meaning to its first semicolon; its key where it has none."""
    known = catalogue.declaration(key)
    words = re.split("[;:；：]", meaning(key, known.meaning))[0] if known and known.meaning else key
    return words[:1].upper() + words[1:]
