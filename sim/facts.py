"""Facts that the model is held to: each names its evidence and the outcome of a scenario on which it is measured.

A check is declared once, in ``facts.toml`` beside this file: validation judges by it, calibration may aim at it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from sim.evidence import fact

Rule = Literal["band", "figure"]
Form = Literal["value", "difference", "relative"]


@dataclass(frozen=True)
class Check:
    """One fact as it is measured on the model.

    The value of a world is ``outcome``, over ``per`` where that is given, in the month ``months[0]``, or its mean over
    the months ``months[0]`` to ``months[1]`` that have a value. With ``against`` it is the difference from that
    scenario's value on the same seed, as it is or (``relative``) over it.
    """

    name: str
    title: str
    group: str
    evidence: tuple[str, ...]  # names in evidence.toml
    scenario: str
    outcome: str
    months: tuple[str, str]  # "YYYY-MM", first and last; or ("last", "last")
    band: tuple[float, float]  # in which the model's value must lie; an end may be infinite
    per: str = ""
    against: str = ""
    form: Form = "value"
    rule: Rule = "band"  # "figure": the 90% interval covers the article's figure and is narrow
    note: str = ""  # how the band follows from the evidence

    @property
    def source(self) -> str:
        """The sources of its evidence, each once."""
        return "; ".join(dict.fromkeys(fact(name).source for name in self.evidence))


@cache
def checks(path: Path | None = None) -> dict[str, Check]:
    """The checks of a file, the shipped ones by default, by name, in its order."""
    file = path or Path(__file__).with_suffix(".toml")
    return {name: _read(name, table) for name, table in tomllib.loads(file.read_text(encoding="utf-8")).items()}


def _read(name: str, table: dict[str, Any]) -> Check:
    months = table["months"]
    first, last = (months, months) if isinstance(months, str) else months
    low, high = table["band"]
    form = table.get("form", "value")
    rule = table.get("rule", "band")
    if form not in get_args(Form) or rule not in get_args(Rule):
        raise ValueError(f"facts.toml: {name}: form is one of {get_args(Form)}, rule one of {get_args(Rule)}")
    known = {
        key: table[key] for key in ("title", "group", "scenario", "outcome", "per", "against", "note") if key in table
    }
    return Check(
        name=name,
        evidence=tuple(table["evidence"]),
        months=(first, last),
        band=(float(low), float(high)),
        form=form,
        rule=rule,
        **known,
    )
