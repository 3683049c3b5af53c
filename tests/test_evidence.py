"""The facts: all are read, each says where it comes from, and a wrong name is answered with the nearest."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import pytest

from sim.evidence import evidence
from sim.evidence.evidence import Fact, UnknownFact, fact, facts


def test_every_table_with_a_value_is_a_fact() -> None:
    text = Path(evidence.__file__).with_suffix(".toml").read_text(encoding="utf-8")
    assert text.count("value = ") == len(list(facts()))


def test_names_are_unique_and_lead_to_their_fact() -> None:
    names = [found.name for found in facts()]
    assert len(set(names)) == len(names)
    assert [fact(name) for name in names] == list(facts())


def test_every_fact_says_where_it_comes_from() -> None:
    for found in facts():
        assert found.source, found.name
        assert found.trust in {"article", "read", "derived", "weak"}, found.name
        if isinstance(found.value, int | float | tuple):
            assert found.unit, found.name
        if found.source == "no source is given":
            assert found.trust in {"weak", "read"}, found.name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("article.big_asset_share", 0.447),
        ("article.big_export_share", 0.57),
        ("article.platform_resources", 100_000),
        ("article.site_enterprises", 630),
        ("article.site_jobs", 10_000),
        ("article.site_taxes", 78),
    ],
)
def test_the_figures_of_the_article(name: str, value: float) -> None:
    found = fact(name)
    assert (found.value, found.trust) == (value, "article")
    assert "2016-04-25" in found.source


def test_derived_facts_follow_from_those_they_derive_from() -> None:
    def number(name: str) -> float:
        value = fact(name).value
        assert isinstance(value, int | float)
        return value

    enterprises = number("article.site_enterprises")
    assert number("shougang.jobs_per_enterprise") == pytest.approx(number("article.site_jobs") / enterprises, abs=0.05)
    assert number("shougang.tax_per_enterprise") == pytest.approx(number("article.site_taxes") / enterprises, abs=5e-4)
    for size in ("big", "medium", "small"):
        group = f"industry_by_size_2008.{size}"
        per_worker = number(f"{group}.assets") * 100 / (number(f"{group}.staff") * 10_000)
        assert number(f"industry_by_size_2008.assets_per_worker.{size}") == pytest.approx(per_worker, abs=5e-4)


def test_source_trust_and_note_are_taken_over_from_the_table_around() -> None:
    found = fact("shougang.jobs_per_enterprise")
    assert found.source == fact("shougang.area_km2").source
    assert found.trust == "derived"
    assert "630 is cumulative" in found.note


def test_values_keep_their_kind() -> None:
    assert fact("haier.platform_launch").value == dt.date(2013, 10, 1)
    assert fact("shougang.floor_per_job").value == (24, 30)
    assert fact("industry_by_size_2008.assets_per_worker_elasticity").range == (0.20, 0.30)
    assert isinstance(fact("article.claims").value, tuple)
    assert hash(fact("article.claims")) == hash(fact("article.claims"))


def test_a_wrong_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownFact, match=r"no fact 'article\.big_asset_shar'.*'article\.big_asset_share'"):
        fact("article.big_asset_shar")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[a]\nsource = "s"\ntrust = "read"\nb = 3', "a.b: neither a fact nor a table of facts"),
        ('[a]\nsource = "s"\ntrust = "read"\nb = { value = 3 }', "a.b: no unit"),
        ('[a]\nb = { value = 3, unit = "people" }', "a.b: no source, trust"),
        ('[a]\nsource = "s"\ntrust = "sure"\nb = { value = 3, unit = "" }', "a.b: trust is 'sure'"),
        ('[a]\nsource = "s"\ntrust = "read"\nb = { value = 3, unit = "", sauce = "" }', "a.b: unknown sauce"),
    ],
)
def test_a_fault_in_the_file_is_named(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        list(evidence.facts_in(tomllib.loads(text), "", {}))


def test_a_fact_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        fact("article.site_jobs").value = 9_000  # type: ignore[misc]
    assert isinstance(fact("article.site_jobs"), Fact)
