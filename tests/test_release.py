"""What is released: the source distribution, and its wheel, installed into an empty environment and used there."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from command import ROOT, python

import sim

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source distribution, and the wheel that it gives."""
    folder = tmp_path_factory.mktemp("released")
    python("-m", "hatchling", "build", "-t", "sdist", "-d", folder, cwd=ROOT)
    (sdist,) = folder.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    source = folder / sdist.name.removesuffix(".tar.gz")
    python("-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=source)
    return folder


@pytest.fixture(scope="module")
def environment(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment into which the wheel alone is installed; it sees the packages that the tests run with."""
    folder = tmp_path_factory.mktemp("environment")
    python("-m", "venv", "--without-pip", folder)
    (wheel,) = released.glob("*.whl")
    python("-m", "pip", "--python", folder / "bin" / "python", "install", "--no-deps", "--no-index", "-q", wheel)
    (packages,) = folder.glob("lib/python*/site-packages")
    # Folders that such a file names are searched, but what stands in their own files of this kind is not: this project
    # is not found through its editable installation.
    (packages / "others.pth").write_text(f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n")
    return folder


def use(environment: Path, folder: Path, *words: str, program: str = "sim", **more: str) -> str:
    """What an installed program prints, with nothing of this project's folder at hand."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    done = subprocess.run(
        [environment / "bin" / program, *words], cwd=folder, env=kept | more, capture_output=True, text=True,
        check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def test_a_wheel_of_the_source_distribution_holds_what_one_of_the_folder_holds(released: Path) -> None:
    (wheel,) = released.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    package = {it.relative_to(ROOT).as_posix() for it in (ROOT / "sim").rglob("*") if it.suffix in {".py", ".toml"}}
    assert held >= package | {"sim/py.typed", "sim/_docs/model.md", "sim/_scenarios/shougang.toml"}
    assert f"-{sim.__version__}-" in wheel.name


def test_the_source_distribution_has_what_its_own_documents_and_tests_need(released: Path) -> None:
    (source,) = (it for it in released.iterdir() if it.is_dir())
    for name in ("Makefile", "constraints.txt", "docs/conf.py", "docs/index.md", "tests/test_release.py", "README.md"):
        assert (source / name).read_bytes() == (ROOT / name).read_bytes()


def test_the_installed_program_is_used_from_an_empty_folder(environment: Path, tmp_path: Path) -> None:
    assert use(environment, tmp_path, "--version") == f"sim {sim.__version__}\n"
    where = use(environment, tmp_path, "-c", "import sim; print(sim.__file__)", program="python")
    assert Path(where.strip()).is_relative_to(environment)
    use(environment, tmp_path, "new", "mill.toml", "--yes")
    assert "floor" in use(environment, tmp_path, "describe", "mill.toml", "floor")
    # A world of few enterprises that nothing is compiled for: compiling takes minutes.
    few = ("--replicates", "1", "--months", "2", "--workers", "1", "--set", "population.enterprises=100")
    ran = use(environment, tmp_path, "run", "shougang", *few, "--no-figures", NUMBA_DISABLE_JIT="1")
    assert "shougang-enterprises-100: Shougang's vacated site" in ran
    assert list(tmp_path.glob("results/shougang-*/outcomes.parquet"))


def test_what_the_program_imports_is_declared_as_its_dependencies() -> None:
    """With what only a development environment has the program would not run elsewhere."""
    about = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {_plain(it) for it in about["dependencies"]}
    known = packages_distributions()
    used: dict[str, str] = {}
    for path in (ROOT / "sim").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [it.name for it in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) and not node.level else []
            used |= dict.fromkeys((name.partition(".")[0] for name in names), path.name)
    others = used.keys() - sys.stdlib_module_names - {"sim"}
    assert {"numpy", "typer"} <= others
    undeclared = {name: used[name] for name in others if not declared & {_plain(it) for it in known.get(name, ())}}
    assert not undeclared


def _plain(requirement: str) -> str:
    """The name of a package in its usual form."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement, maxsplit=1)[0]).lower()


def test_entries_that_change_results_above_the_section_of_a_version_are_found() -> None:
    one = "# C\n\n## [Unreleased]\n\n- **results** One.\n- Two.\n\n## [1.0.0] - 2026-11-30\n\n- **results** Three.\n"
    assert unreleased_results(one, "1.0.0") == ["- **results** One."]
    assert unreleased_results(one, "1.1.0") == []
    assert unreleased_results((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), sim.__version__) == []


def unreleased_results(changes: str, version: str) -> list[str]:
    """Entries marked **results** above the section of the version that the program has, where there is that section."""
    above, found, _ = changes.partition(f"\n## [{version}]")
    return re.findall(r"^- .*\*\*results\*\*.*$", above, re.MULTILINE) if found else []


def test_a_system_on_which_it_does_not_run_is_told_so() -> None:
    done = python("-c", "import sys; sys.platform = 'win32'; import sim", code=1)
    assert done.stderr.strip().endswith("Windows Subsystem for Linux")
    about = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    systems = [it for it in about["classifiers"] if it.startswith("Operating System")]
    assert systems == ["Operating System :: MacOS", "Operating System :: POSIX :: Linux"]
    assert sys.platform in ("linux", "darwin")
