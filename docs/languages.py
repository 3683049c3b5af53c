"""Write the templates of what is translated, bring the catalogues of each language up to date and compile them.

``sim/locale/DOMAIN.pot`` has the texts: of ``figures`` what ``tr``, ``trn``, ``trc`` and ``later`` hold in
``sim/report/figures``, the sheets beside it, the gallery and the tables of facts, of ``sim`` what they hold elsewhere,
of ``declarations`` what the declarations, scenarios, claims, facts and calibrations say, each with its key as context.
Translations of texts that have changed or gone are dropped; new ones are empty, and a test fails until they are filled.
``--check`` only names stale files.
"""

from __future__ import annotations

import argparse
import ast
import io
import itertools
import json
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from sim import language
from sim.evidence.facts import OWN, TARGETS, checks
from sim.formats import label
from sim.model.catalogue import model_catalogue
from sim.report.html.limits import limits
from sim.report.html.script_words import script_words
from sim.scenario.extending import shipped_files
from sim.studies.appraisal.assumptions import declared_assumptions
from sim.studies.questions.validate import LOG_CHANGE
from sim.studies.targets import unit_of
from sim.units import CHINESE_UNITS, RATIO, everyday

ROOT = Path(__file__).resolve().parents[1]
LOCALE = ROOT / "sim" / "locale"
REPORT = ROOT / "sim" / "report"
FIGURES = (
    *(REPORT / "figures").glob("*.py"),
    REPORT / "sheets.py",
    REPORT / "comparison_sheets.py",
    ROOT / "docs" / "gallery.py",
    ROOT / "docs" / "validation.py",
)
LANGUAGES = [code for code in language.LANGUAGES if code != language.ENGLISH]
KEYWORDS = {"tr": (1, False), "trn": (2, False), "trc": (2, True), "later": (1, False)}  # texts, context
SIZES = (0.0, 1e-6, 1.0, 12.0, 36.0, 1e3, 1e6)  # at which a unit is said differently
WIDTH = 110

Entry = tuple[str | tuple[str, str], str, str]  # text or both its forms, context, file


def main() -> int:
    """Write what is stale, or with ``--check`` name it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only name stale files, and exit with 1 if there are any")
    check = parser.parse_args().check
    stale = []
    for path, data in files():
        if not path.is_file() or path.read_bytes() != data:
            stale.append(path)
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
    for path in stale:
        print(f"{'stale' if check else 'written'}: {path.relative_to(ROOT)}")
    return int(check and bool(stale))


def files() -> Iterator[tuple[Path, bytes]]:
    """Every file of the languages with the bytes that it should have."""
    for domain, template in templates().items():
        yield LOCALE / f"{domain}.pot", po_bytes(template)
        for code in LANGUAGES:
            catalogue = updated(domain, code, template)
            place = LOCALE / code / "LC_MESSAGES" / f"{domain}.po"
            yield place, opening_remarks(place) + po_bytes(catalogue)
            yield place.with_suffix(".mo"), mo_bytes(catalogue)


def templates() -> dict[str, Catalog]:
    """The template of each domain."""
    said = list(sentences(path for path in (ROOT / "sim").rglob("*.py") if path not in FIGURES))
    said += [(text, "limit", "docs/model.md") for text in limits()]
    said += [(text, "", f"sim/{path.parent.name}/{path.name}") for path in scripts() for text in words_of(path)]
    known = {(text, context) for text, context, _ in said}
    drawn = [it for it in sentences(FIGURES) if it[:2] not in known]
    return {"sim": filled(said), "figures": filled(drawn), "declarations": filled(declarations())}


def filled(entries: Iterable[Entry]) -> Catalog:
    """A catalogue of texts without translations, which changes with nothing but the texts."""
    made = Catalog(fuzzy=False)
    for text, context, place in entries:
        made.add(text, context=context or None, locations=[(place, 0)])
    return made


def updated(domain: str, code: str, template: Catalog) -> Catalog:
    """The catalogue of a language with the template's texts and the translations that it has of them."""
    place = LOCALE / code / "LC_MESSAGES" / f"{domain}.po"
    old = read(place, code) if place.is_file() else Catalog(locale=code)
    made = Catalog(locale=code, fuzzy=False)
    for it in template:
        if not it.id:
            continue
        known = old.get(it.id if isinstance(it.id, str) else it.id[0], it.context)
        translated = known.string if known is not None and known.id == it.id else ""
        if isinstance(it.id, tuple):
            translated = translated if isinstance(translated, tuple) else (translated,)
        made.add(it.id, translated, locations=it.locations, context=it.context)
    return made


def read(place: Path, code: str) -> Catalog:
    """A catalogue from its file."""
    with place.open("rb") as stream:
        return read_po(stream, locale=code)


def po_bytes(catalogue: Catalog) -> bytes:
    """A catalogue as text: no dates, no numbers of lines, so that it changes with the texts alone."""
    stream = io.BytesIO()
    write_po(stream, catalogue, width=WIDTH, omit_header=True, include_lineno=False, ignore_obsolete=True)
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    if catalogue.locale is not None:
        head += f'"Language: {catalogue.locale}\\n"\n"Plural-Forms: {catalogue.plural_forms}\\n"\n'
    return head.encode() + b"\n" + stream.getvalue()


def opening_remarks(place: Path) -> bytes:
    """The lines of a catalogue that begin with # before its first entry: a glossary is kept there."""
    if not place.is_file():
        return b""
    return b"".join(
        itertools.takewhile(lambda line: line.startswith(b"#"), place.read_bytes().splitlines(keepends=True))
    )


