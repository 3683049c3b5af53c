"""A register of the firms of a place: one row a firm, in a CSV file."""

from __future__ import annotations

import csv
import hashlib
import io
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sim.places.size_classes import FLOORS
from sim.scenario import Fault, ScenarioError, months
from sim.scenario.quantities import InvalidQuantity, converted, is_quantity
from sim.scenario.register import HEADER, MOST_STAFF

# Names of columns that are taken as these, in any case.
NAMES: Mapping[str, tuple[str, ...]] = {
    "staff": ("staff", "employees", "employment", "workers", "people", "jobs", "headcount"),
    "revenue": ("revenue", "sales", "turnover"),
    "assets": ("assets", "total assets"),
    "sector": ("sector", "industry", "branch"),
    "founded": ("founded", "established", "founding", "year founded"),
}
_FEWEST, _MOST = 20, 100_000
_MOST_FAULTS = 50  # listed line by line
_EARLIEST = 1000  # year of founding
_OPENING = re.compile(r"[(\[]")  # of a unit behind a column's name
# What stands before a decimal comma, with or without points between thousands, its digits, and a unit.
_DECIMAL_COMMA = re.compile(r"(\d{1,3}(?:\.\d{3})+|\d+),(\d+)(\s*[^\d\s,.].*)?")
_YEAR = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-\d{2})?")


class Row(NamedTuple):
    """One firm; NaN and empty text stand for what the register does not say."""

    staff: int
    revenue: float  # million yuan a year
    assets: float  # million yuan
    sector: str
    founded: str  # YYYY-MM


