"""The words of a poster in each language: whole sentences with places for numbers, never joined from parts.

A language is a table of the same sentences and its own ways to write numbers; ``missing`` names what one lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sim.formats import amount, minus, people
from sim.language import large
from sim.report import poster_zh

ENGLISH = {
    "title": "What sharing platforms and idle space brings, and to whom",
    "subtitle": "{variant}, against {baseline}: the same place from {first} to {last}, in {seeds} possible courses of "
    "events",
    "shared": "What is shared",
    "policies": "What government adds",
    "own": "{name}: a big enterprise's open platform, from {month}",
    "third-party": "{name}: a platform that belongs to no maker, from {month}",
    "site": "{name}: {floor} of idle floor, renovated and let",
    "levers.talent_supply": "More skilled people: {value}",
    "levers.knowledge_programme": "Knowledge programmes, of strength {value}",
    "levers.entry_cost_cut": "Cheaper entry: {value} less",
    "levers.tax_relief": "Relief from taxes for the young: {value}",
    "levers.platform_support": "Support of platforms' fees: {value}",
    "levers.rent_subsidy": "A rent subsidy: {value}",
    "levers.conversion_grant": "A grant to renovation: {value}",
    "levers.finance": "Outside finance: {value} more",
    "levers.demand": "Additional demand: {value}",
    "nothing": "Nothing: the two worlds differ in other things",
    "more": "and {count} more",
    "net": "What came of it, net",
    "jobs": "net jobs",
    "enterprises": "net enterprises",
    "value_added": "net value added",
    "taxes": "net taxes",
    "interval": "95% interval {low} to {high}",
    "interval_none": "95% interval {low} to {high}: may be none",
    "interval_of_money": "million yuan; 95% interval {low} to {high}",
    "interval_of_money_none": "million yuan; 95% interval {low} to {high}: may be none",
    "money": "million yuan",
    "gross": "at those who share",
    "moved_in": "moved in from the area",
    "there_anyway": "founded or there anyway",
    "others": "others' gain or loss",
    "net_bar": "net jobs",
    "chain": "From jobs that are counted at those who share to jobs that are there because of it",
    "cost": "Who gains, and at whose cost",
    "worth": "Million yuan of {year}, worth in {base} at {rate}% a year, with 95% intervals",
    "firms": "firms and their owners",
    "workers": "workers",
    "state": "the state",
    "site_owner": "sites' owners",
    "platforms": "platforms and their hosts",
    "investors": "banks and investors",
    "landlords": "landlords elsewhere",
    "balance": "society's balance",
    "sure": "How sure",
    "may_be_none": "In {part} of {seeds} courses of events there are more jobs with sharing than without. The interval "
    "of their mean holds zero: there may be no gain.",
    "clear": "In {part} of {seeds} courses of events there are more jobs with sharing than without. The interval "
    "of their mean is clear of zero: chance does not explain it.",
    "balance_may_be_none": "In {part} of {seeds} society's balance is above zero. The interval of its mean holds zero: "
    "it may be a gain or a loss.",
    "balance_clear": "In {part} of {seeds} society's balance is above zero. The interval of its mean is clear of zero.",
    "middle": "In the middle one of them net jobs are {jobs}, and society's balance is {value} million yuan.",
    "empty_floor": "If the floor that tenants leave behind stays empty, the mean balance is {value}.",
    "rests": "All of it rests on {assumed} assumed, {fitted} fitted and {evidence} evidenced numbers.",
    "cannot": "The model cannot tell what becomes of prices and wages, what is gained outside the books, or what comes "
    "after {last}.",
    "rivals": "Sales that rivals outside the place lose are left out.",
    "free": "For some measures the model charges nobody: their own cost is missing.",
    "source": "A model's finding under its assumptions, not a forecast. Model {model}. Source: seeds.csv of {folder}.",
}


@dataclass(frozen=True)
class Language:
    """Sentences by name, how counts, amounts of money and values in units are written, and names that it has."""

    code: str
    sentences: Mapping[str, str]
    count: Callable[[float], str]
    money: Callable[[float], str]
    in_units: Callable[[str], str] = str
    names: Mapping[str, str] = field(default_factory=dict)

    def named(self, name: str) -> str:
        """A shipped scenario's title, or a name in one, where the language has its own."""
        return self.names.get(name, name)

    def say(self, sentence: str, /, **places: object) -> str:
        """A sentence with its places filled."""
        return self.sentences[sentence].format(**places)


LANGUAGES = {
    "en": Language("en", ENGLISH, lambda x: minus(people(x)), lambda x: minus(amount(x))),
    "zh": Language("zh", poster_zh.CHINESE, large, poster_zh.money, poster_zh.in_units, poster_zh.NAMES),
}


def missing() -> dict[str, set[str]]:
    """By language, the sentences that English has and it lacks, or has and English lacks."""
    return {
        code: set(ENGLISH) ^ set(it.sentences) for code, it in LANGUAGES.items() if set(ENGLISH) ^ set(it.sentences)
    }
