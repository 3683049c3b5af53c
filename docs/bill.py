"""The bill of materials of what is installed with this package: ``python docs/bill.py``, or ``make bill``.

It reads the pins of ``constraints.txt`` and, from the environment, what each package says of its licence and of what it
needs. It writes ``docs/bom.cdx.json`` (CycloneDX 1.6), which the wheel holds, and ``docs/licences.md``.
"""

from __future__ import annotations

import json
import re
import tomllib
import uuid
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BILL, LICENCES = ROOT / "docs" / "bom.cdx.json", ROOT / "docs" / "licences.md"
_PIN = re.compile(
    r"^(?P<name>[A-Za-z0-9_.-]+)==(?P<version>[^\s;]+)(?:\s*;\s*(?P<marker>[^\\]+?))?\s*\\?$", re.MULTILINE
)
_NEED = re.compile(r"[A-Za-z0-9_.-]+")
_TEXT = 60  # letters: a longer licence is its full text, of which the first line is the name
UNKNOWN = "not stated, or not installed where this was written"


def normal(name: str) -> str:
    """The name of a package as indexes have it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(root: Path = ROOT) -> list[tuple[str, str, str]]:
    """Name, version and marker of everything that ``constraints.txt`` pins."""
    text = (root / "constraints.txt").read_text(encoding="utf-8")
    return [(normal(it["name"]), it["version"], (it["marker"] or "").strip()) for it in _PIN.finditer(text)]


def licence(name: str) -> str:
    """What an installed package says of its licence: an expression, a classifier or a short text."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return UNKNOWN
    if expression := about.get("License-Expression"):
        return str(expression)
    classifiers = [it.rpartition(" :: ")[2] for it in about.get_all("Classifier") or () if it.startswith("License ::")]
    if classifiers := [it for it in classifiers if it != "OSI Approved"]:
        return ", ".join(dict.fromkeys(classifiers))
    stated = (about.get("License") or "").strip()
    return next((line.strip() for line in stated.splitlines() if line.strip()), UNKNOWN)[:_TEXT]


def needed(name: str) -> Iterator[str]:
    """What an installed package needs at run time."""
    try:
        wanted = metadata.requires(name) or ()
    except metadata.PackageNotFoundError:
        return
    for it in wanted:
        if "extra ==" not in it and (found := _NEED.match(it)):
            yield normal(found[0])


def at_run_time(root: Path = ROOT) -> set[str]:
    """The packages without which the program does not run, with all that they need."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    left = [normal(found[0]) for it in project["dependencies"] if (found := _NEED.match(it))]
    reached: set[str] = set()
    while left:
        if (name := left.pop()) not in reached:
            reached.add(name)
            left += needed(name)
    return reached


def bill(root: Path = ROOT) -> dict[str, Any]:
    """The bill of materials as CycloneDX has it; the same pins and packages give the same bill."""
    required, known = at_run_time(root), pins(root)
    components = [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{name}@{version}",
            "name": name,
            "version": version,
            "scope": "required" if name in required else "optional",
            "purl": f"pkg:pypi/{name}@{version}",
            "licenses": [{"license": {"name": licence(name)}}],
            **({"properties": [{"name": "marker", "value": marker}]} if marker else {}),
        }
        for name, version, marker in known
    ]
    content = json.dumps(components, sort_keys=True)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, content)}",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": "enterprise-ecosystem-sim",
                                   "name": "enterprise-ecosystem-sim", "licenses": [{"license": {"id": "MIT"}}]}},
        "components": components,
    }  # fmt: skip


def licences(made: dict[str, Any]) -> str:
    """The list of licences as a document."""
    rows = [
        f"| {it['name']} | {it['version']} | {it['licenses'][0]['license']['name'].replace('|', '/')} | "
        f"{'run' if it['scope'] == 'required' else 'development'} |"
        for it in made["components"]
    ]
    return "\n".join([
        "# Licences", "",
        "What `constraints.txt` pins, and what each package says of its licence. `make bill` writes this list and",
        "`bom.cdx.json`, the same as CycloneDX. This package itself is under the MIT licence.", "",
        "| package | version | licence | for |", "| --- | --- | --- | --- |", *rows, "",
    ])  # fmt: skip


if __name__ == "__main__":
    made = bill()
    BILL.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    LICENCES.write_text(licences(made), encoding="utf-8")
    unknown = [it["name"] for it in made["components"] if it["licenses"][0]["license"]["name"] == UNKNOWN]
    print(f"{len(made['components'])} packages; licence unknown here: {', '.join(unknown) or 'none'}")
