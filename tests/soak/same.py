"""The same bytes everywhere: workers, threads, hash seed, zone and locale, on one interpreter and one machine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from soak.clock import is_over
from soak.kills import ROOT, digests, prepare

_RUN = ("run", "small.toml", "--replicates", "4", "--events", "--no-figures")
SURROUNDINGS: Mapping[str, tuple[tuple[str, ...], Mapping[str, str]]] = {
    "1 worker, 1 thread": (("--workers", "1"), {"SIM_THREADS": "1"}),
    "2 workers": (("--workers", "2"), {"SIM_THREADS": "1"}),
    "3 workers": (("--workers", "3"), {"SIM_THREADS": "1"}),
    "4 workers": (("--workers", "4"), {"SIM_THREADS": "1"}),
    "2 threads": (("--workers", "1"), {"SIM_THREADS": "2"}),
    "3 threads": (("--workers", "1"), {"SIM_THREADS": "3"}),
    "4 threads": (("--workers", "1"), {"SIM_THREADS": "4"}),
    "hash seed 1": (("--workers", "1"), {"PYTHONHASHSEED": "1"}),
    "hash seed 77": (("--workers", "2"), {"PYTHONHASHSEED": "77"}),
    "zone of Shanghai": (("--workers", "1"), {"TZ": "Asia/Shanghai"}),
    "zone west of the date line": (("--workers", "1"), {"TZ": "Pacific/Pago_Pago"}),
    "locale C": (("--workers", "1"), {"LC_ALL": "C", "LANG": "C"}),
    "locale with decimal commas": (("--workers", "1"), {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"}),
    "no compiled loops": (("--workers", "2"), {"NUMBA_DISABLE_JIT": "1"}),
}


@dataclass
class Same:
    """What was tried and what came of it."""

    tried: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def attack(times: int, space: Path) -> Same:
    """Run one small scenario in all surroundings, so many times."""
    found = Same()
    wanted: dict[str, str] = {}
    for number in range(times):
        for name, (options, environment) in SURROUNDINGS.items():
            if is_over():
                break
            folder = space / f"{number}-{len(found.tried)}"
            prepare(folder)
            done = subprocess.run(
                [sys.executable, "-m", "sim", *_RUN, *options], cwd=folder, stdin=subprocess.DEVNULL,
                env=os.environ | {"PYTHONPATH": str(ROOT)} | environment, capture_output=True, text=True, check=False,
            )  # fmt: skip
            made = digests(folder) if done.returncode == 0 else {"exit code": f"{done.returncode} {done.stderr[-500:]}"}
            wanted = wanted or made
            found.wrong += [] if made == wanted else [f"{name}: {sorted(set(made.items()) ^ set(wanted.items()))}"]
            if number == 0:
                found.tried.append(name)
    return found
