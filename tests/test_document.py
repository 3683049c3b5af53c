"""The model's document: what the program knows of itself stands in it as it is, and what it says of the month is so."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import command
import pytest
from command import ROOT, plain_python
from watching import Changes

from sim.declare import declared
from sim.evidence import evidence, facts
from sim.kernel.compiling import modules_of
from sim.model.catalogue import model_catalogue
from sim.model.state.accounts import TRANSFERS
from sim.parameters import GROUPS
from sim.report.document import DocumentError, blocks, rewritten
from sim.report.document import evidence as of_evidence
from sim.report.document.settings import block_of, groups
from sim.report.document.uses import Part, Uses, blocks_of, drawn_by, name_of_block, parts, uses
from sim.report.html.limits import limits

pytestmark = pytest.mark.once  # documents are the same on every interpreter

call = partial(command.call, "document")
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


# --- blocks


def test_the_document_says_what_the_program_knows(made: dict[str, str]) -> None:
    _, stale = rewritten(DOCUMENT.read_text(encoding="utf-8"), made)
    assert not stale, f"docs/model.md is stale in {', '.join(stale)}; mend it with: sim document"


def test_a_tampered_block_is_found_named_and_mended(copy: Path) -> None:
    right = copy.read_text(encoding="utf-8")
    wage = declared(GROUPS["labour"])["wage"].default
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
        lines = [line for line in made[block].splitlines() if re.match(r"\| (`|\d)", line)]
        return [re.split(r"(?<!\\)\|", line)[column + 1].strip(" `") for line in lines]

    catalogue = model_catalogue()
    assert rows("columns") == [column.name for column in catalogue.all_columns]
    assert rows("transfers") == list(TRANSFERS)
    assert rows("outcomes") == list(catalogue.outcomes)
    assert rows("draws", 1) == [name_of_block(block) for block in blocks_of(catalogue)]
    assert rows("counters") == [it.name for it in catalogue.mechanisms if len(it.counters)]
    for block in ("month", "month-reads", "month-changes"):
        assert rows(block, 1) == [part.name for part in parts(catalogue)]
    assert rows("evidence") == [fact.name for fact in evidence.facts()]
    assert rows("facts") == list(facts.checks(catalogue))
    assert rows("scenarios") == sorted(path.stem for path in (ROOT / "scenarios").glob("*.toml"))
    kept = sorted(path.name.partition(".")[0] for path in (ROOT / "scenarios/calibration").glob("*.fitted.toml"))
    assert rows("calibration")[: len(kept)] == kept
    lines = [line for line in made["calibration"].splitlines() if line.startswith("| `")]
    assert len(lines) == len(set(lines)) > len(kept)
    for prefix, group in groups().items():
        assert rows(block_of(prefix)) == list(declared(group))


def test_the_document_has_the_parts_of_its_protocols() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    chapters = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert [title for title in chapters if title[0].isdigit()] == list(ELEMENTS)
    sections = re.findall(r"^### (.+)$", text, re.MULTILINE)
    assert [title for title in sections if title in CONCEPTS] == list(CONCEPTS)
    assert [title for title in sections if title in TRACE] == list(TRACE)


def test_every_parameter_of_a_mechanism_stands_in_its_section_beside_the_table() -> None:
    """An equation that leaves a parameter out says less than the code does."""
    text = re.sub(r"(?s)<!-- (\S+): begin -->.*?<!-- \1: end -->", "", DOCUMENT.read_text(encoding="utf-8"))
    sections = re.split(r"\n### 7\.\d+ ", text.partition("\n### Constants that are no parameters")[0])[1:]
    by_file = {Path(section.partition("`")[2].partition("`")[0]).stem: section for section in sections}
    silent = [
        f"{it.name}.{name}"
        for it in model_catalogue().mechanisms
        if it.rules and it.name in by_file
        for name in declared(it.rules)
        if name not in {"enabled", "register"} and not re.search(rf"(?<![a-z_]){name}(?![a-z_])", by_file[it.name])
    ]
    assert len(by_file) > 20
    assert silent == []


def test_links_within_the_document_lead_somewhere() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    targets = re.findall(r"\]\(#([^)]+)\)", text)
    assert targets
    assert set(targets) <= anchors
    readme = re.findall(r"docs/model\.md#([\w-]+)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert set(readme) <= anchors


def test_the_document_calls_nothing_given_that_moves_by_default() -> None:
    text = " ".join(DOCUMENT.read_text(encoding="utf-8").split())
    default = {key: it.default for key, it in model_catalogue().parameters()}
    (given,) = re.findall(r"[^.]*are exogenous\.", text)
    (place,) = re.findall(r"\| demand \| [^|]+ \| ([^|]+) \|", text)
    (limit,) = [it for it in limits() if "housing" in it]
    assert default["labour.tightness"] > 0
    assert "wages" not in given
    assert "labour.tightness" in limit
    assert default["market.local_share"] > 0
    assert "market.local_share" in place


# --- evidence


def test_a_source_that_names_no_fact_is_refused(mentoring: Path) -> None:
    text = mentoring.read_text(encoding="utf-8").replace("assumption, parameter", "fitted, parameter")
    cited = text.replace("assumption()", 'fitted("a gain", "survival.eu.birth", "survival.eu")')
    mentoring.write_text(cited, encoding="utf-8")
    with pytest.raises(of_evidence.UnknownFacts, match=r"`mechanisms\.mentoring\.gain` cites survival\.eu\.birth$"):
        of_evidence.resting(model_catalogue([mentoring]))


def test_what_rests_on_a_fact_is_found() -> None:
    rests = of_evidence.resting()
    assert "`mechanisms.exports.staff_slope`" in rests["article.big_export_share"]
    assert "figure `big_export_share` of `manufacturing`" in rests["article.big_export_share"]
    assert "`mechanisms.demand.line_loss`" in rests["survival.us_1994_cohort.y3"]  # cited as a table
    assert not rests["article.publisher"]


# --- a page of a mechanism of the user's own

MENTORING = '''"""Mentoring: experienced enterprises meet young ones | which become more productive."""

from __future__ import annotations

from typing import NamedTuple

from sim.declare import Column, Counters, Mechanism, Outcome, Step, assumption, parameter, switch
from sim.kernel.compiled import compiled
from sim.kernel.draws import block
from sim.kernel.types import Index, f8, i1, i8, typed
from sim.model.state.enterprises import reads, writes
from sim.model.state.world import World

meeting = block("mentoring", 0, "meets", "gain")


@typed
class Rules(NamedTuple):
    """Mentoring of young enterprises."""

    enabled: bool = switch()
    gain: float = parameter(0.01, "", "rise of productivity", assumption(), bounds=(0, 1), plausible=(0, 0.1))


@reads
class Reads(NamedTuple):
    identity: i8
    status: i1


@writes
class Writes(NamedTuple):
    productivity: f8
    meetings: i8


@compiled
def meet(lo: Index, hi: Index, seed: int, month: int, r: Reads, w: Writes, p: Rules) -> None:
    for i in range(lo, hi):
        w.meetings[i] += 1


def apply(world: World) -> None:
    """``Mentors`` meet others."""


MECHANISM = Mechanism(
    "mentoring",
    Rules,
    steps=(
        Step("meet", apply, after="absorption", loops=(meet,), writes=("cash",), groups=("labour", "sites"),
             transfers=("fees",), draws=(meeting,), state=("people",)),
    ),
    columns=(Column("meetings", "i8", "meetings", "meetings so far", founding=7, birth=5, exit=3),),
    counters=Counters("met", "helped"),
    draws=(meeting,),
    outcomes=(Outcome("mentored", "enterprises", "enterprises helped", 1, True),),
)
'''


@pytest.fixture
def mentoring(tmp_path: Path) -> Path:
    path = tmp_path / "mentoring.py"
    path.write_text(MENTORING, encoding="utf-8")
    return path


def test_a_mechanism_of_ones_own_has_a_page(mentoring: Path, made: dict[str, str]) -> None:
    page = call("--with", str(mentoring)).stdout
    names = [part.name for part in parts(model_catalogue([mentoring]))]
    place = names.index("mentoring.meet")
    assert names[place - 1] == "absorption.learn"
    last, after = len(names) - 1, names[place + 1]
    keys = "`mechanisms.mentoring`, `labour`, `sites.NAME`"
    block = model_catalogue([mentoring]).by_name["mentoring"].draws[0].number
    for line in (
        "# mentoring",
        "Mentoring: experienced enterprises meet young ones | which become more productive.",
        "Declared in `mentoring.py`.",
        "**`mechanisms.mentoring`** Mentoring of young enterprises.",
        "| `gain` | 0.01 |  | 0 to 1 | 0 to 0.1 | rise of productivity | assumption | no source found |",
        "| `meetings` | int64 | meetings | meetings so far | `mentoring` | 7 | 5 | 3 | `mentoring.meet` |",
        "| `mentoring` | `met`, `helped` |",
        f"| {block} | `meeting` | `mentoring` | `mentoring.py` | `meets`, `gain` | `mentoring.meet` |",
        "| `mentored` | `mentoring` | enterprises | enterprises helped | more | yes |",
        f"| {place} of {last} | `mentoring.meet` | `absorption.learn` | `{after}` | `Mentors` meet others. |",
        f"| {place} | `mentoring.meet` | `identity`, `status` | {keys} | `meeting` |",
        f"| {place} | `mentoring.meet` | `cash`, `productivity`, `meetings` | `fees` | `people` |",
    ):
        assert line in page.splitlines(), line
    # Its tables are those of the document.
    heads = {line for text in made.values() for line in text.splitlines() if line.startswith("| ")}
    titles = [line for line, below in zip(page.splitlines(), page.splitlines()[1:], strict=False) if "| ---" in below]
    assert [title for title in titles if title not in heads] == ["| place | step | after | before | what it does |"]


def test_a_page_is_written_where_it_is_asked_for(mentoring: Path, tmp_path: Path) -> None:
    page = call("--with", str(mentoring)).stdout
    path = tmp_path / "pages" / "mentoring.md"
    assert call("--with", str(mentoring), str(path)).stdout == f"{path}: mentoring written\n"
    assert path.read_text(encoding="utf-8") == page
    found = json.loads(call("--with", str(mentoring), "--json").stdout)
    assert found == {"document": None, "mechanisms": ["mentoring"], "page": page}


def test_a_page_of_what_is_no_mechanism_is_refused(tmp_path: Path, mentoring: Path) -> None:
    assert "none.py" in call("--with", str(tmp_path / "none.py"), code=2).stderr
    assert "without --with" in call("--with", str(mentoring), "--check", code=2).stderr


def test_a_mechanism_that_takes_anothers_place_says_so(tmp_path: Path) -> None:
    path = tmp_path / "abroad.py"
    path.write_text(
        '"""Exports as they are."""\n\nfrom dataclasses import replace\n\nfrom sim.model.mechanisms import exports\n\n'
        'MECHANISM = replace(exports.MECHANISM, name="abroad", replaces="exports", draws=())\n',
        encoding="utf-8",
    )
    page = call("--with", str(path)).stdout
    assert "Declared in `abroad.py`. It is `abroad`, and takes the place of the model's own `exports`." in page
    assert "| `exports.export` |" in page


# --- the month

CATALOGUE = model_catalogue()
PARTS = {part.name: part for part in parts(CATALOGUE)}
STEPS = [name for name, part in PARTS.items() if part.number]
SAID: dict[str, Uses] = {name: uses(part, CATALOGUE) for name, part in PARTS.items()}
NEARLY_ALL = 0.8


@pytest.fixture(scope="module")
def changed() -> Changes:
    return Changes(MONTHS)


@pytest.fixture(scope="module")
def asked() -> dict[str, dict[str, list[str]]]:
    """What each step asks for where nothing is compiled."""
    found: dict[str, dict[str, list[str]]] = plain_python(
        f"import json; from watching import asked; print(json.dumps(asked({MONTHS})))"
    )
    return found


def held(step: str, where: str, done: Collection[str], said: Collection[str]) -> None:
    """Nothing is done that is not said."""
    missing = sorted(set(done) - set(said))
    assert not missing, f"{PARTS[step].mechanism.file}: Step({PARTS[step].step.name!r}) lacks in {where}: {missing}"


def nearly_all_happens(said: Mapping[str, Collection[str]], done: Mapping[str, Collection[str]]) -> None:
    """Nearly all that is said happens in so few months: what is declared is not just everything."""
    never = {step: sorted(set(names) - set(done.get(step, ()))) for step, names in said.items()}
    declared_in_all = sum(map(len, said.values()))
    assert sum(map(len, never.values())) <= (1 - NEARLY_ALL) * declared_in_all, {k: v for k, v in never.items() if v}


def test_watchers_are_told_of_the_steps_in_order(changed: Changes) -> None:
    told = [PARTS[name].mechanism.name for name in STEPS]
    assert changed.told == [*told, "record"] * MONTHS


def test_the_month_is_numbered_as_it_is_done() -> None:
    assert [part.number for part in PARTS.values()] == list(range(len(STEPS) + 1))
    assert [name for name in STEPS if name in CATALOGUE.month] == list(CATALOGUE.month)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_changes_only_columns_that_it_declares(step: str, changed: Changes) -> None:
    held(step, "loops' @writes tuples or writes", changed.columns[step], SAID[step].writes)


def test_nearly_all_declared_columns_change(changed: Changes) -> None:
    nearly_all_happens({step: SAID[step].writes for step in STEPS}, changed.columns)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_books_only_transfers_that_it_declares(step: str, changed: Changes) -> None:
    held(step, "transfers", changed.transfers[step], SAID[step].transfers)


def test_nearly_all_declared_transfers_are_booked(changed: Changes) -> None:
    nearly_all_happens({step: SAID[step].transfers for step in STEPS}, changed.transfers)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_changes_only_state_beside_the_table_that_it_declares(step: str, changed: Changes) -> None:
    said = SAID[step].state
    # A platform that is new brings all of its state.
    done = {name for name in changed.state[step] if not (name.startswith("platforms.") and "platforms" in said)}
    held(step, "state", done, said)


def test_nearly_all_declared_state_beside_the_table_changes(changed: Changes) -> None:
    nearly_all_happens({step: SAID[step].state for step in STEPS}, changed.state)


def known(groups: Collection[str]) -> set[str]:
    return {group.removesuffix(".NAME") for group in groups}


@pytest.mark.parametrize("step", PARTS)
def test_a_step_asks_only_for_parameters_that_it_declares(step: str, asked: dict[str, dict[str, list[str]]]) -> None:
    held(step, "groups", asked["groups"].get(step, ()), known(SAID[step].groups))


def test_nearly_all_declared_groups_are_asked_for(asked: dict[str, dict[str, list[str]]]) -> None:
    nearly_all_happens({step: known(SAID[step].groups) for step in STEPS}, asked["groups"])


@pytest.mark.parametrize("step", PARTS)
def test_a_step_draws_only_blocks_that_it_declares(step: str, asked: dict[str, dict[str, list[str]]]) -> None:
    held(step, "draws, by number", asked["blocks"].get(step, ()), numbers(PARTS[step]))


def numbers(part: Part) -> set[str]:
    return {str(block.number) for block in part.step.draws}


def test_every_declared_block_is_drawn(asked: dict[str, dict[str, list[str]]]) -> None:
    never = {step: numbers(part) - set(asked["blocks"].get(step, ())) for step, part in PARTS.items()}
    assert not any(never.values()), never


def test_loops_use_every_column_that_they_declare() -> None:
    """The document says of each column that a loop is handed that the step reads it, or changes it."""
    modules = [importlib.import_module(name) for name in modules_of("sim.model")]
    used: dict[Any, set[str]] = defaultdict(set)
    for module in modules:
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.FunctionDef):
                kinds = {it.arg: vars(module).get(ast.unparse(it.annotation)) for it in node.args.args if it.annotation}
                for it in ast.walk(node):
                    if isinstance(it, ast.Attribute) and isinstance(it.value, ast.Name):
                        used[kinds.get(it.value.id)].add(it.attr)
    declared_there = {kind for module in modules for kind in vars(module).values() if hasattr(kind, "intent")}
    assert len(declared_there) > 50
    unused = {kind: names for kind in declared_there if (names := {*kind._fields} - used[kind])}
    assert not unused


@pytest.mark.parametrize("step", PARTS)
def test_a_step_hands_loops_only_columns_that_it_declares(step: str, asked: dict[str, dict[str, list[str]]]) -> None:
    said = {*SAID[step].reads, *SAID[step].writes}
    held(step, "loops (their tuples @reads and @writes)", asked["columns"].get(step, ()), said)


def test_what_mechanisms_do_for_newcomers_draws_their_own_blocks(asked: dict[str, dict[str, list[str]]]) -> None:
    for name in asked["blocks"].keys() - PARTS.keys():
        own = {str(block.number) for block in CATALOGUE.by_name[name.partition(".")[0]].draws}
        assert set(asked["blocks"][name]) <= own, f"{name}: Mechanism(draws=...) lacks blocks with these numbers"


@pytest.mark.parametrize("transfer", TRANSFERS)
def test_every_transfer_has_its_step(transfer: str) -> None:
    assert any(transfer in said.transfers for said in SAID.values()), f"no step declares the transfer {transfer!r}"


@pytest.mark.parametrize("block", blocks_of(CATALOGUE), ids=name_of_block)
def test_every_block_has_its_mechanism_and_its_step(block: Any) -> None:
    assert drawn_by(block, CATALOGUE), f"{block}: no step of {block.mechanism} declares that it draws it"
    assert not name_of_block(block).endswith(f" {block.number}"), f"{block}: no variable of {block.module} holds it"


def test_steps_declare_blocks_of_their_model() -> None:
    lost = {name: set(part.step.draws) - set(blocks_of(CATALOGUE)) for name, part in PARTS.items()}
    assert not any(lost.values()), f"in no Mechanism(draws=...): {lost}"


TOY = """
import json
from typing import NamedTuple
import numpy as np
from sim.kernel.compiled import compiled
from sim.kernel.types import Index, i4, i8
from sim.model.state.enterprises import COLUMNS, Enterprises, reads, writes

