"""Who pays which tax: stated and paid, by kind and payer, in the world without a measure and in the world with it."""

from __future__ import annotations

from sim.language import later
from sim.studies.appraisal.paired import GROUPS, Paired

TAXES = {"vat": later("value-added tax"), "income_tax": later("corporate income tax")}
_COLUMNS = {"paid": {"vat": "vat", "income_tax": "income_tax"},
            "stated": {"vat": "vat_stated", "income_tax": "income_stated"}}  # fmt: skip
WORLDS = ("without", "with")
PAYERS = tuple(f"{kind}.{what}_{world}_{group}" for kind in TAXES for what in _COLUMNS for world in WORLDS
               for group in GROUPS)  # fmt: skip


def payers(both: Paired) -> dict[str, int]:
    """The terms of ``PAYERS`` in ticks; over kinds and payers what is paid adds up to the taxes of each world."""
    found = {}
    for kind in TAXES:
        for what, columns in _COLUMNS.items():
            for world, values in zip(WORLDS, both.of(columns[kind]), strict=True):
                for code, group in enumerate(GROUPS):
                    found[f"{kind}.{what}_{world}_{group}"] = int(values[both.group == code].sum())
    return found