@dataclass(frozen=True)
class Register:
    """The firms of a file, with its name and the start of its SHA-256."""

    file: str
    digest: str
    rows: tuple[Row, ...]

    def counts(self) -> tuple[int, int, int, int]:
        """Firms in each size class."""
        found = Counter(sum(row.staff >= floor for floor in FLOORS) for row in self.rows)
        return found[0], found[1], found[2], found[3]

    def worker_revenue(self, elasticity: float) -> float | None:
        """Median revenue per worker of a firm of 100 staff, million yuan a year; None where no row has revenue."""
        logs = sorted(
            math.log(row.revenue / row.staff) - elasticity * math.log(row.staff / 100)
            for row in self.rows
            if not math.isnan(row.revenue)
        )
        return math.exp(logs[len(logs) // 2]) if logs else None

    def sectors(self) -> list[str]:
        """Names of sectors, those of most firms first."""
        return [name for name, _ in Counter(row.sector for row in self.rows if row.sector).most_common()]

    def text(self, first: str, sectors: int) -> str:
        """The firms as a scenario keeps them; who is founded after its ``first`` month is there from the start."""
        number = {name: rank % sectors for rank, name in enumerate(self.sectors())}
        last = months.text(months.number(first) - 1)
        lines = []
        for row in self.rows:
            parts = (row.staff, _text(row.revenue), _text(row.assets), number.get(row.sector, ""))
            lines.append(",".join(map(str, (*parts, min(row.founded, last)))))
        return "\n".join([HEADER, *lines])


def _text(amount: float) -> str:
    return "" if math.isnan(amount) else f"{amount:.10g}"


def is_file(text: str) -> bool:
    """Whether an answer names a file."""
    return text.strip().lower().endswith(".csv")


def read(path: str, columns: str = "") -> Register:
    """The register of a file, or ScenarioError with every row that is wrong.

    ``columns`` says which column is which, as ``staff=Employees,revenue=Sales (million yuan)``. A unit in brackets is
    that of the column; money is in yuan without one.
    """
    try:
        data = Path(path.strip()).read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise ScenarioError([Fault(path, 0, "file", f"{error.strerror}, allowed: a CSV file")]) from None
    except UnicodeDecodeError:
        raise ScenarioError([Fault(path, 0, "file", "is not UTF-8, allowed: a CSV file in UTF-8")]) from None
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    try:
        lines = [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        wrong = Fault(path, reader.line_num, "file", f"cannot be read ({error}), allowed: a CSV file")
        raise ScenarioError([wrong]) from None
    header = [name.strip() for name in lines[0][1]] if lines else []
    found, faults = _columns(path, header, columns)
    if faults:
        raise ScenarioError(faults)
    rows = []
    for line, cells in lines[1:]:
        if any(cell.strip() for cell in cells):
            row, more_faults = _row(path, line, cells, found)
            if any(cell.strip() for cell in cells[len(header) :]):
                message = f"has {len(cells)} cells, allowed: {len(header)}, with a decimal point in numbers"
                more_faults.append(Fault(path, line, "row", message))
            faults += more_faults
            rows.append(row)
    if len(faults) > _MOST_FAULTS:
        more = Fault(path, 0, "file", f"has {len(faults) - _MOST_FAULTS:,} more faults, allowed: none")
        faults = [*faults[:_MOST_FAULTS], more]
    if not _FEWEST <= len(rows) <= _MOST:
        faults.append(Fault(path, 0, "file", f"has {len(rows):,} firms, allowed: from {_FEWEST} to {_MOST:,}"))
    if faults:
        raise ScenarioError(faults)
    complete = tuple(row for row in rows if row is not None)
    return Register(Path(path.strip()).name, hashlib.sha256(data).hexdigest()[:16], complete)


class _Column(NamedTuple):
    position: int
    name: str
    unit: str


def _columns(path: str, header: list[str], columns: str) -> tuple[dict[str, _Column], list[Fault]]:
    """Where each column is, by our name for it."""
    faults, chosen = [], {}
    for part in filter(None, (part.strip() for part in columns.split(","))):
        ours, _, theirs = (word.strip() for word in part.partition("="))
        if ours not in NAMES or theirs not in header:
            allowed = f"one of {', '.join(NAMES)}, =, one of {', '.join(header)}"
            faults.append(Fault("sim new", 0, "--columns", f'"{part}" names no column, allowed: {allowed}'))
        else:
            chosen[ours] = header.index(theirs)
    found = {}
    plain = [_parted(name)[0].lower() for name in header]
    for ours, names in NAMES.items():
        index = chosen.get(ours, next((plain.index(name) for name in names if name in plain), -1))
        if index >= 0:
            found[ours] = _Column(index, header[index], _parted(header[index])[1])
    if "staff" not in found and not faults:
        message = f"no column of staff among {', '.join(header) or 'none'}, allowed: --columns staff=NAME"
        faults.append(Fault(path, 1, "staff", message))
    return found, faults


def _parted(name: str) -> tuple[str, str]:
    """A column's name, and the unit in brackets at its end."""
    name = name.strip()
    opening = _OPENING.search(name)
    if opening is None or not name.endswith((")", "]")):
        return name, ""
    unit = name[opening.end() : -1]
    return (name[: opening.start()].strip(), unit) if unit else (name, "")


def _row(path: str, line: int, cells: list[str], columns: Mapping[str, _Column]) -> tuple[Row | None, list[Fault]]:
    faults = []

    def value(ours: str, read: Callable[[str, str], object], missing: object) -> object:
        column = columns.get(ours)
        text = cells[column.position].strip() if column and column.position < len(cells) else ""
        if not column or (not text and missing is not None):
            return missing
        try:
            return read(text, column.unit)
        except ValueError as wrong:
            what, allowed = f'"{text}" is not allowed' if text else "is missing", str(wrong)
            if (comma := _DECIMAL_COMMA.fullmatch(text)) and read is not _month:
                what = f'"{text}" has a decimal comma'
                if read is _money:
                    allowed = f"a decimal point, as in {comma[1].replace('.', '')}.{comma[2]}{comma[3] or ''}"
            faults.append(Fault(path, line, column.name, f"{what}, allowed: {allowed}"))
            return None

    found = (
        value("staff", _staff, None),
        value("revenue", _money, math.nan),
        value("assets", _money, math.nan),
        value("sector", lambda text, _: text, ""),
        value("founded", _month, ""),
    )
    return (None if faults else Row(*found)), faults  # type: ignore[arg-type]


def _staff(text: str, _: str) -> int:
    if not re.fullmatch(r"\d{1,3}(,\d{3}){1,5}|\d{1,20}", text) or not 1 <= int(text.replace(",", "")) <= MOST_STAFF:
        raise ValueError(f"a whole number from 1 to {MOST_STAFF:,}")
    return int(text.replace(",", ""))


def _money(text: str, unit: str) -> float:
    amount = f"{text} {unit or 'yuan'}"
    try:
        found = converted(amount, "million yuan") if is_quantity(amount, "million yuan") else math.nan
    except InvalidQuantity:
        found = math.nan
    if not 0 < found < math.inf:
        raise ValueError(f"an amount above 0 in {unit or 'yuan'}, or nothing")
    return found


def _month(text: str, _: str) -> str:
    found = _YEAR.fullmatch(text)
    month = f"{found[1]}-{found[2] or '07'}" if found else ""
    if not months.is_month(month) or int(month[:4]) < _EARLIEST:
        raise ValueError("a year or a date such as 1998 or 1998-05-17, or nothing")
    return month
