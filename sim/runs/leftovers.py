"""What is left where a command was killed: the temporary folder of its workers' server, which the server removes."""

from __future__ import annotations

import atexit
import os
import shutil
import socket
from pathlib import Path

_PREFIX = "pymp-"  # of multiprocessing's temporary folders
_MOST = 64  # descriptors that a server has open when it starts


def remove_at_exit() -> None:
    """Remove the folder of the socket on which this process listens for its owner when the process ends.

    The owner removes it, unless it was killed; the server ends with its owner, whichever way.
    """
    if folder := _folder():
        atexit.register(_remove, folder, os.getpid())


def _remove(folder: Path, process: int) -> None:
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)


def _folder() -> Path | None:
    for number in range(3, _MOST):
        try:
            held = socket.socket(fileno=os.dup(number))
        except OSError:
            continue
        with held:
            name = held.getsockname() if held.family == socket.AF_UNIX else ""
            listens = held.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
        if isinstance(name, str) and listens and Path(name).parent.name.startswith(_PREFIX):
            return Path(name).parent
    return None
