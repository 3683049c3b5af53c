"""The documents as a site (``make site``): Sphinx reads the Markdown files where they lie."""

import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

project = "sim"
author = copyright = "the sim authors"  # noqa: A001  Sphinx's name for it
release = version = runpy.run_path(str(ROOT / "sim" / "version.py"))["__version__"]

extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = ["README.md", "README.zh.md", "CHANGELOG.md", "docs/**.md", "results/README.md"]
myst_heading_anchors = 4
html_theme = "furo"
html_title = "sim: enterprises that share platforms and idle resources"
html_copy_source = False
pygments_style = "friendly"
