"""What every section of the bench shares: timing, tables, and the machine that it ran on."""

from __future__ import annotations

import math
import os
import platform
import statistics
import textwrap
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Timing:
    """Median and range of several runs, in whatever unit they were measured."""

    median: float
    low: float
    high: float
    runs: int

    def __str__(self) -> str:
        return f"{number(self.median)} ({number(self.low)} to {number(self.high)})"


@dataclass(frozen=True)
class Table:
    """A table as it is printed: words in the first column, figures in the others."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Section:
    """What a section found: its tables, the figures behind them, its pictures (PNG), and what went wrong."""

    tables: Sequence[Table]
    data: dict[str, Any] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    faults: Sequence[str] = ()


def summary(values: Sequence[float]) -> Timing:
    """Median and range of ``values``."""
    return Timing(statistics.median(values), min(values), max(values), len(values))


def timed(work: Callable[[], Any], runs: int = 5, *, processor: bool = False) -> Timing:
    """Seconds that ``work`` takes on the clock, or of processor time with all threads added up; warm it up yourself."""
    clock = time.process_time if processor else time.perf_counter
    found = []
    for _ in range(runs):
        began = clock()
        work()
        found.append(clock() - began)
    return summary(found)


def per(timing: Timing, units: float) -> Timing:
    """Nanoseconds for each of ``units`` from seconds for all of them."""
    scale = 1e9 / units
    return Timing(timing.median * scale, timing.low * scale, timing.high * scale, timing.runs)


def number(x: float) -> str:
    """Three digits that count, thousands apart."""
    rounded = float(f"{x:.3g}")
    decimals = max(0, 2 - math.floor(math.log10(abs(rounded)))) if rounded else 0
    return f"{rounded:,.{decimals}f}"


def count(n: int) -> str:
    """A size as it heads a column: 10^3 for 1,000."""
    exponent = len(str(n)) - 1
    return f"10^{exponent}" if n == 10**exponent else f"{n:,}"


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def machine() -> dict[str, Any]:
    """The machine, as far as it matters for speed; not its name."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": _processor(),
        "cores": cores(),
        "memory_gib": round(pages / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def versions(*packages: str) -> dict[str, str]:
    """Versions of installed packages."""
    return {name: metadata.version(name) for name in packages}


def machine_line() -> str:
    """The machine in a line."""
    here = machine()
    ours = ", ".join(f"{name} {version}" for name, version in versions("numba", "numpy", "mesa").items())
    return (
        f"{here['processor']}, {here['cores']} cores, {here['memory_gib']} GiB, {here['system']}; "
        f"Python {here['python']}, {ours}"
    )


def _processor() -> str:
    """Model of the processor, with family and model number: a virtual machine's name for it says little."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    found = dict(line.split(":", 1) for line in text.split("\n\n")[0].splitlines() if ":" in line)
    known = {key.strip(): value.strip() for key, value in found.items()}
    name = known.get("model name", platform.machine())
    return f"{name} (family {known['cpu family']}, model {known['model']})" if "cpu family" in known else name


def as_json(section: Section) -> dict[str, Any]:
    """A section as one object: its figures, its tables as printed, its faults."""
    return {"data": section.data, "tables": [asdict(table) for table in section.tables], "faults": list(section.faults)}


def as_text(section: Section) -> str:
    """A section's tables in plain text, columns flush right."""
    return "\n".join(_text(table) for table in section.tables)


def as_markdown(section: Section) -> str:
    """A section's tables for a document."""
    return "\n\n".join(_markdown(table) for table in section.tables)


def _text(table: Table) -> str:
    lines = [list(table.columns), *map(list, table.rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(table.columns))]
    lines.insert(1, ["-" * width for width in widths])
    rows = [
        "  ".join(cell.rjust(width) if place else cell.ljust(width) for place, (cell, width) in enumerate(pairs))
        for pairs in (list(zip(line, widths, strict=True)) for line in lines)
    ]
    notes = [line for note in table.notes for line in textwrap.wrap(note, 120)]
    page = [table.title, "", *(row.rstrip() for row in rows), *(["", *notes] if notes else []), ""]
    return "\n".join(page)


def _markdown(table: Table) -> str:
    head = f"| {' | '.join(table.columns)} |"
    rule = f"| --- |{' ---: |' * (len(table.columns) - 1)}"
    rows = [f"| {' | '.join(row)} |" for row in table.rows]
    notes = ["", *table.notes] if table.notes else []
    return "\n".join([f"**{table.title}**", "", head, rule, *rows, *notes])
