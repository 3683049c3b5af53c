"""Draws: the generator's published answers, distributions against scipy's, and nothing that depends on order."""

from __future__ import annotations

import ast
import importlib
import itertools
import math
import pkgutil
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

import sim
from sim import model
from sim.kernel import draws

PACKAGE = Path(sim.__file__).parent

# Random123, kat_vectors, philox4x32 with 10 rounds: counter, key, answer.
KNOWN_ANSWERS = (
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
)

# Numbers once given are never given again: results of old seeds hang on them.
GIVEN = {
    "OPENING": 0, "KNOWLEDGE": 2, "IDEAS": 4, "IDEA": 5,
    "IDEA_CHANNELS": 6, "NEWBORN": 7, "NEWBORN_TRAITS": 8, "START": 9, "ADOPTION": 10, "RESOURCES": 11,
    "LETTING": 12, "PLACES": 13, "MATCHING": 14, "MATCHING_CELL": 15, "MATCHING_DOMESTIC": 16,
    "MATCHING_FOREIGN": 17, "MATCHING_USER": 18, "PAIR": 19, "FINANCE": 20, "PROJECT": 21, "COMPONENT": 22,
    "PLACE_0": 23, "PLACE_1": 24, "PLACE_2": 25, "INDUSTRY": 26, "CHAIN": 27, "LINES": 28, "JOBS": 30,
    "EXPORTS": 31, "BUILDING": 32, "CONTACT": 33, "LINE_SIZES": 34, "TEAM": 35,
}  # fmt: skip

RETIRED = {29}  # a shock to lines, which is a word of LINES now

PURPOSE = 21  # any will do
NAME_OF = {number: name for name, number in GIVEN.items()}


def blocks_of_the_model() -> list[draws.Block]:
    """Every block of random numbers by name that a module of the model makes."""
    found: dict[int, draws.Block] = {}
    for info in pkgutil.walk_packages(model.__path__, f"{model.__name__}."):
        held = vars(importlib.import_module(info.name)).values()
        found |= {id(it): it for it in held if isinstance(it, draws.Block)}
    return list(found.values())


BLOCKS = blocks_of_the_model()
LARGE = 2**63 - 25
SEEDS, IDENTITIES, MONTHS = (0, 1, LARGE), (0, 3, 2**32, LARGE), (-9999, -1, 0, 64)
EDGES = (2.0**-33, 1e-6, 0.07, 0.4999, 0.5, 0.75, 0.93, 0.999999, 1.0 - 2.0**-33)


def words(text: str) -> list[int]:
    return [int(word, 16) for word in text.split()]


def some(number: int, purpose: int = PURPOSE, seed: int = 7, month: int = 0) -> Any:
    """Uniforms of ``number`` identities, shape (number, 4)."""
    return np.array([draws.uniforms(seed, identity, month, purpose) for identity in range(1, number + 1)])


# --- the generator


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_philox_gives_the_published_answers(counter: str, key: str, answer: str) -> None:
    assert list(draws.philox(*words(counter), *words(key))) == words(answer)
    assert list(draws.philox.py_func(*words(counter), *words(key))) == words(answer)


def test_philox_of_another_key_gives_other_words() -> None:
    counter, key, answer = KNOWN_ANSWERS[2]
    other = words(key)
    other[1] ^= 1
    assert not set(draws.philox(*words(counter), *other)) & set(words(answer))


def test_a_purpose_is_a_block_of_its_own() -> None:
    """The counter is identity (low, high), month, block; the key is the seed (low, high)."""
    low = 0xFFFFFFFF
    for seed, identity, month in itertools.product(SEEDS, IDENTITIES, MONTHS):
        block = draws.philox(identity & low, identity >> 32, month & low, PURPOSE, seed & low, seed >> 32)
        assert draws.uniforms(seed, identity, month, PURPOSE) == tuple((word + 0.5) * 2.0**-32 for word in block)


