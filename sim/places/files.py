"""The files of a place: its scenario, the control, and a variant for each thing to try."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.disk import write_whole
from sim.letters import is_plain, word
from sim.places.questions import Answers
from sim.places.register import Register
from sim.places.size_classes import FLOORS, WORDS, fitted
from sim.places.trials import COST, RENT, TRIALS, quantity
from sim.scenario import Fault, ScenarioError, months
from sim.scenario.entries import LONGEST
from sim.scenario.faults import printable
from sim.scenario.writing import toml_table, toml_text

EXISTS = "is there already and is not overwritten, allowed: a new name"
_BEFORE, _AFTER = 24, 60  # most months before letting begins, and months after, in a run
_COST = 2500  # yuan a m2, of renovation
_ELASTICITY = 0.05  # of revenue per worker on staff, as in `place`
_SECTORS = 6  # as in `place`
_MOST_NAMES = 30  # of sectors, in a comment
_FITTED = ("staff_median", "staff_log_sd", "tail_exponent")
_BUILT = 36  # months of renovation
_BUILDING = 12_000  # m2, of the largest usual building
_LARGEST_TENANT = 4000  # m2
_OUTCOMES = (
    "jobs", "fiscal_cost", "taxes", "site_enterprises", "site_jobs", "site_taxes", "site_occupancy", "startups",
    "startups_net",
)  # fmt: skip


@dataclass(frozen=True)
class Written:
    """One file: its path, its text, and what it is in a few words."""

    path: Path
    text: str
    title: str


def files(path: Path, it: Answers) -> list[Written]:
    """The scenario of a place at ``path``, its control and its variants beside it."""
    site = site_name(path.stem)
    idle = _beside(path, "idle")
    control = _child(
        path, f"{it.name}: stays empty", "The control: nothing is renovated or let.",
        f"{toml_table(f'sites.{site}')}\nrenovation = false\n",
    )  # fmt: skip
    found = [Written(path, _place(path, site, it), it.name), Written(idle, control, "the control: it stays empty")]
    if it.register:
        firms = _beside(path, "firms")
        found.append(Written(firms, _firms(it.register, it), f"the firms of {it.register.file}"))
    for name, amount in it.tried.items():
        trial = TRIALS[name]
        summary = trial.summary.format(trial.quantity(amount))
        value = toml_text(trial.quantity(amount))
        table = toml_table(f"sites.{site}") if trial.scope == "site" else "[levers]"
        setting = f'{{ "{it.opens}" = {value} }}' if trial.scope == "opening" else value
        text = _child(
            path,
            f"{it.name}: {name.replace('-', ' ')}",
            summary,
            f"{table}\n{trial.key} = {setting}\n",
        )
        found.append(Written(_beside(path, name), text, summary.rstrip(".")))
    return found


def write(made: Sequence[Written]) -> None:
    """Write all files, or none; ScenarioError where one is there already with another text."""
    faults = [
        Fault(str(it.path), 0, "file", EXISTS)
        for it in made
        if it.path.exists() and (not it.path.is_file() or it.path.read_bytes() != it.text.encode())
    ]
    if any("\ud800" <= letter <= "\udfff" for letter in made[0].path.name):
        faults.append(Fault(str(made[0].path), 0, "file", "is no name in UTF-8, allowed: one that is"))
    if not made[0].path.parent.is_dir():
        faults.append(Fault(str(made[0].path), 0, "file", "its folder does not exist, allowed: a folder that does"))
    if faults:
        raise ScenarioError(faults)
    for it in made:
        write_whole(it.path, it.text.encode())


def commands(path: Path, it: Answers) -> list[str]:
    """The commands that answer the questions about the place, the most useful one first."""
    place = shlex.quote(str(path))
    said = [f"sim appraise {shlex.quote(str(_beside(path, 'idle')))} {place}"]
    variants = [shlex.quote(str(_beside(path, name))) for name in it.tried]
    said += [f"sim appraise {place} {variant}" for variant in variants[:1]]
    if variants:
        said.append(" ".join([f"sim what-if {place}", *(f"--variant {variant}" for variant in variants)]))
    return said


def _beside(path: Path, end: str) -> Path:
    return path.with_name(f"{path.stem}-{end}{path.suffix}")


def site_name(stem: str) -> str:
    """A plain word: letters, digits, - and _, a letter first."""
    name = word(stem.replace(".", " ")).strip("-")[:LONGEST]
    return name if is_plain(name, LONGEST) else f"site-{name}"[:LONGEST].rstrip("-")


def _quantity(amount: float, unit: str) -> str:
    return toml_text(quantity(amount, unit))


def _child(parent: Path, title: str, summary: str, body: str) -> str:
    return f"extends = {toml_text(parent.name)}\ntitle = {toml_text(title)}\nsummary = {toml_text(summary)}\n\n{body}"


def _first(it: Answers) -> str:
    """The first month of the run."""
    return max(it.vacated, months.text(months.number(it.opens) - _BEFORE))


def _firms(register: Register, it: Answers) -> str:
    """The file with the firms of a register."""
    names = "; ".join(f"{rank % _SECTORS} {name}" for rank, name in enumerate(register.sectors()[:_MOST_NAMES]))
    return f"""\
