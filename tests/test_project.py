"""The house: its floors, its tidiness, what it ships, and what its files may not name."""

from __future__ import annotations

import ast
import importlib
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib import metadata
from pathlib import Path

import pytest

import sim
from sim.kernel.compiling import modules_of
from sim.model.catalogue import model_catalogue
from sim.model.user_mechanisms import faults_of_tuples

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "sim"

# Floors from low to high. A module stands on the floor of the longest of these prefixes of its name, below ``sim``, and
# imports from floors below and from its own. An import counts wherever it stands: inside a function, for types alone,
# or by ``importlib`` with a name in quotes.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("version", "language", "formats", "letters", "notebooks", "disk", "renamed", "declare", "catalogue"),
    ("kernel",),
    ("parameters",),
    ("evidence",),  # the facts as they are written down
    ("scenario",),
    ("units", "seeds"),  # what people say for a declared unit; what is a seed
    ("places",),  # files of scenarios that are written for somebody
    ("evidence.facts",),  # what the model is held to, of which scenario
    ("model", "model.state"),
    ("model.mechanisms", "model.record"),
    ("model.month", "model.user_mechanisms", "model.catalogue"),
    ("model.ecosystem",),
    ("agents",),
    ("runs",),
    ("studies.estimators",),
    ("studies",),  # what questions share
    ("studies.questions",),
    ("report",),  # how things are written, and what is shown where
    ("report.text",),
    ("report.figures", "report.html", "report.document", "report.notebook"),
    ("page",),  # the live page
    ("api",),
    ("commands",),
    ("cli",),
    ("__main__", "__init__"),  # the two doors
)
FLOOR_OF = {prefix: floor for floor, prefixes in enumerate(FLOORS) for prefix in prefixes}

# What takes long to import, and printing a help page does not need.
HEAVY = {
    "SALib", "dask", "distributed", "matplotlib", "mesa", "networkx", "numba", "numpy", "optuna", "pandas", "pyarrow",
    "pint", "pydantic", "scipy",
}  # fmt: skip


# --- floors


def _name_of(path: Path) -> str:
    """The module's full name: ``sim.scenario.reading``; a package is named without its ``__init__``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 2 else parts)


MODULES = {_name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def _prefix_of(module: str) -> str | None:
    """The longest prefix in the table of floors, such as ``studies.questions`` of ``sim.studies.questions.sweep``."""
    parts = module.split(".")[1:]
    found = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((prefix for prefix in found if prefix in FLOOR_OF), None)


@cache
def _imports(module: str) -> tuple[tuple[str, int], ...]:
    """What a module imports from the package, wherever in the file: the module's name, and the line."""
    path = MODULES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    package = package.removesuffix(".__init__")
    found: list[tuple[str, int]] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            found += [(_target(base, alias.name), node.lineno) for alias in node.names]
        elif isinstance(node, ast.Call) and _called(node.func) in {"import_module", "find_spec"}:
            found += [(it.value, it.lineno) for it in node.args if _is_text(it)]
        elif module == "sim.__init__" and isinstance(node, ast.Dict):
            found += [(it.value, it.lineno) for it in node.values if _is_text(it)]  # where each name is, once asked for
    return tuple((name, line) for name, line in found if name == "sim" or name.startswith("sim."))


def _called(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _target(base: str, name: str) -> str:
    """The module that ``from base import name`` reaches: ``base.name`` where that is one, else ``base``."""
    full = f"{base}.{name}"
    return full if full in MODULES else base


def _faults() -> Iterator[str]:
    for module in MODULES:
        own = _prefix_of(module)
        if own is None:
            yield f"{module}: has no floor in this test's table"
            continue
        for target, line in _imports(module):
            where = f"{module}:{line} imports {target}"
            other = _prefix_of(target)
            if target == "sim":
                yield f"{where}: the front door is for those outside; import the module"
            elif other is None:
                yield f"{where}: which has no floor in this test's table"
            elif FLOOR_OF[other] > FLOOR_OF[own]:
                yield f"{where}: from {own} up to {other}"
            elif own == other == "model.mechanisms":
                yield f"{where}: a mechanism knows no other"


def test_imports_go_down_the_floors() -> None:
    faults = list(_faults())
    assert not faults, "\n".join(faults)


def test_every_floor_of_the_table_exists() -> None:
    assert not set(FLOOR_OF) - {_prefix_of(module) for module in MODULES}


def test_no_import_runs_in_a_circle() -> None:
    edges = {
        module: {target for target, _ in _imports(module) if target in MODULES and target != module}
        for module in MODULES
    }
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(reversed(error.args[1])))


