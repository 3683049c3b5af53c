"""The files of a place: its scenario, the control, and a variant for each thing to try."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.disk import write_whole
from sim.language import is_chinese, language, large, listed, month_text, tr
from sim.letters import argument, is_plain, word
from sim.places import sources
from sim.places.questions import Answers
from sim.places.register import Register
from sim.places.size_classes import FLOORS, fitted
from sim.places.trials import COST, RENT, TRIALS, quantity
from sim.scenario import Fault, ScenarioError, months
from sim.scenario.entries import LONGEST
from sim.scenario.faults import printable
from sim.scenario.writing import toml_table, toml_text

_ENDING = ".toml"
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


def scenario_file(given: Path) -> Path:
    """The file to write, with its ending; ScenarioError where a folder is given, which has no name of a file."""
    if not given.name:
        raise ScenarioError([Fault(str(given), 0, "file", "is a folder, allowed: the name of a file to write")])
    return given if given.suffix == _ENDING else given.with_name(f"{given.name}{_ENDING}")


def files(path: Path, it: Answers) -> list[Written]:
    """The scenario of a place at ``path``, its control and its variants beside it."""
    site = site_name(path.stem)
    idle = _beside(path, "idle")
    control = _child(
        path, tr("{place}: stays empty", place=it.name), tr("The control: nothing is renovated or let."),
        f"{toml_table(f'sites.{site}')}\nrenovation = false\n",
    )  # fmt: skip
    found = [Written(path, _place(path, site, it), it.name), Written(idle, control, tr("the control: it stays empty"))]
    if it.register:
        firms = _beside(path, "firms")
        found.append(Written(firms, _firms(it.register, it), tr("the firms of {file}", file=it.register.file)))
    for name, amount in it.tried.items():
        trial = TRIALS[name]
        summary = tr(trial.summary, amount=trial.told(amount))
        value = toml_text(trial.quantity(amount))
        table = toml_table(f"sites.{site}") if trial.scope == "site" else "[levers]"
        setting = f'{{ "{it.opens}" = {value} }}' if trial.scope == "opening" else value
        text = _child(
            path,
            tr("{place}: {trial}", place=it.name, trial=tr(trial.title)),
            summary,
            f"{table}\n{trial.key} = {setting}\n",
        )
        found.append(Written(_beside(path, name), text, summary.rstrip(".。")))
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
    place, end = argument(path), f" --lang {language()}" if is_chinese() else ""
    said = [f"sim appraise {argument(_beside(path, 'idle'))} {place}"]
    variants = [argument(_beside(path, name)) for name in it.tried]
    said += [f"sim appraise {place} {variant}" for variant in variants[:1]]
    if variants:
        said.append(" ".join([f"sim what-if {place}", *(f"--variant {variant}" for variant in variants)]))
    return [f"{command}{end}" for command in said]


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


def _comment(text: str) -> str:
    """A text as lines of comment."""
    return "\n".join(f"# {line}" for line in text.split("\n"))


def _sources(said: Mapping[str, str]) -> str:
    """The lines of a table of sources."""
    return "".join(f"{toml_text(key)} = {toml_text(source)}\n" for key, source in said.items())


def _from(register: Register) -> str:
    """Where the firms of a register are from."""
    return tr(
        sources.FILE, file=register.file, firms=f"{len(register.rows):,}",
        digest=register.digest,
    )  # fmt: skip


def _firms(register: Register, it: Answers) -> str:
    """The file with the firms of a register."""
    names = "; ".join(f"{rank % _SECTORS} {name}" for rank, name in enumerate(register.sectors()[:_MOST_NAMES]))
    head = tr(
        "The firms of {file} as the model takes them: money in million yuan, sectors by number.",
        file=printable(register.file),
    )
    sectors = tr("Sectors: {names}.", names=printable(names)) if names else tr("Sectors: none given, drawn.")
    source = f"evidence: {_from(register)}"
    return f"""\
{_comment(head)}
{_comment(sectors)}
extends = "place"
title = {toml_text(tr("{place}: its firms", place=it.name))}

[population]
enterprises = {len(register.rows)}

[mechanisms.population]
register = '''
{register.text(_first(it), _SECTORS)}
'''

