"""What a visitor asks: a scenario and variants of it, as the page sends it and as a link carries it.

A message is checked whole before anything is loaded: the page may be an older one, and a link may come from anyone.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sim.language import Sentence, later, tr
from sim.letters import printable
from sim.scenario.months import is_month

MOST_VARIANTS = 4
MOST_CHANGES = 400  # keys of a variant
MOST_SHOWN = 24  # outcomes beside the scenario's own
LONGEST_LINK = 20_000  # letters
_LONGEST = 200_000  # bytes of what a link holds
_LONGEST_VALUE = 5_000  # letters of one, by month
SEEDS = (10, 30)  # at which a verdict is given
FILE = "file:"  # begins the name of a scenario that is a visitor's own file
_LARGEST = 2.0**63
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,60}")
_SCENARIO = re.compile(r"[^\x00-\x1f\x7f]{1,300}")  # a file's name has up to 255 bytes, after "file:"
_KEY = re.compile(r"[A-Za-z0-9_.-]{1,200}")
_WORD = re.compile(r"[A-Za-z0-9_]{1,100}")

Value = bool | int | float | str | dict[str, Any]


def seed_words(replicate: int) -> Sentence:
    """The page's name of a replicate: its seeds are counted from 1."""
    return later("seed {seed}", seed=replicate + 1)


class Unclear(ValueError):
    """A message or link that asks nothing that can be answered; it says what is wrong, in letters that show."""

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))


@dataclass(frozen=True)
class Changed:
    """One variant: what it changes, in declared units, and from which month on, empty for the start.

    One without a name is called by its number, in the reader's language.
    ``of`` is the name of another scenario from which it starts, empty for the baseline's.
    """

    name: str
    changes: Mapping[str, Value] = field(default_factory=dict)
    of: str = ""
    since: str = ""


@dataclass(frozen=True)
class Asked:
    """A scenario, what is compared with it, the outcomes to show beside its own, and seeds."""

    scenario: str
    variants: tuple[Changed, ...] = ()
    show: tuple[str, ...] = ()
    lead: str = ""
    seeds: int = SEEDS[0]
    months: int = 0  # of the run; the scenario's own where 0

    def to_json(self) -> dict[str, Any]:
        """As the page keeps it."""
        variants = [{"name": it.name, "changes": dict(it.changes), "of": it.of, "since": it.since}
                    for it in self.variants]  # fmt: skip
        return {"scenario": self.scenario, "variants": variants, "show": list(self.show), "lead": self.lead,
                "seeds": self.seeds, "months": self.months}  # fmt: skip


def read_asked(given: Any) -> Asked:
    """A message of the page; raises Unclear."""
    refuse_half_letters(given)
    table = _of(given, dict, "what is asked")
    scenario = _text(table.get("scenario"), _SCENARIO, "scenario")
    rows = _of(table.get("variants", []), list, "variants")
    if len(rows) > MOST_VARIANTS:
        raise Unclear(f"variants: {len(rows)} are more than {MOST_VARIANTS}, allowed: at most {MOST_VARIANTS}")
    variants = tuple(_variant(row, index) for index, row in enumerate(rows, 1))
    names = [it.name for it in variants if it.name]
    if len(set(names)) < len(names):
        raise Unclear(f"variants: {', '.join(names)} are called alike, allowed: a name of its own for each")
    show = tuple(_text(it, _WORD, "show") for it in _of(table.get("show", []), list, "show")[:MOST_SHOWN])
    lead = table.get("lead") or ""
    seeds = table.get("seeds", SEEDS[0])
    if seeds not in SEEDS or isinstance(seeds, bool):
        raise Unclear(f"seeds: {str(seeds)[:20]} is not allowed, allowed: {' or '.join(map(str, SEEDS))}")
    months = table.get("months", 0)
    if not isinstance(months, int) or isinstance(months, bool) or months < 0:
        raise Unclear(
            f"months: {str(months)[:20]} is not allowed, allowed: a whole number, or 0 for the scenario's own"
        )
    return Asked(scenario, variants, show, _text(lead, _WORD, "lead") if lead else "", seeds, months)


