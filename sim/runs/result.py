"""A result as it stands in its folder."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.formats import seeds_text
from sim.language import listed, tr
from sim.letters import argument, cut, decoded, file_word, word
from sim.notebooks import in_notebooks
from sim.runs.errors import ResultError
from sim.runs.kept import Kept
from sim.runs.long_format import dataset, tidy
from sim.runs.seeds import begins, with_seeds
from sim.runs.store import MANIFEST, OUTCOMES, SCENARIO, Say, Store
from sim.runs.summary import Row, summarise
from sim.runs.table import Table, from_bytes
from sim.scenario.extending import SUFFIX, shipped_files

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.scenario import Scenario


@in_notebooks
@dataclass(frozen=True, eq=False)
class Result(Kept):
    """The result of a run, as it is kept in its folder.

    A folder may hold more replicates than were asked for: ``table``, ``outcomes`` and ``summary`` cover the first ones.

    Attributes
    ----------
    path
        The folder.
    scenario
        The scenario, with every value that was used.
    manifest
        What ``manifest.json`` holds: versions, seeds, digests of files, failures.
    table
        Outcomes of shape (replicates, months, outcomes).

    Examples
    --------
    >>> result = sim.run("shougang", replicates=3, months=12, workers=1, figures=False)
    >>> result.outcomes.columns[:4].tolist()
    ['replicate', 'month', 'startups', 'startups_net']
    >>> result.outcomes.shape[0] == len(result.replicates) * result.months
    True
    >>> result.tidy(["jobs"]).columns.tolist()
    ['replicate', 'seed', 'month', 'date', 'outcome', 'value', 'unit']
    >>> jobs = result.summary.loc["jobs"]
    >>> print(jobs["median"], jobs["low"], jobs["high"], jobs["unit"])
    84749.0 78275.3 86792.9 people
    """

    path: Path
    scenario: Scenario
    manifest: dict[str, Any]
    table: Table

    def __repr__(self) -> str:
        seeds = seeds_text(len(self.replicates), begins(self.scenario))
        return f"<Result {self.name}: {seeds}, {self.months} months from {self.scenario.calendar(0)}, {self.path}>"

    @property
    def name(self) -> str:
        """Name of the request: the scenario, and what is overridden."""
        return str(self.manifest["name"])

    @property
    def digest(self) -> str:
        """12 hexadecimal digits of all that can change a replicate."""
        return str(self.manifest["digest"])

    @property
    def seed(self) -> int:
        """Seed of the first world."""
        return int(self.manifest["seed"])

    @property
    def months(self) -> int:
        """Number of months."""
        return int(self.manifest["months"])

    @property
    def replicates(self) -> tuple[int, ...]:
        """Numbers of the replicates, from 0."""
        return self.table.replicates

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seed of the world of each replicate, as ``EcosystemModel(rng=...)`` takes it."""
        return tuple(int(self.manifest["seeds"][str(number)]) for number in self.replicates)

    @property
    def intervals(self) -> str:
        """Why worlds differ: ``stochastic`` (their seeds), ``parameter`` (draws from a posterior), or ``both``."""
        return str(self.manifest.get("parameters", {}).get("intervals", "stochastic"))

    @cached_property
    def outcomes(self) -> DataFrame:
        """A row for each replicate and month: ``replicate``, ``month``, and a column for each outcome in its unit."""
        return self.table.frame()

    def tidy(self, outcomes: Sequence[str] | None = None) -> DataFrame:
        """The outcomes in long format: a row for each replicate, month and outcome.

        Parameters
        ----------
        outcomes
            Their names. Default: all.

        Returns
        -------
        DataFrame
            Columns ``replicate``, ``seed`` (of its world), ``month`` (from 0), ``date`` (``YYYY-MM``), ``outcome``,
            ``value`` and ``unit``; NaN is no value.

        Raises
        ------
        ScenarioError
            Where a name is unknown.

        Examples
        --------
        >>> result = sim.run("shougang", replicates=2, months=12, workers=1, figures=False)
        >>> tidy = result.tidy(["jobs", "startups"])
        >>> len(tidy) == 2 * 12 * 2
        True
        >>> tidy.groupby("outcome", observed=True)["unit"].first().to_dict()
        {'jobs': 'people', 'startups': 'enterprises'}
        """
        return tidy(self.table, self.seeds, self.scenario, outcomes)

    def to_xarray(self, outcomes: Sequence[str] | None = None) -> Any:
        """The outcomes as a dataset over replicate and month.

        Parameters
        ----------
        outcomes
            As in ``tidy``.

        Returns
        -------
        xarray.Dataset
            A variable for each outcome, of shape (replicates, months), with its unit and meaning; coordinates
            ``replicate``, ``seed``, ``month`` and ``date``.

        Raises
        ------
        ScenarioError
            Where a name is unknown.
        ImportError
            Without xarray, which is not installed with this package.
        """
        return dataset(self.table, self.seeds, self.scenario, outcomes)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The summary: a row for each outcome."""
        return summarise(self.table, self.scenario)

    @cached_property
    def summary(self) -> DataFrame:
        """The summary as pandas, indexed by outcome; the columns are the attributes of ``Row``."""
        from pandas import DataFrame

        return DataFrame([vars(row) for row in self.rows]).set_index("outcome")


def open_result(folder: Path | str) -> Result:
    """The result in a folder; ResultError where there is none, or it is damaged or incomplete."""
    store = Store(Path(folder))
    manifest = store.manifest()
    if not store.path.is_dir():
        raise ResultError(f"{folder}: there is no such result")
    if not manifest:
        raise ResultError(f"{folder}: no result: {MANIFEST} is missing or damaged; run the scenario again")
    if kind := manifest.get("kind"):
        raise ResultError(
            f"{folder}: a {kind} study, and no result{'' if kind == 'calibrate' else '; sim report shows it'}"
        )
    if OUTCOMES not in manifest["outputs"]:
        raise ResultError(f"{folder}: no replicate is finished; run the scenario again")
    remedy = "run the scenario again"
    table = from_bytes(intact_bytes(store, OUTCOMES, remedy))
    return Result(store.path, stored_scenario(store, remedy), manifest, table)


def intact_bytes(store: Store, name: str, remedy: str) -> bytes:
    """An output; ResultError, with the remedy, where its digest differs from the manifest's."""
    if not store.intact(name):
        raise ResultError(
            f"{store.path / name}: damaged or half-written (its digest is not that of {MANIFEST}); {remedy} to mend it"
        )
    return (store.path / name).read_bytes()