def test_mechanisms_name_columns_that_exist() -> None:
    """As of a user's own mechanism, whose files are refused otherwise: each column is there, and of the type said."""
    columns = model_catalogue().all_columns
    modules = [importlib.import_module(name) for name in modules_of("sim.model")]
    assert sum(hasattr(kind, "intent") for module in modules for kind in vars(module).values()) > 50
    faults = [f"{module.__name__}: {fault}" for module in modules for fault in faults_of_tuples(module, columns)]
    assert not faults, faults


# --- what functions are handed

MOST_BY_POSITION = 10


def _functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for module, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield module, node


def test_compiled_functions_declare_what_they_are_handed() -> None:
    found, open_ones = 0, []
    for module, function in _functions():
        if {getattr(it, "id", "") for it in function.decorator_list} & {"compiled", "equation"}:
            found += 1
            given = (*function.args.posonlyargs, *function.args.args)
            untold = [it.arg for it in given if it.annotation is None or "Any" in ast.unparse(it.annotation)]
            open_ones += [f"{module}.{function.name}: {name}" for name in untold]
    assert found > 200
    assert not open_ones


def test_no_function_takes_more_than_ten_arguments_by_position() -> None:
    many = []
    for module, function in _functions():
        given = [it.arg for it in (*function.args.posonlyargs, *function.args.args) if it.arg not in {"self", "cls"}]
        if len(given) > MOST_BY_POSITION:
            many.append(f"{module}.{function.name}: {len(given)}")
    assert not many


# --- lint and types


