"""How to reproduce a report: commands, versions, digests, seeds."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any

from sim.formats import ranges_text
from sim.language import later, month_text, tr
from sim.report.html.markup import Markup, download, fold, join, table, tag
from sim.report.html.stored import Stored, StoredCalibration
from sim.runs.declarations import files_of, with_options
from sim.runs.result import Result
from sim.runs.seeds import worlds_option
from sim.runs.store import OUTCOMES, SCENARIO
from sim.studies.points import REPLICATES, VARIANT

NOT_STORED = later("not stored")


def commands(results: Sequence[Result], unpaired: bool = False) -> list[str]:
    """The commands that make the results and the report again, from the scenarios that the page carries."""
    files = file_names(results)
    runs = [f"sim run {shlex.quote(files[index])} {worlds_option(result.scenario, max(result.replicates) + 1)}"
            f"{with_options(result.manifest)}"
            for index, result in enumerate(results)]  # fmt: skip
    folders = [shlex.quote(f"results/{file.removesuffix('.toml')}-{result.digest}")
               for file, result in zip(files, results, strict=True)]  # fmt: skip
    return [*runs, f"sim report {' '.join(folders)}{' --unpaired' * unpaired}"]


def file_names(results: Sequence[Result]) -> list[str]:
    """A scenario file's name for each result: its scenario's, with the digest where two are called alike."""
    names = [result.name for result in results]
    return [f"{result.name if names.count(result.name) == 1 else result.path.name}.toml" for result in results]


def reproduction(results: Sequence[Result], lines: Sequence[str]) -> Markup:
    """Files to save, commands to give, and what must come out."""
    files = file_names(results)
    kept = [download(file, _scenario_of(result), tr("the scenario {name}", name=result.name), "text/plain")
            for file, result in zip(files, results, strict=True)]  # fmt: skip
    facts = [_facts(result.manifest, result.path.name, OUTCOMES) for result in results]
    same = tr("The same model gives the same bytes of {file}, however many workers run it.", file=OUTCOMES)
    return join(
        _steps(kept, lines), tag("p", same), versions([file.removesuffix(".toml") for file in files], facts),
        [fold(tr("Seeds of {result}", result=result.path.name), tag("p", tag("code", _seeds(result)), class_="wrap"))
         for result in results],
    )  # fmt: skip


def _scenario_of(result: Result) -> bytes:
    """The scenario's file; of a result that is not stored, as it would be."""
    file = result.path / SCENARIO
    return file.read_bytes() if "outputs" in result.manifest else result.scenario.to_toml().encode()


def study_reproduction(
    study: Stored, lines: Sequence[str], against: str = "", output: str = REPLICATES
) -> Markup:  # fmt: skip
    """The same for a study; ``against`` names the other scenario, if any, ``output`` the file of its worlds."""
    named = [(study.name, SCENARIO), *([(other_name(study, against), VARIANT)] if against else [])]
    files = [
        download(f"{name}.toml", (study.path / file).read_bytes(), tr("the scenario {name}", name=name), "text/plain")
        for name, file in named
    ]
    return join(_steps(files, lines), versions([study.name], [_facts(study.manifest, study.path.name, output)]))


def study_commands(study: Stored | StoredCalibration, command: str) -> list[str]:
    """The command that runs a study again, with the mechanisms that it was run with, and that of its page."""
    return [command + with_options(study.manifest), f"sim report {shlex.quote(f'results/{study.path.name}')}"]


def other_name(study: Stored, against: str) -> str:
    """The other scenario's name, made different from the first."""
    return f"{against}-other" if against == study.name else against


def _steps(files: Sequence[Markup], lines: Sequence[str]) -> Markup:
    return join(
        tag(
            "p",
            tr("Save the resolved scenario, in which every key is written out, and run it with the same version:"),
        ),
        tag("ul", [tag("li", file) for file in files]),
        tag("pre", tag("code", "\n".join(lines)), tabindex=0),
    )


def versions(labels: Sequence[str], facts: Sequence[dict[str, str]]) -> Markup:
    """Versions and digests, a column for each label."""
    names = dict.fromkeys(name for fact in facts for name in fact)
    rows = [(name, *(tag("code", fact.get(name, tr("none"))) for fact in facts)) for name in names]
    return table((tr("what"), *labels), rows, (), tr("Versions and digests"))


def _facts(manifest: dict[str, Any], folder: str, output: str) -> dict[str, str]:
    git: dict[str, Any] = manifest.get("git") or {}
    commit = str(git.get("commit", tr("not known")))
    if git.get("changed"):
        commit = tr("{commit}, files differed from it", commit=commit)
    failed, stored = len(manifest["failures"]), "outputs" in manifest
    replicates = str(manifest["replicates"])
    if failed:
        replicates = tr("{replicates}, {count} failed", replicates=replicates, count=failed)
    own = files_of(manifest)
    return {
        tr("folder"): folder if stored else tr(NOT_STORED),
        tr("model"): str(manifest["model"]),
        tr("seed"): str(manifest["seed"]) if "own_seeds" not in manifest else ranges_text(manifest["own_seeds"]),
        tr("replicates"): replicates,
        tr("months"): tr("{count} from {month}", count=manifest["months"], month=month_text(str(manifest["start"]))),
        tr("digest of the scenario (SHA-256)"): str(manifest["scenario"]),
        tr("digest of {file} (SHA-256)", file=output): (str(manifest["outputs"][output]) if stored else tr(NOT_STORED)),
        **({tr("mechanisms of one's own (SHA-256)"): ", ".join(own)} if own else {}),
        tr("commit"): commit,
        "Python": str(manifest.get("python", tr("not known"))),
        tr("packages"): ", ".join(f"{name} {version}" for name, version in manifest.get("packages", {}).items()),
        tr("platform"): " ".join(str(part) for part in manifest.get("platform", {}).values()),
    }


def _seeds(result: Result) -> str:
    return ", ".join(str(result.manifest["seeds"][str(replicate)]) for replicate in result.replicates)
