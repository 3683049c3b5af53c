"""A world in a process of its own: it steps as many months as each line of standard input says."""

from __future__ import annotations

import hashlib
import json
import re
import sys
import time
from pathlib import Path

import numpy as np

import sim
from sim.runs.code import compile_model, load_model


def most() -> int:
    """Largest memory at once, kB; that of ``resource`` counts the process that started this one too."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="utf-8"))
    assert found
    return int(found[1])


def say(**values: object) -> None:
    print(json.dumps(values), flush=True)


compile_model()
load_model()  # a loop that is first called in the tenth year is loaded there, which takes as long as some months
sim.EcosystemModel(sim.load(sys.argv[1], overrides={"population.enterprises": 2000}), rng=1).run_for(13)
before = most()
scenario = sim.load(sys.argv[1], overrides={"population.enterprises": int(sys.argv[2])})
began = time.perf_counter()
model = sim.EcosystemModel(scenario, rng=1)
say(founding=time.perf_counter() - began)
model.step()
for line in sys.stdin:
    done, clock, processor = [], [], []
    for _ in range(int(line)):
        done.append(len(model.enterprises))
        began, worked = time.perf_counter(), time.process_time()
        model.step()
        clock.append(time.perf_counter() - began)
        processor.append(time.process_time() - worked)
    say(done=done, clock=clock, processor=processor)
table, digest = model.enterprises, hashlib.sha256()
for column in table.columns.values():
    digest.update(np.ascontiguousarray(column[: table.size]).tobytes())
for name in sorted(model.record):
    digest.update(np.asarray(model.record[name]).tobytes())
peak = (most() - before) * 1024
say(digest=digest.hexdigest(), bytes=peak / table.size)
