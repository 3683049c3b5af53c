"""What a written scenario says of where its values are from, beside the kind of source."""

from __future__ import annotations

from sim.language import later

FILE = later("your file {file}, {firms} firms, SHA-256 {digest}")
TABLE = later("your table of firms")
FITTED = later("fitted to your table of firms")
ANSWER = later("your answer")
BUDGET = later("all floor in {years} years")
TENTH = later("a tenth of the floor, at most {most} m2")
LEFT = later("who worked there has left")
NO_EQUIPMENT = later("none are lent")
NO_FUND = later("there is none")
ALL = (FILE, TABLE, FITTED, ANSWER, BUDGET, TENTH, LEFT, NO_EQUIPMENT, NO_FUND)
