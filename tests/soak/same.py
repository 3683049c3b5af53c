"""The same bytes everywhere: workers, threads, hash seed, zone, locale, processor, interpreter, and order of rows.

Interpreters are those of ``.venv*`` in the root, of folders beside the environment that runs this, and those named in
``SOAK_PYTHONS``, separated as in ``PATH``.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import worlds

from sim.scenario import Scenario
from sim.scenario.register import HEADER
from soak.clock import Turn
from soak.kills import ROOT, digests, prepare

_RUN = ("run", "small.toml", "--replicates", "4", "--events", "--no-figures")
# Above 32,768 rows loops run on several threads.
_MANY = ("run", "small.toml", "--replicates", "1", "--months", "3", "--set", "population.enterprises=40000",
         "--no-figures")  # fmt: skip
PYTHONS = "SOAK_PYTHONS"
_MONTHS = 24  # of a world with rows in another order
_SHIPPED = [it for it in worlds.SHIPPED if it != "nation"]  # as large as it is, it takes long
# Of two buyers who ask a supplier for a part in the same month it takes the one of the first link, which pays. That
# happens in a large world.
_ASK_FOR_NO_PARTS = {"manufacturing": {"mechanisms__chain__part_asked": 0.0}}
Surroundings = Mapping[str, tuple[Sequence[str], Sequence[str], Mapping[str, str]]]


def surroundings() -> Surroundings:
    """What a run may be surrounded by: its name, the interpreter and options, and the environment."""
    here = (sys.executable,)
    found: dict[str, tuple[Sequence[str], Sequence[str], Mapping[str, str]]] = {}
    for count in (1, 2, 3, 4):
        found[f"{count} workers"] = here, (*_RUN, "--workers", str(count)), {"SIM_THREADS": "1"}
    for count in (1, 2, 3, 4):
        found[f"40,000 enterprises, {count} threads"] = here, (*_MANY, "--workers", "1"), {"SIM_THREADS": str(count)}
    for name, given in {
        "hash seed 1": {"PYTHONHASHSEED": "1"},
        "hash seed 77": {"PYTHONHASHSEED": "77"},
        "zone of Shanghai": {"TZ": "Asia/Shanghai"},
        "zone west of the date line": {"TZ": "Pacific/Pago_Pago"},
        "zone of quarter hours": {"TZ": "Asia/Kathmandu"},
        "zone with summer time": {"TZ": "America/Sao_Paulo"},
        **{f"locale {it}": {"LC_ALL": it, "LANG": it} for it in _locales()},
        "no compiled loops": {"NUMBA_DISABLE_JIT": "1"},
        **{f"compiled for {it}": {"NUMBA_CPU_NAME": it, "NUMBA_CPU_FEATURES": ""} for it in _processors()},
    }.items():
        found[name] = here, (*_RUN, "--workers", "2"), given
    for version, python in _pythons().items():
        found[f"Python {version}"] = (str(python),), (*_RUN, "--workers", "2"), {}
    return found


def _locales() -> list[str]:
    """The locales that this machine has, and one that it may lack, which is taken for C."""
    said = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout.split()
    return sorted({*said, "de_DE.UTF-8"})


def _processors() -> list[str]:
    """Names of processors whose code this one runs: without vectors of 256 bits, with them, and with those of 512."""
    import llvmlite.binding

    features = llvmlite.binding.get_host_cpu_features()
    asked = {"x86-64": "sse2", "haswell": "avx2", "skylake-avx512": "avx512f"}
    return [name for name, feature in asked.items() if features.get(feature)]


def _pythons() -> dict[str, Path]:
    """Other interpreters with what the program needs, by their version."""
    wanted = "import importlib.util as it, sys; assert all(map(it.find_spec, ('numba', 'pyarrow', 'typer')))"
    wanted += "; print(*sys.version_info[:2], sep='.')"
    found: dict[str, Path] = {}
    named = [Path(it) for it in os.environ.get(PYTHONS, "").split(os.pathsep) if it]
    for python in [*named, *(it for at in (ROOT, Path(sys.prefix).parent) for it in at.glob(".venv*/bin/python"))]:
        done = subprocess.run([python, "-c", wanted], capture_output=True, text=True, check=False)
        if done.returncode == 0 and (version := done.stdout.strip()) != "{}.{}".format(*sys.version_info):
            found.setdefault(version, python)
    return dict(sorted(found.items()))


@dataclass
class Same:
    """What was tried and what came of it."""

    tried: int = 0
    names: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def orders() -> Mapping[str, Callable[[], list[str]]]:
    """What is put in another order: its name, and what is not the same bytes then."""
    return {
        f"rows and links of {len(_SHIPPED)} shipped worlds in another order": lambda: [
            f"{name}: {it}" for name in _SHIPPED for it in of_rows(name)
        ],
        "lines of a register in another order": of_lines,
    }


def of_rows(name: str) -> list[str]:
    """What differs where a world's rows and links are permuted after its opening and again after a year."""
    plain = worlds.run(worlds.scenario(name, **_ASK_FOR_NO_PARTS.get(name, {})), 0)
    other = plain
    for number in range(2):
        other = worlds.permuted(other, number)
        other.run_for(_MONTHS // 2)
    plain.run_for(_MONTHS)
    state = worlds.different(worlds.state_by_identity(plain), worlds.state_by_identity(other))
    return [*worlds.different_outcomes(plain, other), *state]


def of_lines() -> list[str]:
    """The outcomes that differ where the lines of a register are permuted.

    A firm's draws are those of its rank by staff, and firms of the same staff rank as their lines do: here each has its
    own.
    """
    lines = [f"{3 + k},{0.5 * k + 1 if k % 2 else ''},,{k % 5},{1990 + k % 20}-05" for k in range(120)]
    one, other = (worlds.run(of_register(it), _MONTHS) for it in (lines, random.Random(1).sample(lines, len(lines))))
    return worlds.different_outcomes(one, other)


def of_register(lines: Sequence[str]) -> Scenario:
    """A town with these firms."""
    register = "\n".join([HEADER, *lines])
    return worlds.town(population__world="place", population__enterprises=len(lines),
                       mechanisms__population__register=register)  # fmt: skip


def attack(turn: Turn, space: Path) -> Same:
    """Run a scenario in all surroundings, each time against the first of the same options, and worlds in all orders."""
    found, known, ordered = Same(), surroundings(), orders()
    wanted: dict[Sequence[str], dict[str, str]] = {}
    for number in turn.numbers(lambda: found.tried, len({**known, **ordered})):
        name = [*known, *ordered][number]
        found.tried += 1
        found.names.append(name)
        if name in ordered:
            differing: Sequence[object] = ordered[name]()
        else:
            it = known[name]
            first = next(other for other in known.values() if other[1][:4] == it[1][:4])
            if first[1][:4] not in wanted:
                wanted[first[1][:4]] = _made(first, space / f"{number}-first")
            differing = sorted(set(_made(it, space / str(number)).items()) ^ set(wanted[first[1][:4]].items()))
        found.wrong += [f"{name}: {differing}"] if differing else []
    return found


def _made(it: tuple[Sequence[str], Sequence[str], Mapping[str, str]], folder: Path) -> dict[str, str]:
    """The digests of what a run writes; without compiled loops also what differs in the state of a world."""
    python, options, environment = it
    prepare(folder)
    done = subprocess.run(
        [*python, "-m", "sim", *options], cwd=folder, stdin=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        return {"exit code": f"{done.returncode} {done.stderr[-500:]}"}
    other = _state(environment).items() ^ _state({}).items() if "NUMBA_DISABLE_JIT" in environment else ()
    return digests(folder) | dict(other)


_STATE = """
from worlds import LEFT_OFF, run, state, town
print(*(f"{name} {digest}" for name, digest in state(run(town(**LEFT_OFF), 14)).items()), sep="\\n")
"""


def _state(environment: Mapping[str, str]) -> dict[str, str]:
    """A digest of every part of the state of a world with all mechanisms on."""
    paths = os.pathsep.join(map(str, (ROOT, ROOT / "tests")))
    done = subprocess.run(
        [sys.executable, "-c", _STATE], env=os.environ | {"PYTHONPATH": paths} | environment, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        return {"state of a world": done.stderr[-500:]}
    return {name: digest for name, _, digest in (line.partition(" ") for line in done.stdout.splitlines())}
