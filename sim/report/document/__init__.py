"""The model's own document, ``docs/model.md``: what the program knows of itself, in blocks between marks.

The prose is written by hand; a block is made from the declarations, and ``sim document`` puts it in its place. A
mechanism of the user's own has a page made of the same tables.
"""

from __future__ import annotations

from sim.report.document.blocks import DocumentError, rewritten
from sim.report.document.contents import blocks
from sim.report.document.own import pages

__all__ = ["DocumentError", "blocks", "pages", "rewritten"]
