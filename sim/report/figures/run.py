"""The figures of a run, in its folder: the headline page, and others on request."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sim.language import ENGLISH, LANGUAGES, file_name, html_tag, listed, tr
from sim.report.figure_names import ALL, group_of, refuse_unknown
from sim.report.figures.files import drawn_files
from sim.report.sheets import HEADLINE, Sheet, empty_outcomes, left_out, outcome_sheet, run_panel, run_sheets
from sim.runs.executor import Workers
from sim.runs.result import Result, open_result
from sim.runs.store import FIGURES, OUTCOMES, Say, Store


def draw_run(
    result: Result, workers: Workers, say: Say, headline: Sequence[str], asked: Sequence[str] = (HEADLINE,)
) -> None:
    """Draw pages of all that the result's folder holds, where they are not there yet.

    ``asked`` are names of pages such as ``jobs``, of outcomes, or ``all``; ScenarioError where one is unknown.
    """
    store = Store(result.path)
    manifest = store.manifest()
    whole = result
    if result.replicates != tuple(int(number) for number in manifest["seeds"]):
        whole = open_result(result.path)
    sheets, empty = asked_sheets(whole, headline, asked)
    wanted = {f"{FIGURES}/{file_name(sheet.stem)}.{kind}" for sheet in sheets for kind in ("png", "svg")}
    if wanted <= set(manifest["outputs"]) and all(map(store.intact, wanted)):
        return
    files = drawn_files(sheets, workers)
    with store.locked(say):
        held = store.manifest().get("outputs", {})
        if held.get(OUTCOMES) == manifest["outputs"][OUTCOMES]:
            if tuple(asked) != (HEADLINE,):
                drawn = {name for name in (*held, *files) if name.startswith(f"{FIGURES}/") and name.endswith(".png")}
                files[f"{FIGURES}/{file_name('index')}.html"] = _index(whole, sheets, drawn, empty)
            store.add(files)


def asked_sheets(result: Result, headline: Sequence[str], asked: Sequence[str]) -> tuple[list[Sheet], list[str]]:
    """The pages asked for, without panels that show nothing, and the outcomes of those."""
    refuse_unknown(asked, result.table.names, headline)
    empty = empty_outcomes(result)
    names = [name for name in result.table.names if name not in empty] or list(result.table.names)
    sheets = run_sheets(result, headline, names)
    first = [name for name in (*headline, *result.scenario.reported_figures) if name in empty]
    if first and len(empty) < len(result.table.names):
        said = left_out(run_panel(result, name) for name in dict.fromkeys(first))
        sheets[0] = replace(sheets[0], footer=(*sheets[0].footer, said))
    chosen: dict[str, Sheet] = {}
    for name in asked:
        found = [it for it in sheets if name in (ALL, it.stem, group_of(it.stem))]
        if not found and name in result.table.names:
            found = [outcome_sheet(result, name)]
        chosen |= {it.stem: it for it in found}
    return list(chosen.values()), empty


def _index(result: Result, sheets: Sequence[Sheet], pictures: Iterable[str], empty: Sequence[str]) -> bytes:
    """A page with every picture of the folder, and the outcomes that have none."""
    words = {file_name(sheet.stem): sheet.subtitle for sheet in sheets}
    first, own = file_name(HEADLINE), file_name("")
    stems = [name.rpartition("/")[2].removesuffix(".png") for name in pictures]
    stems = sorted((it for it in stems if _is_of(it, own)), key=lambda it: (it != first, it))
    title = html.escape(tr("Figures of {name}", name=result.name))
    parts = [
        f'<h2 id="{stem}">{html.escape(words.get(stem, stem))}</h2><img src="{stem}.png" alt="{stem}" width="100%">'
        for stem in stems
    ]
    links = " ".join(f'<a href="#{stem}">{stem}</a>' for stem in stems)
    none = tr("Without a value, or always 0: {names}.", names=listed(empty))
    none = f"<p>{none}</p>" if empty else ""
    page = f'<!DOCTYPE html><html lang="{html_tag()}"><meta charset="utf-8"><title>{title}</title><h1>{title}</h1>'
    return f"{page}<nav>{links}</nav>{none}{''.join(parts)}</html>\n".encode()


def _is_of(stem: str, own: str) -> bool:
    """Whether a picture is of the language of the moment, whose pictures end with ``own``."""
    others = tuple(f"-{code}" for code in LANGUAGES if code != ENGLISH)
    return stem.endswith(own) if own else not stem.endswith(others)
