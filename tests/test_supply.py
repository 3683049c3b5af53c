"""What is shipped with the package: its bill of materials, a wheel that works where it is installed, and no network."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from command import ROOT, python, script
from soak.kills import COMMANDS as COMMANDS_KILLED
from soak.kills import prepare

pytestmark = pytest.mark.once  # what is pinned and shipped is the same on every interpreter

COMMANDS = (
    ("list",), ("describe", "toy"), ("new", "mill.toml", "--yes"), ("run", "toy", "--workers", "1"),
    ("sweep", "toy", "--vary", "market.growth=0.01,0.02", "--workers", "1"), ("verify", "toy"),
    ("run", "boom", "--no-figures", "--workers", "1"), ("compare", "toy", "boom"),
    ("report", "toy", "boom", "--out", "page.html"), ("plot", "toy", "jobs"),
)  # fmt: skip
_ONE = ("--workers", "1")
# Of the model itself, in a small place: questions that the toy cannot answer.
QUESTIONS = (
    (*COMMANDS_KILLED["calibrate"], *_ONE), (*COMMANDS_KILLED["claims"], *_ONE), (*COMMANDS_KILLED["seek"], *_ONE),
    ("appraise", "small.toml", "--set", "levers.tax_relief=0.5", "--replicates", "2", *_ONE),
)  # fmt: skip
PAGE = ("app", "small.toml", "--no-browser", "--port", "0", *_ONE)
TOY = "toy.use(pytest.MonkeyPatch())\n"
ENDS_SOON = """
def end():
    while not asked:
        time.sleep(0.1)
    time.sleep(2)
    os.kill(os.getpid(), signal.SIGINT)
import os, signal, threading, time
threading.Thread(target=end, daemon=True).start()
"""
# Runs commands on the toy model in turn, and fails where one asks for the network. Sockets of this machine's own files
# have a path for an address.
WATCHED = """
import sys
asked = []
def hook(event, arguments):
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        asked.append(f"{event} {arguments[0]}")
    if event in ("socket.connect", "socket.bind", "socket.sendto") and isinstance(arguments[1], tuple):
        asked.append(f"{event} {arguments[1]}")
sys.addaudithook(hook)
import json, pytest, toy
from sim import cli
toy.use(pytest.MonkeyPatch())
for command in json.loads(sys.argv[1]):
    try:
        cli.app(command)
    except SystemExit as end:
        assert end.code in (None, 0, 1 if command[0] == "seek" else 0), (command, end.code)  # 1: no mix holds
print(json.dumps(asked), file=sys.stderr)
"""


def _bill() -> Any:
    return script(ROOT / "docs" / "bill.py")


def test_the_bill_of_materials_has_what_is_pinned() -> None:
    bill = _bill()
    made = json.loads((ROOT / "docs" / "bom.cdx.json").read_text(encoding="utf-8"))
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", made["serialNumber"])
    held = [(it["name"], it["version"]) for it in made["components"]]
    assert held == [(name, version) for name, version, _ in bill.pins()], "make bill"
    scopes = {it["name"]: it["scope"] for it in made["components"]}
    assert scopes["numpy"] == scopes["llvmlite"] == scopes["tornado"] == "required"
    assert scopes["pytest"] == scopes["ruff"] == "optional"
    listed = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    assert listed == bill.licences(made)
    unknown = {it["name"] for it in made["components"] if it["licenses"][0]["license"]["name"] == bill.UNKNOWN}
    elsewhere = {name for name, _, marker in bill.pins() if "sys_platform" in marker}
    assert unknown <= elsewhere, "a licence that nobody has read"


@pytest.mark.usefixtures("toy_folder")
def test_no_command_asks_for_the_network() -> None:
    assert _asked(COMMANDS) == []


@pytest.fixture
def small_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working folder, with scenarios of a small place."""
    prepare(tmp_path / "small")
    monkeypatch.chdir(tmp_path / "small")


@pytest.mark.usefixtures("small_place")
def test_no_question_asks_for_the_network() -> None:
    assert _asked(QUESTIONS, WATCHED.replace(TOY, "")) == []


@pytest.mark.usefixtures("small_place")
def test_the_page_is_open_to_this_machine_alone() -> None:
    """It ends by Ctrl-C, here two seconds after it listens."""
    ended = WATCHED.replace(TOY, ENDS_SOON).replace("assert end.code in (", "assert end.code in (130, ")
    asked = _asked([PAGE], ended)
    assert asked
    assert all(it.startswith("socket.bind ('127.0.0.1', ") for it in asked), asked


def test_the_hook_sees_the_network() -> None:
    code = WATCHED.replace("toy.use(", "import socket; socket.socket().bind(('127.0.0.1', 0)); toy.use(")
    assert _asked([("list",)], code) == ["socket.bind ('127.0.0.1', 0)"]


def _asked(commands: Sequence[Sequence[str]], code: str = WATCHED) -> Any:
    """What commands ask of the network."""
    return json.loads(python("-c", code, json.dumps(commands)).stderr.splitlines()[-1])


def test_the_installed_wheel_works(tmp_path: Path) -> None:
    """Built, installed with its command into an environment of its own, and used away from the project's folder."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    place = tmp_path / "environment"
    venv.create(place, with_pip=False, symlinks=True)
    site = next(place.glob("lib/python*/site-packages"))
    installed = [sys.executable, "-m", "pip", "--python", str(place / "bin" / "python"), "install", "--no-deps"]
    installed += ["--no-index", "--disable-pip-version-check", "--quiet", str(wheel)]
    done = subprocess.run(installed, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    # What it depends on is that of this environment; the project's own folder is not on its path.
    others = sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    (site / "others.pth").write_text("\n".join(others) + "\n")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}

    def sim(*asked: str) -> str:
        command = [str(place / "bin" / "sim"), *asked]
        done = subprocess.run(command, cwd=tmp_path, env=clean, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    where = [str(place / "bin" / "python"), "-c", "import sim; print(sim.__file__)"]
    found = subprocess.run(where, cwd=tmp_path, env=clean, capture_output=True, text=True, check=True)
    assert Path(found.stdout.strip()).is_relative_to(place)
    assert "shougang" in sim("list")
    assert "floor" in sim("describe", "shougang", "floor")
    sim("new", "mill.toml", "--yes")
    assert "enterprises" in sim("describe", "mill.toml", "enterprises")