@pytest.mark.parametrize("word", [0, 2**32 - 1])
def test_uniforms_are_never_0_and_never_1(word: int) -> None:
    for u in (draws.in_unit(np.uint64(word)), draws.in_unit.py_func(np.uint64(word))):
        assert 0.0 < u < 1.0
        assert math.isfinite(draws.normal(u))
        assert math.isfinite(draws.gumbel(u))


def test_numbers_of_purposes_are_unique_and_only_appended() -> None:
    named = {name: value for name, value in vars(draws).items() if name.isupper() and not name.startswith("_")}
    named |= {NAME_OF.get(it.number, repr(it)): it.number for it in BLOCKS}
    assert len(set(named.values())) == len(named)
    assert len({it.number for it in BLOCKS}) == len(BLOCKS)
    assert named.items() >= GIVEN.items()
    assert not RETIRED & set(named.values())


def test_a_block_gives_the_words_of_its_purpose_by_name() -> None:
    assert BLOCKS
    for it in BLOCKS:
        for seed, identity, month in itertools.product(SEEDS, IDENTITIES, MONTHS):
            u = it(seed, identity, month)
            assert tuple(u) == draws.uniforms(seed, identity, month, it.number)
            assert u._fields[: len(it.words)] == it.words
        whole = it.of(7, np.array(IDENTITIES, np.int64), 1, len(IDENTITIES), 3)
        for place, identity in enumerate(IDENTITIES[1:]):
            assert tuple(word[place] for word in whole) == draws.uniforms(7, identity, 3, it.number)


def test_a_block_without_a_number_has_one_beyond_those_of_the_model() -> None:
    own = draws.block("mentoring", 0, "meets", "gain")
    assert own.number >= 2**31
    assert own.number == draws.block("mentoring", 0, "leaves").number
    assert own.number not in {draws.block("mentoring", 1, "meets").number, draws.block("mentor", 0, "meets").number}
    with pytest.raises(ValueError, match="mentoring: a block has one to 4 words, not 5"):
        draws.block("mentoring", 2, *"abcde")


# Words that two functions read on purpose.
SHARED = {
    ("IDEA", 2): "a founder's means are the same when the idea is considered and when it is founded",
    ("NEWBORN", 0): "staff planned, and sales drawn jointly with it",
    ("CHAIN", 0): "keyed by the pair of buyer and supplier, and by the buyer and the link's ordinal",
    ("CHAIN", 1): "likewise",
    ("TEAM", 2): "skilled ones among those who start, and in later months among those who join",
    ("INDUSTRY", 2): "followers draw once: scan where they see sales alone, weigh where they weigh the move",
    ("INDUSTRY", 3): "likewise",
    ("KNOWLEDGE", 0): "a founder knows the same when a sector is chosen and when the enterprise starts",
    ("KNOWLEDGE", 1): "likewise",
    ("KNOWLEDGE", 2): "likewise",
    ("RESOURCES", 0): "keyed by the platform, and by the platform and the kind and cell of a resource",
}


def words_taken(node: ast.AST, inside: dict[ast.AST, ast.AST]) -> range | list[int]:
    """Which words of a call of ``uniforms`` are taken: those given a name, the one subscripted, or all."""
    around = inside[node]
    if isinstance(around, ast.Subscript) and isinstance(around.slice, ast.Constant):
        return [around.slice.value]
    if isinstance(around, ast.Assign) and isinstance(around.targets[0], ast.Tuple):
        names = around.targets[0].elts
        return [word for word, name in enumerate(names) if not (isinstance(name, ast.Name) and name.id == "_")]
    return range(4)


Made = dict[str, tuple[str, list[str]]]


