"""The catalogue: what mechanisms declare is found by name, and what does not go together is refused and named."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sim.catalogue import Catalogue, CatalogueError
from sim.declare import Column, Counters, Mechanism, Outcome, Step
from sim.kernel.draws import block
from sim.model.catalogue import model_catalogue

SHIPPED = model_catalogue()


def nothing(_: Any) -> None:
    """A step that changes nothing."""


def with_these(*mechanisms: Mechanism) -> Catalogue:
    """The shipped catalogue with mechanisms more."""
    return replace(SHIPPED, mechanisms=(*SHIPPED.mechanisms, *mechanisms))


def two(**parts: Callable[[str], Any]) -> Catalogue:
    """The shipped catalogue with mechanisms ``first`` and ``second``, each with these parts, made with its name."""
    return with_these(*(Mechanism(name, **{part: of(name) for part, of in parts.items()}) for name in TWO))


def faults_of(make: Callable[[], object]) -> list[str]:
    with pytest.raises(CatalogueError) as caught:
        make()
    return str(caught.value).splitlines()


# --- names

TWO = ("first", "second")
NAMED: dict[str, tuple[str, Callable[[str], Any]]] = {
    "counter": ("counters", Counters),
    "column": ("columns", lambda name: (Column(name, "f8", "", ""),)),
    "outcome": ("outcomes", lambda name: (Outcome(name, "events", ""),)),
}


@pytest.mark.parametrize("kind", NAMED)
def test_a_name_that_two_mechanisms_declare_is_refused(kind: str) -> None:
    part, of = NAMED[kind]
    faults = faults_of(lambda: two(**{part: lambda _: of("met")}))
    assert faults == [f"second: the {kind} 'met' is declared twice, by first too"]


def test_a_step_that_a_mechanism_declares_twice_is_refused() -> None:
    steps = (Step("meet", nothing, after="entry"), Step("meet", nothing, after="taxes"))
    faults = faults_of(lambda: with_these(Mechanism("first", steps=steps)))
    assert faults == ["first: the step 'first.meet' is declared twice, by first too"]


@pytest.mark.parametrize("kind", NAMED)
def test_names_of_their_own_are_taken(kind: str) -> None:
    """The control; each is found by its name."""
    part, of = NAMED[kind]
    made = two(**{part: of})
    columns = [column.name for column in made.all_columns]
    found = {"counter": list(made.counters), "column": columns, "outcome": list(made.outcomes)}[kind]
    assert found[-2:] == list(TWO)


@pytest.mark.parametrize(("kind", "owner"), [("counter", "entry"), ("column", "exports"), ("outcome", "record")])
def test_a_name_of_the_shipped_model_is_refused(kind: str, owner: str) -> None:
    it, (part, of) = SHIPPED.by_name[owner], NAMED[kind]
    names = {"counter": it.counters.names, "column": [one.name for one in it.columns],
             "outcome": [one.name for one in it.outcomes]}[kind]  # fmt: skip
    faults = faults_of(lambda: with_these(Mechanism("own", **{part: of(names[0])})))
    assert faults == [f"own: the {kind} {names[0]!r} is declared twice, by {owner} too"]


def test_a_column_that_several_mechanisms_write_is_nobodys_own() -> None:
    till = Column("cash", "f8", "million yuan", "a till of its own")
    faults = faults_of(lambda: with_these(Mechanism("own", columns=(till,))))
    assert faults == ["own: the column 'cash' is declared twice, by the model's state too"]


def test_a_mechanism_of_the_same_name_is_refused() -> None:
    faults = faults_of(lambda: with_these(Mechanism("taxes")))
    assert faults == ["taxes: the mechanism 'taxes' is declared twice, by taxes too"]


# --- steps


def names_of(catalogue: Catalogue) -> list[str]:
    return [f"{it.name}.{step.name}" for it, step in catalogue.steps]


@pytest.mark.parametrize("after", ["nowhere", "letting.nowhere", "nowhere.pay", ""])
def test_a_step_after_none_that_there_is_is_refused(after: str) -> None:
    own = Mechanism("own", steps=(Step("meet", nothing, after=after),))
    (fault,) = faults_of(lambda: with_these(own))
    said, _, allowed = fault.partition(", allowed: a step such as letting.pay, or a mechanism: ")
    assert said == f"own: the step 'meet' runs after {after!r}"
    assert allowed.split(", ") == list(dict.fromkeys(name.partition(".")[0] for name in SHIPPED.month))


@pytest.mark.parametrize(("after", "stands_after"), [("letting.let", "letting.let"), ("letting", "letting.pay")])
def test_a_step_stands_after_a_step_or_after_a_mechanisms_last_one(after: str, stands_after: str) -> None:
    """The control; two that say the same stand in the order in which they are given."""
    names = names_of(two(steps=lambda _: (Step("meet", nothing, after=after),)))
    place = names.index(stands_after)
    assert names[place + 1 : place + 3] == ["first.meet", "second.meet"]
    assert [name for name in names if not name.endswith(".meet")] == names_of(SHIPPED) == list(SHIPPED.month)


def test_a_step_of_the_month_that_no_mechanism_has_is_refused() -> None:
    faults = faults_of(lambda: replace(SHIPPED, month=(*SHIPPED.month, "taxes.refund")))
    assert faults == ["the month lists the step 'taxes.refund', which no mechanism has"]


# --- blocks of random numbers


def test_two_blocks_with_one_number_are_refused() -> None:
    one = block("first", 0, "meets", "gain")
    other = block("second", 0, "leaves", number=one.number)
    faults = faults_of(lambda: two(draws=lambda name: ((one, other)[TWO.index(name)],)))
    assert faults == [f"second: {other} has the number of {one}: give it another ordinal"]
    assert repr(one) == f"<block {one.number} of first: meets, gain>"


def test_blocks_of_other_mechanisms_or_ordinals_have_other_numbers() -> None:
    """The control."""
    made = two(draws=lambda name: (block(name, 0, "meets"), block(name, 1, "meets")))
    assert len({it.number for mechanism in made.mechanisms[-2:] for it in mechanism.draws}) == 4


# --- all of it


def test_every_fault_is_said_at_once() -> None:
    faults = faults_of(
        lambda: two(
            counters=lambda _: Counters("met"),
            outcomes=lambda _: (Outcome("met", "events", ""),),
            steps=lambda name: (Step("meet", nothing, after=f"no {name}"),),
        )
    )
    assert [fault.partition(",")[0] for fault in faults] == [
        "second: the counter 'met' is declared twice",
        "second: the outcome 'met' is declared twice",
        "first: the step 'meet' runs after 'no first'",
        "second: the step 'meet' runs after 'no second'",
    ]


def test_a_copy_and_a_pickled_catalogue_are_the_same_one() -> None:
    assert copy.deepcopy(SHIPPED) is SHIPPED
    assert pickle.loads(pickle.dumps(SHIPPED)) is SHIPPED  # noqa: S301 - of our own making


OWN = '''
"""Enterprises meet."""
from sim.declare import Counters, Mechanism, Step
from sim.kernel.draws import block

MECHANISM = Mechanism(
    "meeting", steps=(Step("meet", lambda world: None, after="{after}"),), counters=Counters("{counter}"),
    draws=(block("meeting", 0, "meets"{number}),),
)
'''


def own(folder: Path, after: str = "taxes", counter: str = "met_each_other", number: str = "") -> Path:
    """A mechanism in a file of its own."""
    file = folder / "meeting.py"
    file.write_text(OWN.format(after=after, counter=counter, number=number), encoding="utf-8")
    return file


def test_a_file_of_the_users_own_is_held_to_the_same(tmp_path: Path) -> None:
    names = names_of(model_catalogue([own(tmp_path)]))
    assert names[names.index("taxes.levy") + 1] == "meeting.meet"
    (fault,) = faults_of(lambda: model_catalogue([own(tmp_path, after="nowhere")]))
    assert fault.startswith("meeting: the step 'meet' runs after 'nowhere'")
    taken = SHIPPED.by_name["entry"].counters.names[0]
    (fault,) = faults_of(lambda: model_catalogue([own(tmp_path, counter=taken)]))
    assert fault == f"meeting: the counter {taken!r} is declared twice, by entry too"
    (fault,) = faults_of(lambda: model_catalogue([own(tmp_path, number=", number=31")]))
    assert fault.startswith("meeting.py: <block 31 of meeting: meets> has a number of its own")