def stored_scenario(store: Store, remedy: str) -> Scenario:
    """The scenario of a result or study; ResultError where it is damaged, or of another version of the model."""
    from sim.model.catalogue import load
    from sim.runs.declarations import catalogue_of
    from sim.scenario import ScenarioError

    intact_bytes(store, SCENARIO, remedy)
    manifest = store.manifest()
    try:
        found = load(store.path / SCENARIO, catalogue=catalogue_of(manifest))
        return with_seeds(found, manifest.get("own_seeds", ()))
    except ScenarioError as error:
        raise ResultError(
            f"{store.path}: written by model {manifest['model']}, whose parameters this version does not know:\n{error}"
        ) from None


def _scenario_named(name: str) -> str:
    """The scenario of this name, shipped or a file here, as a command takes it; nothing where there is none."""
    if name in shipped_files() or (name.endswith(SUFFIX) and Path(name).is_file()):
        return name
    return f"{name}{SUFFIX}" if Path(f"{name}{SUFFIX}").is_file() else ""


def find_result(name: Result | str | Path, results: Path, holds: str = "", say: Say = lambda _: None) -> Result:
    """The result in the folder ``name``, or the newest one of the scenario ``name`` under ``results``.

    One of other months or seeds than the scenario's own is taken only where there is no other; ``say`` is told so.
    ``holds`` is the name of something that the result's folder must contain. A result is returned as it is.
    """
    if isinstance(name, Result):
        return name
    if (Path(name) / MANIFEST).exists() or (Path(name).is_dir() and Path(name).name != str(name)):
        return open_result(name)
    plain = word(str(name))
    # The name of a result, or that of its scenario's file, whose name as a word ends in no sign.
    names = [file_word(name)] if str(name).endswith(".toml") else [plain, plain.strip("-.")]
    pattern = re.compile(r"(?P<name>.+)-[0-9a-f]{12}")
    held: dict[str, list[Path]] = {}
    for manifest in results.glob(f"*/{MANIFEST}"):
        if (match := pattern.fullmatch(decoded(manifest.parent.name))) and (manifest.parent / holds).exists():
            held.setdefault(match["name"], []).append(manifest)
    wanted = next((it for it in map(cut, names) if it in held), cut(names[0]))
    if wanted not in held:
        near = difflib.get_close_matches(wanted, held, n=1)
        hint = f"; is {near[0]} meant?" if near else ""
        if not holds and (scenario := _scenario_named(str(name))):
            hint = f"; sim run {argument(scenario)} makes one"
        what = f"result with {holds}" if holds else "result"
        raise ResultError(f"{name}: no result folder, and no {what} of that name in {results}{hint}")
    of_run = {it: _of_run(it) for it in held[wanted]}
    own = [it for it, keys in of_run.items() if not keys]
    newest = max(own or held[wanted], key=lambda manifest: (manifest.stat().st_mtime_ns, manifest.parent.name))
    if of_run[newest]:
        said = tr("{name}: {path}, the newest result, has other values of {keys}", name=wanted, path=newest.parent,
                  keys=listed(of_run[newest]))  # fmt: skip
        say(said)
    return open_result(newest.parent)


def _of_run(manifest: Path) -> list[str]:
    """The months, seed or start that a result was run with in place of the scenario's own."""
    told = Store(manifest.parent).manifest().get("overridden", ())
    return [key for key in told if key.startswith("run.")]