@pytest.mark.parametrize("command", [["check", "."], ["format", "--check", "."]], ids=["check", "format"])
def test_ruff(command: list[str]) -> None:
    done = _python("-m", "ruff", *command, "--no-cache", cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_mypy() -> None:
    done = _python("-m", "mypy", cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def _python(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


# --- what the files may not name


def _files() -> list[Path]:
    """What git keeps or would keep."""
    try:
        done = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git repository")
    return [path for name in done.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def _forbidden() -> list[str]:
    """Paths of this machine, and the hosts of package registries as pip knows them."""
    folders = {Path.home(), ROOT.parent, Path(sys.base_prefix).parent, Path(os.environ.get("PYENV_ROOT", Path.home()))}
    known = "from pip._internal.models.index import PyPI; print(PyPI.netloc, PyPI.file_storage_domain)"
    hosts = set(_python("-c", known, cwd=ROOT).stdout.split())
    for option in ("global.index-url", "global.extra-index-url"):
        urls = _python("-m", "pip", "config", "get", option, cwd=ROOT).stdout
        hosts |= set(re.findall(r"[a-z]://(?:[^/@\s]*@)?([^/:\s]+)", urls))
    # The root folder, and what every machine has, give nothing away.
    paths = {f"{folder.as_posix()}/" for folder in folders if folder.as_posix() not in {"/", "/usr"}}
    return sorted(paths | hosts - {"localhost"})


def test_no_file_names_this_machine_or_a_registry() -> None:
    forbidden = _forbidden()
    faults = []
    for path in _files():
        text = path.read_text(encoding="utf-8", errors="replace")
        faults += [f"{path.relative_to(ROOT)}: {name}" for name in forbidden if name in text]
    assert not faults, faults


# --- versions and what is shipped


# Private names that tests read, import or patch: of the frozen model, and where only the inside shows what is tested.
PRIVATE = 15
_PROTOCOLS = {
    "_repr_html_",
    "_fields",
    "_asdict",
    "_replace",
    "_make",
    "_field_defaults",
    "_exit",
    "_compile_for_args",
    "_process",
    "_setup_done",
}


def _private_names(tree: ast.Module) -> Iterator[str]:
    """Names that begin with one underscore, of what is not the file's own, as attributes, imports or in quotes."""

    def private(name: str) -> bool:
        last = name.rpartition(".")[2]
        return last.startswith("_") and not last.startswith("__") and last not in _PROTOCOLS

    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sim"):
            names = [it.name for it in node.names]
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) not in ("self", "cls", "super()"):
            names = [node.attr]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in ("setattr", "getattr"):
            names = [it.value for it in node.args if isinstance(it, ast.Constant) and isinstance(it.value, str)]
        yield from filter(private, names)


def test_tests_go_through_public_names() -> None:
    found = {
        file.relative_to(ROOT).as_posix(): names
        for file in (ROOT / "tests").rglob("*.py")
        if (names := sorted(_private_names(ast.parse(file.read_text(encoding="utf-8")))))
    }
    assert sum(map(len, found.values())) == PRIVATE, f"use what is public; where there are fewer, lower it: {found}"


def test_versions_agree() -> None:
    citation = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE)
    released = re.search(r"^## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert citation
    assert released
    assert citation[1] == released[1] == sim.__version__ == metadata.version(project["project"]["name"])


def test_dependencies_are_those_that_are_imported() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[<>=]", requirement)[0] for requirement in project["dependencies"]}
    imported = set()
    for path in MODULES.values():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level and node.module:
                names = [node.module]
            imported |= {name.split(".")[0] for name in names}
    outside = imported - set(sys.stdlib_module_names) - {"sim"}
    assert outside <= declared
    assert declared - outside <= {"networkx"}, "declared and not imported (Mesa 3.5 needs networkx and does not say so)"


def test_constraints_pin_every_dependency_with_hashes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    pinned = re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE)
    assert {re.split(r"[<>=]", requirement)[0].lower() for requirement in wanted} <= set(pinned)
    blocks = re.split(r"^(?=[a-z0-9-]+==)", text, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(pinned)
    assert all("--hash=sha256:" in block for block in blocks)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked: what somebody without the project's folder gets."""
    folder = tmp_path_factory.mktemp("wheel")
    done = _python("-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def test_the_wheel_holds_the_package_and_the_scenarios(wheel: Path) -> None:
    held = {path.relative_to(wheel).as_posix() for path in wheel.rglob("*") if path.is_file()}
    package = {path.relative_to(ROOT).as_posix() for path in PACKAGE.rglob("*") if path.suffix in {".py", ".toml"}}
    scenarios = {f"sim/_scenarios/{path.name}" for path in (ROOT / "scenarios").glob("*.toml")}
    assert scenarios
    info = f"enterprise_ecosystem_sim-{sim.__version__}.dist-info"
    assert held >= package | scenarios | {"sim/py.typed", f"{info}/sboms/bom.cdx.json", f"{info}/licenses/LICENSE"}
    assert {name.split("/")[0] for name in held} == {"sim", info}


def test_the_wheel_finds_its_scenarios_from_anywhere(wheel: Path, tmp_path: Path) -> None:
    done = _python("-m", "sim", "list", cwd=tmp_path, PYTHONPATH=str(wheel))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "shougang" in done.stdout
    where = _python("-c", "import sim; print(sim.__file__)", cwd=tmp_path, PYTHONPATH=str(wheel))
    assert Path(where.stdout.strip()).is_relative_to(wheel)


def test_help_is_printed_without_importing_what_is_heavy(tmp_path: Path) -> None:
    done = _python("-X", "importtime", "-m", "sim", "--help", cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "compare" in done.stdout
    imported = {line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines() if "|" in line}
    assert "typer" in imported
    assert not imported & HEAVY


def test_make_says_what_is_missing_where_no_python_works(tmp_path: Path) -> None:
    done = subprocess.run(
        ["make", "test", f"VENV={tmp_path / 'environment'}", "PYTHON=no-such-python"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "No Python from 3.11 to 3.14" in done.stderr
    assert "no-such-python (does not run)" in done.stderr
    assert not (tmp_path / "environment").exists()


# --- benchmarks, which no other test runs


def test_benchmarks_import_what_there_is() -> None:
    """Also the code of other processes, which stands in their files as text."""
    found = []
    for file in sorted((ROOT / "tests" / "benchmarks").rglob("*.py")):
        for module, names in re.findall(
            r"^ *from (sim[\w.]*) import ([\w, ]+)", file.read_text(encoding="utf-8"), re.MULTILINE
        ):
            found += [(file.name, module, name.strip().partition(" as ")[0]) for name in names.split(",")]
    assert len(found) > 20
    missing = [it for it in found if not _is_there(*it[1:])]
    assert not missing, missing
    assert not _is_there("sim.runs.ready", "load_kernels")


def _is_there(module: str, name: str) -> bool:
    if hasattr(importlib.import_module(module), name):
        return True
    try:
        importlib.import_module(f"{module}.{name}")
    except ImportError:
        return False
    return True
