"""The house: its floors, its tidiness, what it ships, and what its files may not name."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest

import sim
from sim.model.state import enterprises

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "sim"

# A file imports from floors below and from its own; the files of a package are on the package's floor.
FLOORS = {
    "declare": 0,
    "compiled": 0,
    "maths": 0,
    "threads": 0,
    "draws": 0,
    "evidence": 1,
    "facts": 2,
    "parameters": 1,
    "enterprises": 1,
    "economy": 1,
    "groups": 1,
    "knowledge": 1,
    "statistics": 1,
    "cohort": 1,
    "links": 1,
    "ring": 1,
    "scenario": 2,
    "world": 2,
    "founding": 3,
    "review": 3,
    "yearly": 3,
    "tally": 3,
    "mechanisms": 3,
    "agents": 4,
    "outcomes": 4,
    "ledger": 4,
    "ecosystem": 5,
    "model": 5,
    "events": 5,
    "runs": 6,
    "studies": 7,
    "report": 8,
    "api": 9,
    "commands": 9,
    "cli": 9,
    "__main__": 9,
    "__init__": 9,  # the door to all of it; it imports nothing heavy until asked
}

# Imports inside a function that may go up: a stored result draws its own figures.
UPWARD = {("sim.runs", "sim.report")}

# What takes long to import, and printing a help page does not need.
HEAVY = {
    "SALib", "dask", "distributed", "matplotlib", "mesa", "networkx", "numba", "numpy", "optuna", "pandas", "pyarrow",
    "pydantic", "scipy",
}  # fmt: skip


# --- floors


def _name_of(path: Path) -> str:
    """The module's full name: ``sim.scenario.reading``; a package is named without its ``__init__``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 2 else parts)


MODULES = {_name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def _part_of(module: str) -> str:
    """The part of the house that a module belongs to: what stands right under ``sim``."""
    return module.split(".")[1]


@cache
def _imports(module: str) -> tuple[tuple[str, int, bool], ...]:
    """What a module imports from the package: the module's name, the line, and whether it is done inside a function."""
    path = MODULES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    package = package.removesuffix(".__init__")
    found: list[tuple[str, int, bool]] = []

    def visit(node: ast.AST, late: bool) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                found.extend((alias.name, child.lineno, late) for alias in child.names if _ours(alias.name))
            elif isinstance(child, ast.ImportFrom):
                above = package.split(".")[: len(package.split(".")) - child.level + 1] if child.level else []
                base = ".".join([*above, *([child.module] if child.module else [])])
                if _ours(base):
                    found.extend((_target(base, alias.name), child.lineno, late) for alias in child.names)
            visit(child, late or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda))

    visit(ast.parse(path.read_text(encoding="utf-8")), late=False)
    return tuple(found)


def _ours(name: str) -> bool:
    return name == "sim" or name.startswith("sim.")


def _target(base: str, name: str) -> str:
    """The module that ``from base import name`` reaches: ``base.name`` where that is one, else ``base``."""
    full = f"{base}.{name}"
    return full if full in MODULES else base


def _faults() -> Iterator[str]:
    for module in MODULES:
        floor = FLOORS.get(_part_of(module))
        if floor is None:
            yield f"{module}: has no floor in this test's table"
            continue
        for target, line, late in _imports(module):
            where = f"{module}:{line} imports {target}"
            if target == "sim":
                names = {alias.name for alias in _aliases(module, line)}
                if not names <= {"__version__"}:
                    yield f"{where}: the front door is for those outside; import the module"
                continue
            other = FLOORS.get(_part_of(target))
            if other is None:
                continue
            if other > floor and not (late and (f"sim.{_part_of(module)}", f"sim.{_part_of(target)}") in UPWARD):
                yield f"{where}: from floor {floor} up to floor {other}"
            inside = module.startswith("sim.model.mechanisms.")
            if inside and target.startswith("sim.model.mechanisms"):
                yield f"{where}: a mechanism knows no other"


def _aliases(module: str, line: int) -> list[ast.alias]:
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom) and node.lineno == line]
    return [alias for node in nodes for alias in node.names]


def test_imports_go_down_the_floors() -> None:
    faults = list(_faults())
    assert not faults, "\n".join(faults)


def test_every_floor_of_the_table_exists() -> None:
    missing = set(FLOORS) - {_part_of(module) for module in MODULES}
    assert not missing


def test_no_import_runs_in_a_circle() -> None:
    edges = {
        module: {target for target, _, late in _imports(module) if not late and target in MODULES and target != module}
        for module in MODULES
    }
    done: set[str] = set()

    def walk(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join([*path[path.index(module) :], module])
        if module not in done:
            for target in sorted(edges[module]):
                walk(target, (*path, module))
            done.add(module)

    for module in MODULES:
        walk(module, ())


def test_mechanisms_name_columns_that_exist() -> None:
    faults = []
    seen = 0
    for path in sorted((PACKAGE / "mechanisms").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.ClassDef) and node.name.endswith(("Reads", "Writes"))):
                continue
            seen += 1
            fields = [item.target.id for item in node.body if isinstance(item, ast.AnnAssign) and _is_name(item.target)]
            faults += [f"{path.name}: {node.name}.{name}" for name in fields if name not in enterprises.NAMES]
    assert seen
    assert not faults, faults


def _is_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Name)


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
    assert held >= package | scenarios | {"sim/py.typed"}
    assert {name.split("/")[0] for name in held} == {"sim", f"enterprise_ecosystem_sim-{sim.__version__}.dist-info"}


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
