"""The model's document: what the program knows of itself stands in it as it is, and what it says of the month is so."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner
from worlds import flat, town

from sim import cli, parameters
from sim.agents.model import EcosystemModel
from sim.declare import declared, fitted
from sim.evidence import evidence, facts
from sim.model.record.outcomes import OUTCOMES
from sim.model.state.accounts import TRANSFERS
from sim.model.state.enterprises import NAMES
from sim.report.document import DocumentError, blocks, rewritten
from sim.report.document import evidence as of_evidence
from sim.report.document.rooms import Function, room
from sim.report.document.steps import Step, opening, steps
from sim.report.document.uses import Uses, purposes, uses

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "model.md"
MONTHS = 15  # of the town: long enough for every step to have work, a December among them
ELEMENTS = (
    "1 Purpose and patterns", "2 Entities, state variables and scales", "3 Process overview and scheduling",
    "4 Design concepts", "5 Initialization", "6 Input data", "7 Submodels",
)  # fmt: skip
CONCEPTS = (
    "Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction", "Sensing", "Interaction",
    "Stochasticity", "Collectives", "Observation",
)  # fmt: skip
TRACE = (
    "Problem formulation", "Model description", "Data evaluation", "Conceptual model evaluation",
    "Implementation verification", "Model output verification", "Model analysis", "Model output corroboration",
)  # fmt: skip


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return blocks()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    path = tmp_path / "model.md"
    path.write_text(DOCUMENT.read_text(encoding="utf-8"), encoding="utf-8")
    return path


def call(*arguments: str, code: int = 0) -> Any:
    found = CliRunner().invoke(cli.app, ["document", *arguments])
    assert found.exit_code == code, found.output
    return found


# --- blocks


def test_the_document_says_what_the_program_knows(made: dict[str, str]) -> None:
    _, stale = rewritten(DOCUMENT.read_text(encoding="utf-8"), made)
    assert not stale, f"docs/model.md is stale in {', '.join(stale)}; mend it with: sim document"


def test_a_tampered_block_is_found_named_and_mended(copy: Path) -> None:
    right = copy.read_text(encoding="utf-8")
    wage = declared(parameters.GROUPS["labour"])["wage"].default
    wrong = right.replace(f"| `wage` | {wage} |", "| `wage` | 0.123 |")
    assert wrong != right
    copy.write_text(wrong, encoding="utf-8")
    found = call("--check", str(copy), code=1)
    assert found.stdout == f"{copy}: parameters-labour is stale\n"
    assert f"sim document {copy}" in found.stderr
    assert copy.read_text(encoding="utf-8") == wrong
    assert call(str(copy)).stdout == f"{copy}: parameters-labour written\n"
    assert copy.read_text(encoding="utf-8") == right
    assert call("--check", str(copy)).stdout == ""


def test_a_line_that_nobody_declared_is_stale(copy: Path, made: dict[str, str]) -> None:
    text = copy.read_text(encoding="utf-8")
    mark = "<!-- outcomes: end -->"
    more = text.replace(mark, f"| `happiness` | index | how glad people are | more | |\n{mark}")
    assert rewritten(more, made) == (text, ["outcomes"])


def test_what_stands_outside_of_blocks_is_left_alone(copy: Path, made: dict[str, str]) -> None:
    text = f"Before.\n\n{copy.read_text(encoding='utf-8')}\nBehind: 3 | 4.\n"
    emptied = re.sub(r"(?s)(<!-- draws: begin -->\n).*?(<!-- draws: end -->)", r"\1\2", text)
    assert emptied != text
    assert rewritten(emptied, made) == (text, ["draws"])


def test_json_names_the_stale_blocks(copy: Path) -> None:
    copy.write_text(copy.read_text(encoding="utf-8").replace("| `sales_home` | households |", "| `sales_home` |  |"))
    found = json.loads(call("--check", "--json", str(copy), code=1).stdout)
    assert found == {"document": str(copy), "stale": ["transfers"], "written": False}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<!-- a: begin -->\n<!-- a: end -->\n", "no place for the block 'b'"),
        ("<!-- a: begin -->\n<!-- b: begin -->\n<!-- b: end -->\n<!-- a: end -->\n", "line 1: .*not one of a pair"),
        ("<!-- a: begin -->\n<!-- b: begin -->\n<!-- b: end -->\n", "line 1: .*not one of a pair"),
        ("<!-- a: end -->\n<!-- a: begin -->\n", "line 1: .*not one of a pair"),
        ("<!-- a: begin -->\n<!-- a: end -->\n" * 2, "line 3: the begin of 'a' stands here more than once"),
        ("x\n<!-- c: begin -->\n<!-- c: end -->\n", "line 2: no block is called 'c'; there are a, b"),
    ],
)
def test_marks_that_do_not_fit_are_named(text: str, message: str) -> None:
    with pytest.raises(DocumentError, match=message):
        rewritten(text, {"a": "", "b": "| x |"})


def test_a_document_without_its_marks_is_refused(copy: Path) -> None:
    copy.write_text(copy.read_text(encoding="utf-8").replace("<!-- draws: end -->", ""), encoding="utf-8")
    assert re.search(r"model\.md: line \d+: <!-- draws: begin -->", call("--check", str(copy), code=2).stderr)
    assert "no such file" in call(str(copy.with_name("none.md")), code=2).stderr


def test_every_declaration_has_its_row(made: dict[str, str]) -> None:
    def rows(block: str, column: int = 0) -> list[str]:
        lines = [line for line in made[block].splitlines() if line.startswith("| `")]
        return [re.split(r"(?<!\\)\|", line)[column + 1].strip(" `") for line in lines]

    assert rows("columns") == list(NAMES)
    assert rows("transfers") == list(TRANSFERS)
    assert rows("outcomes") == list(OUTCOMES)
    assert rows("evidence") == [fact.name for fact in evidence.facts()]
    assert rows("facts") == list(facts.checks())
    assert rows("scenarios") == sorted(path.stem for path in (ROOT / "scenarios").glob("*.toml"))
    kept = sorted(path.name.partition(".")[0] for path in (ROOT / "scenarios/calibration").glob("*.fitted.toml"))
    assert rows("calibration")[: len(kept)] == kept
    lines = [line for line in made["calibration"].splitlines() if line.startswith("| `")]
    assert len(lines) == len(set(lines)) > len(kept)
    for prefix, group in parameters.GROUPS.items():
        assert rows(f"parameters-{prefix.replace('.', '-')}") == list(declared(group))


def test_the_document_has_the_parts_of_its_protocols() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    chapters = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert [title for title in chapters if title[0].isdigit()] == list(ELEMENTS)
    sections = re.findall(r"^### (.+)$", text, re.MULTILINE)
    assert [title for title in sections if title in CONCEPTS] == list(CONCEPTS)
    assert [title for title in sections if title in TRACE] == list(TRACE)


def test_links_within_the_document_lead_somewhere() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    targets = re.findall(r"\]\(#([^)]+)\)", text)
    assert targets
    assert set(targets) <= anchors
    readme = re.findall(r"docs/model\.md#([\w-]+)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert set(readme) <= anchors


# --- evidence


def test_a_source_that_names_no_fact_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    wage = declared(parameters.GROUPS["labour"])["wage"]
    wrong = type(wage)(0.05, wage.unit, wage.meaning, fitted("a wage", "survival.eu.birth", "survival.eu"))
    monkeypatch.setattr(of_evidence, "parameters", lambda: iter([("labour.wage", wrong)]))
    with pytest.raises(of_evidence.UnknownFacts, match=r"`labour\.wage` cites survival\.eu\.birth$"):
        of_evidence.resting()


def test_what_rests_on_a_fact_is_found() -> None:
    rests = of_evidence.resting()
    assert "`mechanisms.exports.staff_slope`" in rests["article.big_export_share"]
    assert "figure `big_export_share` of `manufacturing`" in rests["article.big_export_share"]
    assert "`mechanisms.demand.line_loss`" in rests["survival.us_1994_cohort.y3"]  # cited as a table
    assert not rests["article.publisher"]


# --- the month


class Seen:
    """What every step of some months has changed, by call."""

    def __init__(self, months: int) -> None:
        self.names: list[str] = []
        self.columns: dict[str, set[str]] = {}
        self.transfers: dict[str, set[str]] = {}
        self.shared: dict[str, set[str]] = {}
        told = [step for step in steps() if step.name]
        model = EcosystemModel(town(), rng=1)
        model.watchers.append(lambda name, world: self._watch(name, told[len(self.names) % len(told)], world))
        for _ in range(months):
            model.world.begin_month()  # what it does once more makes no difference, and is not the first step's doing
            self._keep(model.world)
            model.step()

    def _keep(self, world: Any) -> None:
        self._table = {name: world.enterprises.columns[name].copy() for name in NAMES}
        self._month = world.books.month.copy()
        self._beside = dict(_beside(world))

    def _watch(self, name: str, step: Step, world: Any) -> None:
        self.names.append(name)
        identity, before = world.enterprises.columns["identity"], self._table["identity"]
        both = min(len(identity), len(before))
        here = np.flatnonzero((identity[:both] == before[:both]) | (before[:both] == 0))
        born = np.arange(both, len(identity))
        for column in NAMES:
            now = world.enterprises.columns[column]
            if (now[here] != self._table[column][here]).any() or now[born].any():
                self.columns.setdefault(step.call, set()).add(column)
        month = (world.books.month != self._month).nonzero()[0]
        self.transfers.setdefault(step.call, set()).update(list(TRANSFERS)[number] for number in month)
        beside = dict(_beside(world))
        moved = {place for place, value in beside.items() if value != self._beside.get(place)}
        self.shared.setdefault(step.call, set()).update(place for place, _ in moved)
        self._keep(world)


def _beside(world: Any) -> Iterator[tuple[tuple[str, str], Any]]:
    """State beside the table by the name it has in the document and its own place."""
    for name in ("sectors", "posted"):
        for path, value in flat(getattr(world, name), name).items():
            yield (path, path), np.asarray(value).tobytes()
    for name in ("sites", "platforms"):
        for number, it in enumerate(getattr(world, name)):
            for key, value in vars(it).items():
                yield (f"{name}.{key}", f"{number}"), np.asarray(value).tobytes()
    yield ("platforms", ""), len(world.platforms)
    yield ("people", ""), (world.books.people.tobytes(), world.books.skilled.tobytes())
    yield ("links", ""), (world.links.buyer.tobytes(), world.links.supplier.tobytes())


@pytest.fixture(scope="module")
def seen() -> Seen:
    return Seen(MONTHS)


def test_the_steps_are_those_that_watchers_are_told_of(seen: Seen) -> None:
    told = [step.name for step in steps() if step.name]
    assert seen.names == told * MONTHS


def test_columns_that_a_step_changes_are_those_it_is_said_to(seen: Seen) -> None:
    said = {step.call: step.uses.writes for step in steps()}
    changed = {name: columns - said[name] for name, columns in seen.columns.items()}
    assert not any(changed.values()), changed
    # The other way round, nearly all that is said happens in so few months: what is found is not just everything.
    happened = sum(len(seen.columns.get(name, ())) for name in said)
    assert happened >= 0.8 * sum(map(len, said.values()))


def test_transfers_that_a_step_books_are_those_it_is_said_to(seen: Seen) -> None:
    said = {step.call: step.uses.transfers for step in steps()}
    booked = {name: transfers - said[name] for name, transfers in seen.transfers.items()}
    assert not any(booked.values()), booked
    assert len(set().union(*seen.transfers.values())) >= 0.8 * len(TRANSFERS)


def test_state_beside_the_table_that_a_step_changes_is_what_it_is_said_to(seen: Seen) -> None:
    # A platform that is new brings all of its state.
    said = {step.call: step.uses.shared for step in steps()}
    changed = {
        name: {place for place in places if not (place.startswith("platforms.") and "platforms" in said[name])}
        - said[name]
        for name, places in seen.shared.items()
    }
    assert not any(changed.values()), changed
    assert "sites.rent" in seen.shared["letting.apply"]
    assert "posted.hurdle" in seen.shared["finance.finance"]


def test_loops_use_every_column_that_they_declare() -> None:
    found: dict[str, Uses] = {}
    for step in (opening(), *steps()):
        found.setdefault(step.function.module, Uses()).add(step.uses)
    unused = []
    for module, used in found.items():
        for node in room(module).tree.body:
            if isinstance(node, ast.ClassDef) and node.name.endswith(("Reads", "Writes")):
                names = [it.target.id for it in node.body if isinstance(it, ast.AnnAssign) and _is_name(it.target)]
                used_here = used.writes if node.name.endswith("Writes") else used.reads | used.writes
                unused += [f"{module}.{node.name}.{name}" for name in names if name not in used_here]
    assert not unused


def _is_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Name)


def test_every_transfer_and_every_draw_has_its_step() -> None:
    all_steps = (opening(), *steps())
    booked = set().union(*(step.uses.transfers for step in all_steps))
    drawn = set().union(*(step.uses.purposes for step in all_steps))
    assert booked == set(TRANSFERS)
    assert drawn == set(purposes())


def test_a_column_handed_on_is_followed() -> None:
    """Floor is written two calls away from where it is named, and cash where a transfer is booked."""
    assert "floor" in uses(Function("sim.model.mechanisms.letting", "let_site")).writes
    assert "cash" in uses(Function("sim.model.mechanisms.finance", "leave")).writes
    assert "cash" not in uses(Function("sim.model.mechanisms.chain", "apply")).writes