def blocks_made(module: ast.AST, imported: Made) -> Made:
    """Blocks that a file makes or imports, and names for their ``of``: each with its purpose and its words."""
    found = dict(imported)
    for node in ast.walk(module):
        if not isinstance(node, ast.Assign):
            continue
        target, value = node.targets[0], node.value
        pairs = zip(target.elts, value.elts, strict=True) if _tuples(target, value) else [(target, value)]
        for it, made in pairs:
            if not isinstance(it, ast.Name):
                continue
            if isinstance(made, ast.Call) and ast.unparse(made.func) in {"block", "draws.block"}:
                given = [ast.literal_eval(word) for word in made.args]
                number = next((ast.literal_eval(word.value) for word in made.keywords if word.arg == "number"), -1)
                found[it.id] = NAME_OF.get(number, f"{given[0]} {given[1]}"), given[2:]
            elif isinstance(made, ast.Attribute) and made.attr == "of" and ast.unparse(made.value) in found:
                found[it.id] = found[ast.unparse(made.value)]
    return found


def _tuples(target: ast.expr, value: ast.expr) -> bool:
    """Whether so many names are given so many values."""
    return isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts)


def words_named(node: ast.AST, words: list[str], inside: dict[ast.AST, ast.AST]) -> list[int]:
    """Which words of a block that is called are taken: those read by name, or all."""
    around = inside[node]
    if isinstance(around, ast.Attribute):
        return [words.index(around.attr)]
    target: ast.AST | None = around.targets[0] if isinstance(around, ast.Assign) else None
    if isinstance(around, ast.Tuple) and isinstance(whole := inside[around], ast.Assign):
        names = whole.targets[0]
        target = names.elts[around.elts.index(node)] if _tuples(names, around) else None  # type: ignore[attr-defined, arg-type]
    if isinstance(target, ast.Name):
        uses = [it for it in inside if isinstance(it, ast.Name) and it.id == target.id and isinstance(it.ctx, ast.Load)]
        read = [it.attr if isinstance(it := inside[use], ast.Attribute) else None for use in uses]
        if read and None not in read:
            return sorted({words.index(name) for name in read if name in words})
    return list(range(len(words)))


def readers(sources: Iterable[tuple[str, str]]) -> dict[tuple[str, int], set[str]]:
    """Which functions take which word of which purpose, of files by name and text."""
    found: dict[tuple[str, int], set[str]] = defaultdict(set)
    files = [(file, ast.parse(text)) for file, text in sources]
    everywhere = {(file, name): block for file, module in files for name, block in blocks_made(module, {}).items()}
    for file, module in files:
        imports = [it for it in ast.walk(module) if isinstance(it, ast.ImportFrom)]
        given = {it.name: (str(node.module).rpartition(".")[2], it.name) for node in imports for it in node.names}
        made = blocks_made(module, {name: everywhere[it] for name, it in given.items() if it in everywhere})
        for function in ast.walk(module):
            if not isinstance(function, ast.FunctionDef):
                continue
            inside = {child: node for node in ast.walk(function) for child in ast.iter_child_nodes(node)}
            for node in inside:
                if not isinstance(node, ast.Call):
                    continue
                called = ast.unparse(node.func).removesuffix(".of")
                if called in made:
                    purpose, words = made[called]
                    taken: Iterable[int] = words_named(node, words, inside)
                elif isinstance(node.func, ast.Attribute) and node.func.attr == "uniforms" and node.args:
                    last = node.args[-1]
                    if not isinstance(last, ast.Attribute):
                        continue
                    purpose, taken = last.attr, words_taken(node, inside)
                else:
                    continue
                for word in taken:
                    found[purpose, word].add(f"{file}.{function.name}")
    return found


def taken_twice(found: dict[tuple[str, int], set[str]]) -> dict[tuple[str, int], set[str]]:
    return {key: who for key, who in found.items() if len(who) > 1 and key not in SHARED}


