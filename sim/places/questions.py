"""The questions about a place, in everyday units: each with its option, default and reader."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sim.language import later, tr
from sim.places.register import Register, is_file, read
from sim.places.size_classes import WORDS
from sim.places.trials import COST, CUT, RENT, TRIALS, quantity
from sim.scenario import Fault, ScenarioError, months
from sim.scenario.faults import shown
from sim.scenario.quantities import InvalidQuantity, converted, is_quantity
from sim.units import typed_number

_MOST_FIRMS = 1_000_000


@dataclass(frozen=True)
class Question:
    """One question: ``read`` turns the answer's text into its value, or raises ValueError with what is allowed.

    The default may depend on the answers before it.
    """

    name: str
    text: str
    default: str | Callable[[Mapping[str, str]], str]
    read: Callable[[str], Any]

    def default_after(self, texts: Mapping[str, str]) -> str:
        """The default after these answers."""
        return tr(self.default) if isinstance(self.default, str) else self.default(texts)

    @property
    def option(self) -> str:
        """The option that answers it."""
        return f"--{self.name}"


@dataclass(frozen=True)
class Answers:
    """What is known of a place."""

    name: str
    floor: float  # m2
    rent: float  # yuan a m2 and month
    rent_around: float  # yuan a m2 and month
    vacated: str
    opens: str
    firms: tuple[int, int, int, int]
    register: Register | None
    grant: float  # yuan a m2
    tried: Mapping[str, float]  # amount by trial


def _number(low: float, high: float, unit: str) -> Callable[[str], float]:
    def read(text: str) -> float:
        number = converted(text, unit) if is_quantity(text, unit) else typed_number(text)
        if not low <= number <= high:
            raise ValueError(f"from {quantity(low, unit)} to {quantity(high, unit)}")
        return number

    return read


def _name(text: str) -> str:
    if not text.strip() or len(text) > 80 or not text.isprintable():
        raise ValueError("a name of at most 80 letters")
    return text.strip()


def _month(text: str) -> str:
    if not months.is_month(text.strip()):
        raise ValueError("a month such as 2026-01")
    return text.strip()


def _firms(text: str) -> tuple[int, int, int, int]:
    parts = re.split(r"[,;\s]+", text.strip())
    if len(parts) != len(WORDS) or not all(re.fullmatch(r"\d{1,7}", part) for part in parts):
        raise ValueError(f"a CSV file, or numbers of firms with {', '.join(WORDS)} people, such as 1500,455,37,8")
    first, second, third, last = map(int, parts)
    if not 20 <= first + second + third + last <= _MOST_FIRMS:
        raise ValueError(f"from 20 to {_MOST_FIRMS:,} firms in all")
    return first, second, third, last


def _trials(text: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in filter(None, re.split(r"[,;\s]+", text.strip())):
        name, equals, amount = part.partition("=")
        if name == "none" and not found:
            continue
        if name not in TRIALS:
            raise ValueError(f"{', '.join(TRIALS)}, each with =AMOUNT for another than the usual one, or none")
        if name in found:
            raise ValueError(f"each once, and {name} is given twice")
        found[name] = _number(0, TRIALS[name].most, TRIALS[name].unit)(amount) if equals else TRIALS[name].amount
    return found


def _a_year_later(texts: Mapping[str, str]) -> str:
    vacated = texts.get("vacated", "")
    return months.text(months.number(vacated.strip()) + 12) if months.is_month(vacated.strip()) else "2026-01"


QUESTIONS = (
    Question("name", later("Name of the place"), later("The old mill"), _name),
    Question("floor", later("Floor that can be let"), "40,000 m2", _number(1000, 1e8, "m2")),
    Question("rent", later("Rent there"), "25 yuan/m2/month", _number(0, 8000, RENT)),
    Question("rent-around", later("Rent elsewhere in the area"), "42 yuan/m2/month", _number(0, 8000, RENT)),
    Question("vacated", later("Month in which it was or will be vacated"), "2025-01", _month),
    Question("opens", later("Month of the first letting"), _a_year_later, _month),
    Question(
        "firms",
        later("Firms in the area with under 10, 10 to 99, 100 to 299, 300 and more people, or a CSV file of them"),
        "1500,455,37,8",
        _firms,
    ),
    Question("grant", later("Public grant to its renovation"), "0 yuan/m2", _number(0, 100_000, COST)),
    Question("try", later("What to try: {trials}", trials=", ".join(TRIALS)), "rent-subsidy,rent", _trials),
)


def faults_in(texts: Mapping[str, str]) -> list[Fault]:
    """A fault for each of these answers that is wrong."""
    return _read(texts)[1]


def answered(texts: Mapping[str, str]) -> Answers:
    """The answers, of which those not given are the defaults; ScenarioError with every fault.

    Beside those to the questions, ``columns`` names the columns of a register.
    """
    complete = dict(texts)
    for question in QUESTIONS:
        complete.setdefault(question.name, question.default_after(complete))
    found, faults = _read(complete)
    if faults:
        raise ScenarioError(faults)
    firms = found["firms"]
    tried = {name: found["rent"] * CUT if math.isnan(amount) else amount for name, amount in found["try"].items()}
    register = firms if isinstance(firms, Register) else None
    return Answers(
        found["name"], found["floor"], found["rent"], found["rent-around"], found["vacated"], found["opens"],
        register.counts() if register else firms, register, found["grant"], tried,
    )  # fmt: skip


def _read(texts: Mapping[str, str]) -> tuple[dict[str, Any], list[Fault]]:
    found: dict[str, Any] = {}
    faults: list[Fault] = []
    for question in (it for it in QUESTIONS if it.name in texts):
        try:
            if question.name == "firms" and is_file(texts["firms"]):
                found["firms"] = read(texts["firms"], texts.get("columns", ""))
                continue
            found[question.name] = question.read(texts[question.name])
        except ScenarioError as error:
            faults += error.faults
        except InvalidQuantity as wrong:
            faults.append(Fault("sim new", 0, question.option, f"{shown(texts[question.name])} {wrong}"))
        except ValueError as wrong:
            message = f"{shown(texts[question.name])} is not allowed, allowed: {wrong}"
            faults.append(Fault("sim new", 0, question.option, message))
    opens, vacated = found.get("opens", ""), found.get("vacated", "")
    if opens and opens < vacated:
        message = f"{opens} is before the space is vacated, allowed: from {vacated}"
        faults.append(Fault("sim new", 0, "--opens", message))
    return found, faults