@reads
class Reads(NamedTuple):
    staff: i4

@writes
class Writes(NamedTuple):
    talent: i4

@compiled
def grow(lo: Index, hi: Index, r: Reads, w: Writes, wrong: bool) -> None:
    for i in range(lo, hi):
        w.talent[i] += r.staff[i] + 1
        if wrong:
            r.staff[i] += 1

table = Enterprises(COLUMNS, 16)
table.add(3)
grow(0, 3, table.view(Reads), table.view(Writes), False)
try:
    grow(0, 3, table.view(Reads), table.view(Writes), True)
    raised = ""
except ValueError as error:
    raised = str(error)
print(json.dumps({"talent": table.talent.tolist(), "staff": table.staff.tolist(), "raised": raised}))
"""


def test_a_loop_that_writes_what_it_declares_to_read_is_found_in_plain_python() -> None:
    found = plain_python(TOY)
    assert "read-only" in found["raised"]
    assert found["staff"] == [0, 0, 0]
    assert found["talent"][1:] == [1, 1]


def test_what_is_not_declared_is_seen(changed: Changes) -> None:
    """The control: the town is eventful, and its steps are told apart."""
    assert {"exporter", "exports", "revenue"} <= changed.columns["exports.export"]
    assert changed.transfers["exports.export"] == {"sales_home", "sales_abroad", "inputs"}
    assert "sites.rent" in changed.state["letting.let"]
    assert "posted.hurdle" in changed.state["finance.fund"]
    with pytest.raises(AssertionError, match=r"exports\.py: Step\('export'\) lacks in transfers: \['fees'\]"):
        held("exports.export", "transfers", {"fees", "inputs"}, {"inputs"})
    with pytest.raises(AssertionError, match="staff"):
        nearly_all_happens({"exports.export": {"staff", "cash"}}, {"exports.export": {"cash"}})