def mo_bytes(catalogue: Catalog) -> bytes:
    """A catalogue compiled, with the head that gettext needs."""
    stream = io.BytesIO()
    write_mo(stream, _Undated(catalogue))
    return stream.getvalue()


class _Undated(Catalog):
    """A catalogue whose head says the encoding and the plural, and no day."""

    def __init__(self, of: Catalog) -> None:
        super().__init__(locale=of.locale, fuzzy=False)
        for message in of:
            if message.id:
                self.add(message.id, message.string, context=message.context)

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Language", str(self.locale)),
            ("Plural-Forms", self.plural_forms),
        ]


def scripts() -> list[Path]:
    """The scripts of pages."""
    return sorted((ROOT / "sim").rglob("*.js"))


def words_of(path: Path) -> list[str]:
    """The texts that a script holds as arguments of ``t``."""
    return script_words(path.read_text(encoding="utf-8"))


def sentences(paths: Iterable[Path]) -> Iterator[Entry]:
    """The texts that files hold as arguments of ``tr`` and its like; other arguments of these are looked up later."""
    for path in sorted(paths):
        place = path.relative_to(ROOT).as_posix()
        if place == "sim/language.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
                count, has_context = KEYWORDS[node.func.id]
                texts = [it.value for it in node.args[:count] if isinstance(it, ast.Constant)]
                if len(texts) == count:
                    context = str(texts.pop(0)) if has_context else ""
                    yield (str(texts[0]), str(texts[1])) if len(texts) == 2 else str(texts[0]), context, place


def declarations() -> Iterator[Entry]:
    """What declarations, scenarios, claims and facts say, with the context of each."""
    catalogue = model_catalogue()
    units = dict.fromkeys(["million yuan", "people", "enterprises", LOG_CHANGE])
    for key, it in catalogue.parameters():
        yield it.meaning, key, "parameters"
        units[it.unit] = None
        for choice in filter(None, it.choices):
            yield choice, key, "choices"
    for name, outcome in catalogue.outcomes.items():
        yield outcome.meaning, name, "outcomes"
        yield label(name), name, "outcomes"
        units[outcome.unit] = None
    for mechanism in catalogue.mechanisms:
        yield mechanism.name, "mechanism", "mechanisms"
    yield OWN, "group", "sim/evidence/facts.py"
    for check in checks(catalogue).values():
        for text in filter(None, (check.title, check.note, check.finding, check.fitted_by)):
            yield text, f"fact {check.name}", "sim/evidence/facts.toml"
        if check.group:
            yield check.group, "group", "sim/evidence/facts.toml"
        units[unit_of(check, catalogue.outcomes)] = None
    rotations = sorted((ROOT / "scenarios" / TARGETS).glob("*.rotation.json"))
    rotated = [(path, row) for path in rotations for row in json.loads(path.read_bytes())["targets"]]
    units |= dict.fromkeys(row["unit"] for _, row in rotated)
    for name, assumed in declared_assumptions().items():
        yield assumed.meaning, f"assumption {name}", "assumptions of an appraisal"
        if assumed.unit:
            yield assumed.unit, "unit", "units"
    # Of a ratio each side is said by itself.
    units = dict.fromkeys(side for it in units for side in ([it] if it in CHINESE_UNITS else it.split(RATIO)))
    # As declared too: axes of what is sought have them; of money they are in 万元.
    said = dict.fromkeys(it for it in units if "million yuan" not in it)
    said |= dict.fromkeys(unit for unit, _ in CHINESE_UNITS.values())
    for unit in units:
        for size in SIZES:
            for found in (everyday(unit, size), everyday(unit, size, yuan_below=1.0)):
                if unit not in CHINESE_UNITS:
                    said |= dict.fromkeys((_in_yuan(found.unit), _in_yuan(found.of_difference)))
    for unit in filter(None, said):
        yield unit, "unit", "units"
    for name, path in shipped_files().items():
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        place = f"scenarios/{path.name}"
        for text in filter(None, (told.get("title"), told.get("summary"))):
            yield text, f"scenario {name}", place
        for kind in ("platforms", "sites"):
            for own in told.get(kind, {}):
                yield own, "name", kind
    for path in sorted((ROOT / "scenarios" / TARGETS).glob("*.targets.toml")):
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        place = f"scenarios/{TARGETS}/{path.name}"
        yield told["title"], "calibration", place
        for target in told["targets"].values():
            if "title" in target:
                yield target["title"], "target", place
            if target.get("group"):
                yield target["group"], "group", place
    titles = {check.title for check in checks(catalogue).values()}
    for path, row in rotated:
        if row["title"] not in titles:  # of a fact as it was worded then
            yield row["title"], "target", f"scenarios/{TARGETS}/{path.name}"
        yield row["group"], "group", f"scenarios/{TARGETS}/{path.name}"
    for path in sorted((ROOT / "scenarios" / "claims").glob("*.toml")):
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        place = f"scenarios/claims/{path.name}"
        yield told["title"], f"claims {path.stem}", place
        for claim in told["claims"].values():
            yield claim["claim"], f"claims {path.stem}", place


def _in_yuan(unit: str) -> str:
    """A unit of money in yuan: Chinese counts it in 万 and 亿, whatever English does."""
    for head in ("million ", "billion "):
        if unit.startswith(f"{head}yuan"):
            return unit.removeprefix(head)
    return unit


if __name__ == "__main__":
    sys.exit(main())