def refuse_half_letters(given: Any) -> None:
    """Raise Unclear where a text of a message has half of a letter, as JSON allows and no file or answer can hold."""
    try:
        json.dumps(given, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Unclear("message: has half of a letter, allowed: whole letters of Unicode") from None
    except RecursionError:
        raise Unclear("message: is nested too deep, allowed: those of this page") from None


def named(asked: Asked) -> Asked:
    """What is asked with a name for every variant that has none."""
    taken = {it.name for it in asked.variants}
    variants = []
    for index, it in enumerate(asked.variants, 1):
        name, number = it.name, index
        while not name:
            word = tr("Variant {number}", number=number)
            name = "" if word in taken else word
            number += 1
        taken.add(name)
        variants.append(replace(it, name=name))
    return replace(asked, variants=tuple(variants))


def _variant(given: Any, index: int) -> Changed:
    what = f"variant {index}"
    table = _of(given, dict, what)
    changes = _of(table.get("changes", {}), dict, f"{what}: changes")
    if len(changes) > MOST_CHANGES:
        raise Unclear(f"{what}: changes {len(changes)} keys, allowed: at most {MOST_CHANGES}")
    for key, value in changes.items():
        _text(key, _KEY, f"{what}: key")
        if not isinstance(value, bool | int | float | str | dict) or len(json.dumps(value)) > _LONGEST_VALUE:
            raise Unclear(f"{what}: {key} has no value, allowed: a number, a switch, a word, or these by month")
        if not all(map(_is_finite, value.values() if isinstance(value, dict) else (value,))):
            raise Unclear(f"{what}: {key} is no finite number, allowed: a number that its declaration allows")
    since = table.get("since") or ""
    if since and not (isinstance(since, str) and is_month(since)):
        raise Unclear(f'{what}: "{str(since)[:20]}" is not a month, allowed: such as "2013-01", or none for the start')
    of = table.get("of") or ""
    name = table.get("name")
    return Changed("" if name == "" else _text(name, _NAME, f"{what}: name"), changes,
                   _text(of, _SCENARIO, f"{what}: scenario") if of else "", since)  # fmt: skip


def _is_finite(value: Any) -> bool:
    """Whether a value is none of the numbers that no declaration allows; texts and switches are."""
    return not isinstance(value, int | float) or abs(value) < _LARGEST


def _of(value: Any, kind: type, what: str) -> Any:
    if not isinstance(value, kind):
        raise Unclear(f"{what}: is no {'table' if kind is dict else 'list'}")
    return value


def _text(value: Any, pattern: re.Pattern[str], what: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise Unclear(f"{what}: {str(value)[:40]!r} is not allowed, allowed: a short name")
    return value


def to_link(asked: Asked) -> str:
    """What is asked as the part of an address after ``#``.

    A visitor's own file is named; ``without_own`` leaves its values out.
    """
    text = json.dumps(asked.to_json(), ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def from_link(link: str) -> Asked:
    """What a link asks; raises Unclear."""
    if len(link) > LONGEST_LINK:
        raise Unclear(f"link: has {len(link):,} letters, allowed: at most {LONGEST_LINK:,}")
    try:
        data = base64.b64decode(link + "=" * (-len(link) % 4), altchars=b"-_", validate=True)
        unpacked = zlib.decompressobj()
        text = unpacked.decompress(data, _LONGEST)
        if unpacked.unconsumed_tail or not unpacked.eof:
            raise Unclear(f"link: is cut off or holds over {_LONGEST:,} bytes, allowed: a whole link of this page")
        given = json.loads(text)
    except (binascii.Error, zlib.error, ValueError, RecursionError) as error:
        if isinstance(error, Unclear):
            raise
        raise Unclear("link: cannot be read, allowed: a whole link of this page") from None
    return read_asked(given)