def test_a_word_serves_one_purpose() -> None:
    found = readers((path.stem, path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py"))
    assert len(found) > 50
    assert found["START", 3] == {"finance.update_status"}
    assert not taken_twice(found)
    assert not {key for key in SHARED if len(found[key]) < 2}


@pytest.mark.parametrize(
    "taken", ["u = draws.uniforms(1, 2, 3, draws.START)[3]", "_, _, _, u = draws.uniforms(1, 2, 3, draws.START)",
              "u = draws.uniforms(1, 2, 3, draws.START)"],
)  # fmt: skip
def test_a_word_taken_twice_is_seen(taken: str) -> None:
    """The control: each way to take a word, in a second function."""
    first = "def one():\n    return draws.uniforms(1, 2, 3, draws.START)[3] < 0.5\n"
    found = readers([("a", first), ("b", f"def other():\n    {taken}\n")])
    assert taken_twice(found) == {("START", 3): {"a.one", "b.other"}}
    assert not taken_twice(readers([("a", first), ("b", f"def other():\n    {taken.replace('START', 'LINES')}\n")]))


BLOCK = 'starting = block("finance", 0, "starts", "resumes", number=9)\nstarting_of = starting.of\n'
GIVEN_ON = "from a import starting, starting_of\n"
SECOND = {
    "u = starting(1, 2, 3).resumes": {1},
    "u = starting(1, 2, 3)\n    return u.resumes": {1},
    "u = starting_of(1, who, 0, 9, 3)\n    return u.starts[0] + u.resumes[0]": {0, 1},
    "u, v = starting(1, 2, 3), 4\n    return u.resumes": {1},
    "u = starting.of(1, who, 0, 9, 3)\n    return u.starts[0]": {0},
    "return decided(starting(1, 2, 3))": {0, 1},
    "u = starting(1, 2, 3)\n    return decided(u, u.starts)": {0, 1},
}


@pytest.mark.parametrize("taken", SECOND)
def test_a_word_by_name_taken_twice_is_seen(taken: str) -> None:
    """The control: each way to take a word of a block, in a second function, maybe of another file."""
    first = f"{BLOCK}def one():\n    u = starting(1, 2, 3)\n    return u.starts < u.resumes\n"
    found = readers([("a", first), ("b", f"{GIVEN_ON}def other():\n    {taken}\n")])
    assert taken_twice(found) == {("START", word): {"a.one", "b.other"} for word in SECOND[taken]}
    assert not taken_twice(readers([("a", first)]))


# --- distributions


def rejected(u: Any, cells: int = 20) -> bool:
    """Whether uniformity is rejected at one in ten thousand."""
    counts = np.bincount((np.asarray(u) * cells).astype(int), minlength=cells)
    return bool(stats.chisquare(counts).pvalue < 1e-4)


def test_uniforms_are_uniform_over_identities_months_and_purposes() -> None:
    over_identities = some(4000)
    over_months = np.array([draws.uniforms(7, 11, month, PURPOSE) for month in range(4000)])
    over_blocks = np.array([draws.uniforms(7, 11, 3, block) for block in range(4000)])
    over_seeds = np.array([draws.uniforms(seed, 11, 3, PURPOSE) for seed in range(4000)])
    for sample in (over_identities, over_months, over_blocks, over_seeds):
        for word in range(4):
            assert not rejected(sample[:, word])
        assert np.abs(np.corrcoef(sample.T) - np.eye(4)).max() < 0.08
        assert abs(np.corrcoef(sample[:-1, 0], sample[1:, 0])[0, 1]) < 0.08


def test_what_is_not_uniform_is_rejected() -> None:
    """The control: a bias of a hundredth of the mean is seen in this many draws."""
    assert rejected(some(4000)[:, 0] ** 1.2)


def test_normal_is_the_inverse_of_the_normal_distribution() -> None:
    grid = np.concatenate([np.linspace(1e-4, 1 - 1e-4, 2001), np.logspace(-9.9, -3, 200), EDGES])
    ours = np.array([draws.normal(u) for u in grid])
    theirs = stats.norm.ppf(grid)
    assert ours == pytest.approx(theirs, rel=2e-14, abs=1e-15)
    assert draws.normal(0.5) == 0.0


def test_normals_of_a_block_are_those_of_each() -> None:
    u = np.concatenate([np.linspace(1e-4, 1 - 1e-4, 2001), np.logspace(-9.9, -3, 200), EDGES, [0.075, 0.925]])
    each = [draws.normal(point) for point in u]
    for function in (draws.normals, draws.normals.py_func):
        for number in (len(u), 7, 0):
            z = np.full(len(u), 9.0)
            function(u, z, number)
            assert bits(z) == bits([*each[:number], *[9.0] * (len(u) - number)])


def test_gumbel_is_the_inverse_of_the_gumbel_distribution() -> None:
    assert [draws.gumbel(u) for u in EDGES] == pytest.approx(stats.gumbel_r.ppf(EDGES), rel=1e-12)


@pytest.mark.parametrize("mean", [0.01, 0.3, 1.0, 7.5, 49.9])
def test_poisson_is_the_inverse_of_its_distribution(mean: float) -> None:
    u = some(3000)[:, 0]
    assert np.array_equal([draws.poisson(point, mean) for point in u], stats.poisson.ppf(u, mean))


@pytest.mark.parametrize(("number", "share"), [(1, 0.3), (5, 0.5), (12, 0.012), (40, 0.93), (100, 0.2), (5000, 0.002)])
def test_binomial_is_the_inverse_of_its_distribution(number: int, share: float) -> None:
    u = some(3000)[:, 0]
    drawn = np.array([draws.binomial(point, number, share) for point in u])
    if share <= 0.5:
        assert np.array_equal(drawn, stats.binom.ppf(u, number, share))
    assert stats.kstest(drawn + some(3000)[:, 1], blurred(stats.binom(number, share))).pvalue > 1e-4


@pytest.mark.parametrize("mean", [50.5, 400.0])
def test_large_counts_are_rounded_normals_of_the_same_moments(mean: float) -> None:
    u = some(6000)[:, 0]
    drawn = np.array([draws.poisson(point, mean) for point in u])
    assert drawn.mean() == pytest.approx(mean, abs=4.0 * math.sqrt(mean / 6000))
    assert drawn.var() == pytest.approx(mean, rel=0.08)
    many = np.array([draws.binomial(point, 4 * int(mean), 0.5) for point in u])
    assert many.mean() == pytest.approx(2.0 * int(mean), abs=4.0 * math.sqrt(mean / 6000))
    assert many.var() == pytest.approx(int(mean), rel=0.08)


def blurred(distribution: Any) -> Any:
    """The distribution function of a count plus a uniform, which is continuous."""
    return lambda x: distribution.cdf(np.floor(x) - 1.0) + (x - np.floor(x)) * distribution.pmf(np.floor(x))


def test_counts_of_another_mean_are_told_apart() -> None:
    """The control for the two tests above."""
    u = some(3000)
    drawn = np.array([draws.poisson(point, 3.3) for point in u[:, 0]])
    assert stats.kstest(drawn + u[:, 1], blurred(stats.poisson(3.3))).pvalue > 1e-4
    assert stats.kstest(drawn + u[:, 1], blurred(stats.poisson(3.0))).pvalue < 1e-4


def test_counts_at_the_edge() -> None:
    for u in EDGES:
        assert draws.poisson(u, 0.0) == draws.poisson(u, -1.0) == 0
        assert draws.binomial(u, 0, 0.5) == draws.binomial(u, 9, 0.0) == 0
        assert draws.binomial(u, 9, 1.0) == 9
        assert 0 <= draws.binomial(u, 9, 0.4) <= 9
        assert 0 <= draws.binomial(u, 1000, 0.99) <= 1000
        assert draws.poisson(u, 1e-12) == 0


def test_counts_rise_with_the_mean_on_the_same_draw() -> None:
    """A changed parameter moves an outcome and not the stream; where the rounded normal takes over, by one at most."""
    means = np.linspace(0.1, 90.0, 300)
    for u in (0.02, 0.07, 0.5, 0.75, 0.93, 0.98):
        steps = np.diff([draws.poisson(u, mean) for mean in means])
        crossing = (means[:-1] <= 50.0) & (means[1:] > 50.0)
        assert steps[~crossing].min() >= 0
        assert abs(steps[crossing][0]) <= 1


def test_rounding_to_whole_ones_keeps_the_mean() -> None:
    u = some(4000)[:, 2]
    assert np.mean([draws.round_stochastically(2.3, point) for point in u]) == pytest.approx(2.3, abs=0.03)
    assert {draws.round_stochastically(4.0, point) for point in u} == {4}
    assert {draws.round_stochastically(0.0, point) for point in u} == {0}


def test_monthly_probabilities_add_up_to_the_year() -> None:
    for annual in (0.0, 1e-9, 0.05, 0.5, 0.95):
        assert 1.0 - (1.0 - draws.monthly(annual)) ** 12 == pytest.approx(annual, rel=1e-9)
    assert 0.0 < draws.monthly(1.0) <= 1.0


# --- identities


def test_identities_of_newcomers_are_63_bits_and_distinct() -> None:
    parents, months, channels, ordinals = (0, 3, 101, 2**40, LARGE), (-1, 0, 1, 63, 240), range(5), range(200)
    made = [int(draws.child_identity(*key)) for key in itertools.product(parents, months, channels, ordinals)]
    assert len(set(made)) == len(made) == 25_000
    assert all(0 <= identity < 2**63 for identity in made)
    assert max(made) > 2**62  # the whole range is used
    assert not rejected(np.array(made) / 2.0**63)


def test_an_identity_does_not_hang_on_the_seed_and_is_known_beforehand() -> None:
    assert int(draws.child_identity(0, 0, 0, 0)) == int(draws.child_identity.py_func(0, 0, 0, 0))
    assert draws.child_identity(1, 2, 3, 4) != draws.child_identity(1, 2, 4, 3)
    assert draws.child_identity(1, 2, 3, 4) != draws.child_identity(2, 1, 3, 4)


# --- compiled and plain


def bits(values: Any) -> bytes:
    return np.asarray(values, float).tobytes()


def test_compiled_draws_equal_plain_ones_bit_for_bit() -> None:
    for seed, identity, month in itertools.product(SEEDS, IDENTITIES, MONTHS):
        key = seed, identity, month, GIVEN["EXPORTS"]
        assert bits(draws.uniforms(*key)) == bits(draws.uniforms.py_func(*key))
        assert draws.child_identity(identity, month, 2, 5) == draws.child_identity.py_func(identity, month, 2, 5)
        narrow = seed, np.int64(identity), np.int32(month), GIVEN["EXPORTS"]
        assert bits(draws.uniforms(*narrow)) == bits(draws.uniforms.py_func(*narrow)) == bits(draws.uniforms(*key))
    points = [*EDGES, *some(500)[:, 3].tolist()]
    for name, rest in (
        ("normal", [()]), ("gumbel", [()]), ("poisson", [(0.2,), (6.0,), (80.0,)]),
        ("binomial", [(3, 0.2), (60, 0.7), (900, 0.4)]),
    ):  # fmt: skip
        function = getattr(draws, name)
        for more in rest:
            assert bits([function(u, *more) for u in points]) == bits([function.py_func(u, *more) for u in points])
    for x in (0.0, 0.3, 7.9):
        assert bits([draws.round_stochastically(x, u) for u in points]) == bits(
            [draws.round_stochastically.py_func(x, u) for u in points]
        )
    assert bits([draws.monthly(u) for u in points]) == bits([draws.monthly.py_func(u) for u in points])
