"""A dask cluster on this machine, in processes of its own: ``python -m sim.runs.local_cluster WORKERS FOLDER``.

All temporary files are in FOLDER, which goes when the cluster ends. It prints the scheduler's address and, on the next
line, the folder of the certificate that every connection needs (empty without one). It ends with its standard input, so
with the process that started it. Scheduler and workers listen on the loopback interface alone.
Workers that die are replaced here: dask's nanny gives up one that dies while it starts.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from sim.runs.certificate import make_certificate, security_of, worker_options

HOST = "127.0.0.1"
_PAUSE = 0.2  # seconds between two checks of the workers


def main(count: int, space: Path) -> None:
    try:
        _serve(count, space)
    finally:
        shutil.rmtree(space, ignore_errors=True)


def _serve(count: int, space: Path) -> None:
    # Read when distributed is imported, here and in workers. After two deaths a task is run alone.
    os.environ["DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES"] = "1"
    os.environ["DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT"] = "10s"  # to a worker that has just died
    os.environ["DASK_DISTRIBUTED__LOGGING__DISTRIBUTED"] = "critical"
    os.environ["DASK_TEMPORARY_DIRECTORY"] = str(space)
    from distributed import LocalCluster

    ended = threading.Event()

    def listen() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=listen, daemon=True).start()
    with LocalCluster(
        host=HOST,
        protocol="tls" if make_certificate(space) else "tcp",
        security=security_of(space),
        n_workers=0,
        dashboard_address=None,
        scheduler_kwargs={"dashboard_address": f"{HOST}:0"},  # any free port, for this machine alone
        silence_logs=False,
    ) as cluster:
        address = cluster.scheduler_address
        options = worker_options(space)
        print(f"{address}\n{space if options else ''}", flush=True)
        command = [
            sys.executable, "-m", "distributed.cli.dask_worker", address, "--no-nanny", "--no-dashboard",
            "--nthreads", "1", "--memory-limit", "0", "--host", HOST, "--dashboard-address", f"{HOST}:0",
            "--local-directory", str(space), *options,
        ]  # fmt: skip
        keep(count, lambda: subprocess.Popen(command, stdin=subprocess.DEVNULL), ended)


def keep(count: int, start: Callable[[], subprocess.Popen[bytes]], ended: threading.Event) -> None:
    """Keep ``count`` processes running until ``ended``, then end them."""
    processes: list[subprocess.Popen[bytes]] = []
    try:
        while not ended.is_set():
            processes = [process for process in processes if process.poll() is None]
            processes += [start() for _ in range(count - len(processes))]
            ended.wait(_PAUSE)
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
