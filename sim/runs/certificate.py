"""A certificate for the processes of one cluster on this machine: who has its key may speak to them, and nobody else.

It is made with ``openssl``, where the machine has that; dask's own temporary one needs a package of cryptography.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from distributed.security import Security

_CERTIFICATE, _KEY = "certificate.pem", "key.pem"
_DAYS = 365  # it lives as long as its folder


def make_certificate(folder: Path) -> bool:
    """Make a certificate and its key in a folder that only this user can read; False without ``openssl``."""
    if shutil.which("openssl") is None:
        return False
    command = [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-subj", "/CN=sim", "-days", str(_DAYS),
        "-keyout", str(folder / _KEY), "-out", str(folder / _CERTIFICATE),
    ]  # fmt: skip
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return done.returncode == 0


def security_of(folder: Path) -> Security | None:
    """What dask asks of every connection; None where the folder has no certificate."""
    from distributed.security import Security

    certificate, key = str(folder / _CERTIFICATE), str(folder / _KEY)
    if not (folder / _CERTIFICATE).exists():
        return None
    return Security(
        tls_ca_file=certificate,
        tls_scheduler_cert=certificate, tls_scheduler_key=key,
        tls_client_cert=certificate, tls_client_key=key,
        require_encryption=True,
    )  # fmt: skip


def worker_options(folder: Path) -> list[str]:
    """The options with which a worker takes part."""
    if not (folder / _CERTIFICATE).exists():
        return []
    certificate = str(folder / _CERTIFICATE)
    return ["--tls-ca-file", certificate, "--tls-cert", certificate, "--tls-key", str(folder / _KEY)]
