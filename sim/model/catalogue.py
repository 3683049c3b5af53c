"""The catalogue of the shipped model and of users' mechanisms, and scenarios read with it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from sim.catalogue import Catalogue, CatalogueError, SourceFile
from sim.declare import Mechanism
from sim.model.month import MECHANISMS, MONTH
from sim.model.state.enterprises import COLUMNS
from sim.model.user_mechanisms import column_faults, imported, source_of
from sim.parameters import FIXED, GROUPS, NAMED
from sim.scenario import Scenario
from sim.scenario.loading import load as read_scenario
from sim.version import __version__, sources_digest

MechanismLike = Mechanism | str | Path  # a user's mechanism, or the file that declares it


def model_catalogue(mechanisms: Sequence[MechanismLike] = ()) -> Catalogue:
    """The catalogue of the shipped model, with users' mechanisms in the order given.

    Parameters
    ----------
    mechanisms
        ``Mechanism`` objects, or files that declare one as ``MECHANISM``.

    Raises
    ------
    CatalogueError
        If a file is invalid, or declarations are inconsistent.

    """
    return _catalogue(tuple(source_of(it) for it in mechanisms))


@cache
def _catalogue(sources: tuple[SourceFile, ...]) -> Catalogue:
    """The catalogue of these files; cached, so that the same files give the same object."""
    made, aliases, user_mechanisms = list(MECHANISMS), {}, []
    for source in sources:
        it = imported(source)
        if it.replaces:
            index = _index_of_replaced(it, made)
            aliases[it.name] = it.replaces
            made[index] = replace(it, name=it.replaces, prefix=made[index].prefix)
        else:
            made.append(it)
        user_mechanisms.append(it.replaces or it.name)
    catalogue = Catalogue(
        tuple(made), GROUPS, NAMED, FIXED, COLUMNS, MONTH, sources, aliases, tuple(user_mechanisms), remake=_catalogue
    )
    if faults := [fault for source in sources for fault in column_faults(source, catalogue.all_columns)]:
        raise CatalogueError("\n".join(faults))
    return catalogue


def version_of(catalogue: Catalogue) -> str:
    """The version of a model: the package's, and a digest of all sources that can change a world.

    The digest includes the bytes of users' files, in the order given.
    """
    digest = sources_digest()
    if catalogue.sources:
        hasher = hashlib.sha256(digest.encode())
        for source in catalogue.sources:
            hasher.update(source.name.encode() + b"\0" + source.data + b"\0")
        digest = hasher.hexdigest()[:16]
    return f"{__version__}+{digest}"


def _index_of_replaced(it: Mechanism, made: Sequence[Mechanism]) -> int:
    """The index of the mechanism that another one replaces; CatalogueError if it lacks some of its declarations."""
    names = [one.name for one in made]
    if it.replaces not in names:
        raise CatalogueError(f"{it.name}: replaces {it.replaces!r}, allowed: {', '.join(names)}")
    old = made[names.index(it.replaces)]
    kinds: dict[str, tuple[Sequence[str], Sequence[str]]] = {
        "parameters": (_fields(old), _fields(it)),
        "columns": ([column.name for column in old.columns], [column.name for column in it.columns]),
        "counters": (old.counters.names, it.counters.names),
        "outcomes": ([outcome.name for outcome in old.outcomes], [outcome.name for outcome in it.outcomes]),
        "steps": ([step.name for step in old.steps], [step.name for step in it.steps]),
    }
    faults = []
    for kind, (wanted, there) in kinds.items():
        if missing := [name for name in wanted if name not in there]:
            faults.append(f"{it.name}: replaces {it.replaces} and lacks its {kind} {', '.join(missing)}")
    if faults:
        raise CatalogueError("\n".join(faults))
    return names.index(it.replaces)


def _fields(it: Mechanism) -> Sequence[str]:
    return it.rules._fields if it.rules is not None else ()  # type: ignore[attr-defined]


def load(
    path_or_name: str | Path,
    overrides: Mapping[str, Any] | None = None,
    folder: str | Path | None = None,
    *,
    mechanisms: Sequence[MechanismLike] = (),
    catalogue: Catalogue | None = None,
) -> Scenario:
    """The scenario of a file, or of a name such as ``shougang``.

    Parameters
    ----------
    path_or_name
        A TOML file, or the name of a shipped scenario; names are searched in ``folder`` first.
    overrides
        Values by key, which replace those of the file.
    mechanisms
        Users' mechanisms, or the files that declare them.
    catalogue
        A catalogue, instead of mechanisms.

    Raises
    ------
    sim.scenario.ScenarioError
        With every fault of the file, of the files that it extends and of the overrides.

    Examples
    --------
    >>> load("shougang", {"population.enterprises": 500}).months
    64

    """
    known = catalogue if catalogue is not None else model_catalogue(mechanisms)
    return read_scenario(path_or_name, known, overrides, folder)
