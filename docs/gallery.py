"""Every shipped scenario and every comparison of one with its control, on one page with figures and decision cards.

``make gallery`` writes ``build/gallery/index.html``; ``--lang zh`` writes ``index-zh.html``. Few seeds keep it short:
the intervals are wide, and the numbers are no findings.
"""

from __future__ import annotations

import argparse
import html
import shutil
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import sim
from sim.api import make_workers
from sim.language import LANGUAGES, file_name, html_tag, meaning, speaking, tr
from sim.report.shown import title_words
from sim.report.text.card import decision_lines
from sim.studies.claims import files_of

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "build" / "gallery"
REPLICATES = 10
_STYLE = (
    "body{font:16px/1.5 system-ui,'Noto Sans CJK SC','WenQuanYi Micro Hei',sans-serif;max-width:75rem;margin:2rem auto;"
    "padding:0 1rem;color:#222}img{max-width:100%;height:auto}pre{overflow-x:auto;background:#f4f4f2;padding:1rem;"
    "font-family:'DejaVu Sans Mono','WenQuanYi Micro Hei Mono',monospace}article{margin:0 0 3rem}"
)


def main(words: Sequence[str] | None = None) -> int:
    """Run what is asked for and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="scenarios to show; all shipped ones by default")
    parser.add_argument("--replicates", type=int, default=REPLICATES, help=f"seeds of each; {REPLICATES} by default")
    parser.add_argument("--months", type=int, help="months of each; its own by default")
    parser.add_argument("--out", type=Path, default=PLACE, help="folder to write into; build/gallery by default")
    parser.add_argument("--lang", choices=tuple(LANGUAGES), default="en", help="language of the page")
    asked = parser.parse_args(words)
    shipped = list(sim.scenarios().index)
    if unknown := [name for name in asked.names if name not in shipped]:
        parser.error(f"{', '.join(unknown)}: no shipped scenario, allowed: {', '.join(shipped)}")
    with speaking(asked.lang):
        page = asked.out / f"{file_name('index')}.html"
        parts = list(entries(asked.names or shipped, asked.out, asked.replicates, asked.months))
        page.write_text(document(parts), encoding="utf-8")
    print(f"gallery: {page}")
    return 0


def entries(names: Sequence[str], out: Path, replicates: int, months: int | None) -> Iterator[str]:
    """An article for each scenario, and below it one for each comparison of it with its control."""
    out.mkdir(parents=True, exist_ok=True)
    claims = [tomllib.loads(path.read_text(encoding="utf-8")) | {"name": path.stem} for path in files_of()]
    with make_workers() as workers:

        def ran(name: str) -> sim.Result:
            return sim.run(name, replicates, months=months, workers=workers, out=out / "results")

        for name in names:
            print(f"gallery: {name}", file=sys.stderr)
            result = ran(name)
            listed = sim.scenarios().loc[name]
            yield article(name, name, title_words(listed["title"]), [title_words(listed["summary"])], result, out)
            for pair in claims:
                if pair["scenario"] == name:
                    yield compared(pair, result, ran(pair["control"]), out)


def compared(pair: dict[str, Any], result: sim.Result, control: sim.Result, out: Path) -> str:
    """The entry of a scenario against its control: the claims are the questions."""
    found = sim.compare(control, result, out=out / "results")
    context = f"claims {pair['name']}"
    title = meaning(context, pair["title"])
    questions = [meaning(context, it["claim"]) for it in pair["claims"].values()]
    card = "\n".join(decision_lines(found.variants[0].decision))
    head = tr("{variant} against {baseline}", variant=pair["scenario"], baseline=pair["control"])
    return article(f"{pair['name']}-compared", head, title, questions, found, out, card)


def article(name: str, head: str, title: str, texts: Sequence[str], shown: Any, out: Path, card: str = "") -> str:
    """One entry of the page: title, question, headline figure and card."""
    wanted = f"{file_name('headline')}.png"
    picture = f"{file_name(name)}.png"
    shutil.copyfile(next(path for path in shown.figures if path.name == wanted), out / picture)
    said = "".join(f"<p>{html.escape(text)}</p>" for text in texts)
    below = f"<pre>{html.escape(card)}</pre>" if card else ""
    return (
        f'<article id="{name}"><h2>{html.escape(title)}</h2><p><code>{html.escape(head)}</code></p>{said}'
        f'<img src="{picture}" alt="{html.escape(title)}" loading="lazy">{below}</article>'
    )


def document(parts: Sequence[str]) -> str:
    """The page of these entries."""
    title = html.escape(tr("Gallery of the shipped scenarios"))
    lead = html.escape(tr("Few seeds: the intervals are wide, and the numbers are no findings."))
    return (
        f'<!DOCTYPE html>\n<html lang="{html_tag()}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><h1>{title}</h1><p>{lead}</p>{''.join(parts)}</body></html>\n"
    )


if __name__ == "__main__":
    sys.exit(main())