[sources]
{_sources({"population.enterprises": source, "mechanisms.population.register": source})}"""


def _place(path: Path, site: str, it: Answers) -> str:
    first, file = _first(it), argument(printable(path.name))
    length = months.number(it.opens) - months.number(first) + _AFTER
    opening = fitted(it.firms)
    parent = _beside(path, "firms").name if it.register else "place"
    revenue = '"250,000 yuan/year"   # ' + tr("median sales of a worker; set your area's")
    if it.register and (found := it.register.worker_revenue(_ELASTICITY)):
        revenue = f"{found:.4g}   # " + tr("million yuan a year: median sales of a worker in your file")
    micro, small, medium, big = (f"{count:,}" for count in it.firms)
    by_class = tr(
        "Firms by staff: {micro} with under 10, {small} with 10 to 99, {medium} with 100 to 299, {big} with 300 and "
        "more.",
        micro=micro, small=small, medium=medium, big=big,
    )  # fmt: skip
    made = listed(f"{count:,}" for count in opening.counts())
    form = tr("The form below, a lognormal body with a Pareto tail, has {made}.", made=made)
    base = tr("an area without a site: markets, taxes and how firms choose")
    enterprises = f"enterprises = {opening.enterprises}\n"
    stated, fit = tr(sources.TABLE), f"assumption: {tr(sources.FITTED)}"
    said = {"population.enterprises": f"assumption: {stated}"}
    if it.register:
        form = tr("They open the run. The form below, a lognormal body with a Pareto tail, has {made}.", made=made)
        base = tr("an area without a site: its firms, markets, taxes and how firms choose")
        enterprises, fit, said = "", f"fitted: {_from(it.register)}", {}
    said |= dict.fromkeys((f"population.{key}" for key in _FITTED), fit)
    if it.register and found:
        said["population.worker_revenue"] = fit
    answer = tr(sources.ANSWER)
    owned = tr(sources.BUDGET, years=_BUILT // 12)
    assumed = {
        "market.outside_rent": answer,
        **dict.fromkeys((f"sites.{site}.{key}" for key in ("floor", "rent", "vacated", "opens")), answer),
        f"sites.{site}.budget": owned,
        f"sites.{site}.building": tr(sources.TENTH, most=f"{_BUILDING:,}"),
        f"sites.{site}.largest_tenant": tr(sources.TENTH, most=f"{_LARGEST_TENANT:,}"),
        f"sites.{site}.released_staff": tr(sources.LEFT),
        f"sites.{site}.equipment_hours": tr(sources.NO_EQUIPMENT),
        f"sites.{site}.fund": tr(sources.NO_FUND),
    }
    said |= {key: f"assumption: {text}" for key, text in assumed.items()}
    largest_tenant = min(_LARGEST_TENANT, max(100, round(it.floor / 10)))
    building = min(_BUILDING, max(100, round(it.floor / 10)))
    grant = f"\n[levers]\nconversion_grant = {_quantity(it.grant, COST)}\n" if it.grant else ""
    head = tr(
        "Written by `sim new {file}`. Change any line. `sim describe {file}` shows every other parameter with its\n"
        "unit, range and source. A number without a unit is in that unit.",
        file=file,
    )
    summary = tr(
        "{floor} m2 fall vacant in {vacated} and are renovated and let from {opens}.",
        floor=large(it.floor) if is_chinese() else f"{it.floor:,g}",
        vacated=month_text(it.vacated), opens=month_text(it.opens),
    )  # fmt: skip
    outcomes = "\n".join(f'    "{name}",' for name in _OUTCOMES)
    return f"""\
{_comment(head)}
extends = {toml_text(parent)}   # {base}
title = {toml_text(it.name)}
summary = {toml_text(summary)}
headline = [
{outcomes}
]

[run]
start = "{first}"
months = {length}   # {tr("to {years} years after letting begins", years=_AFTER // 12)}
replicates = 20

{_comment(by_class)}
{_comment(form)}
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
wage = "40,000 yuan/year"   # {tr("of a worker, with charges; set your area's")}

[market]
outside_rent = {_quantity(it.rent_around, RENT)}

{toml_table(f"sites.{site}")}
floor = {_quantity(it.floor, "m2")}
rent = {_quantity(it.rent, RENT)}
vacated = "{it.vacated}"
opens = "{it.opens}"
conversion_cost = {_quantity(_COST, COST)}
budget = {_quantity(round(it.floor * _COST / _BUILT), "yuan/month")}   # {tr("the owner's: {all}", all=owned)}
building = {_quantity(building, "m2")}   # {tr("the usual size of one building")}
largest_tenant = {_quantity(largest_tenant, "m2")}   # {tr("from which a tenant has outgrown the site")}
released_staff = "0 people"   # {tr("who lose their work as it is vacated and stay in the area")}
equipment_hours = "0 hours/month"   # {tr("of idle equipment that are lent")}
fund = "0 million yuan"   # {tr("for tenants' seed money")}
{grant}
[sources]
{_sources(said)}"""