# The firms of {printable(register.file)} as the model takes them: money in million yuan, sectors by number.
# Sectors: {printable(names) or "none given, drawn"}.
extends = "place"
title = {toml_text(f"{it.name}: its firms")}

[population]
enterprises = {len(register.rows)}

[mechanisms.population]
register = '''
{register.text(_first(it), _SECTORS)}
'''

[sources]
"population.enterprises" = {toml_text(f"evidence: {register.source}")}
"mechanisms.population.register" = {toml_text(f"evidence: {register.source}")}
"""


def _place(path: Path, site: str, it: Answers) -> str:
    first, file = _first(it), printable(path.name)
    length = months.number(it.opens) - months.number(first) + _AFTER
    opening = fitted(it.firms)
    parent = _beside(path, "firms").name if it.register else "place"
    by_class = ", ".join(f"{count:,} with {words}" for count, words in zip(it.firms, WORDS, strict=True))
    revenue = '"250,000 yuan/year"   # median sales of a worker; set your area\'s'
    if it.register and (found := it.register.worker_revenue(_ELASTICITY)):
        revenue = f"{found:.4g}   # million yuan a year: median sales of a worker in your file"
    made = ", ".join(f"{count:,}" for count in opening.counts())
    largest_tenant = min(_LARGEST_TENANT, max(100, round(it.floor / 10)))
    building = min(_BUILDING, max(100, round(it.floor / 10)))
    grant = f"\n[levers]\nconversion_grant = {_quantity(it.grant, COST)}\n" if it.grant else ""
    what = f"{'its firms, ' if it.register else ''}markets, taxes and how firms choose"
    form = "They open the run. The form below" if it.register else "The form below"
    enterprises = "" if it.register else f"enterprises = {opening.enterprises}\n"
    stated = f"evidence: {it.register.source}" if it.register else "assumption: your table of firms"
    fit = f"fitted: {it.register.source}" if it.register else "assumption: fitted to your table of firms"
    sources = "" if it.register else f'"population.enterprises" = {toml_text(stated)}\n'
    sources += "".join(f'"population.{key}" = {toml_text(fit)}\n' for key in _FITTED)
    if it.register and found:
        sources += f'"population.worker_revenue" = {toml_text(fit)}\n'
    outcomes = "\n".join(f'    "{name}",' for name in _OUTCOMES)
    return f"""\
# Written by `sim new {file}`. Change any line. `sim describe {file}` shows every other parameter with its
# unit, range and source. A number without a unit is in that unit.
extends = {toml_text(parent)}   # an area without a site: {what}
title = {toml_text(it.name)}
summary = "{it.floor:,g} m2 fall vacant in {it.vacated} and are renovated and let from {it.opens}."
headline = [
{outcomes}
]

[run]
start = "{first}"
months = {length}   # to {_AFTER // 12} years after letting begins
replicates = 20

# Firms by staff: {by_class}.
# {form}, a lognormal body with a Pareto tail, has {made}.
[population]
{enterprises}staff_median = {opening.staff_median!r}
staff_log_sd = {opening.staff_log_sd!r}
tail_from = {opening.tail_from!r}
tail_exponent = {opening.tail_exponent!r}
largest_staff = {opening.largest_staff!r}
medium_staff = {FLOORS[1]}
big_staff = {FLOORS[2]}
worker_revenue = {revenue}

[labour]
wage = "40,000 yuan/year"   # of a worker, with charges; set your area's

[market]
outside_rent = {_quantity(it.rent_around, RENT)}

{toml_table(f"sites.{site}")}
floor = {_quantity(it.floor, "m2")}
rent = {_quantity(it.rent, RENT)}
vacated = "{it.vacated}"
opens = "{it.opens}"
conversion_cost = {_quantity(_COST, COST)}
budget = {_quantity(round(it.floor * _COST / _BUILT), "yuan/month")}   # the owner's: all floor in {_BUILT // 12} years
building = {_quantity(building, "m2")}   # the usual size of one building
largest_tenant = {_quantity(largest_tenant, "m2")}   # from which a tenant has outgrown the site
released_staff = "0 people"   # who lose their work as it is vacated and stay in the area
equipment_hours = "0 hours/month"   # of idle equipment that are lent
fund = "0 million yuan"   # for tenants' seed money
{grant}
[sources]
{sources}"market.outside_rent" = "assumption: your answer"
"sites.{site}.floor" = "assumption: your answer"
"sites.{site}.rent" = "assumption: your answer"
"sites.{site}.vacated" = "assumption: your answer"
"sites.{site}.opens" = "assumption: your answer"
"sites.{site}.budget" = "assumption: all floor in {_BUILT // 12} years"
"sites.{site}.building" = "assumption: a tenth of the floor, at most {_BUILDING:,} m2"
"sites.{site}.largest_tenant" = "assumption: a tenth of the floor, at most {_LARGEST_TENANT:,} m2"
"sites.{site}.released_staff" = "assumption: who worked there has left"
"sites.{site}.equipment_hours" = "assumption: none are lent"
"sites.{site}.fund" = "assumption: there is none"
"""
