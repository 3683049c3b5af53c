"""Values that workers write to storage, local or of an object store, in place of sending them: a receipt is sent.

``many`` measures it; docs/cluster.md, *A thousand workers*, says why ``sim`` has no such option.
"""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import fsspec

from sim.runs.cluster import Cluster, pack, unpack
from sim.runs.executor import Failure


class Receipt(NamedTuple):
    """Where a value is, and its digest."""

    url: str
    digest: str


def put(url: str, function: Callable[..., Any], *task: Any) -> Receipt:
    """The receipt of ``function(*task)``, which is written, packed, below ``url``.

    A name of its own for each: a task that is repeated writes beside what was written before.
    """
    data = pack(function(*task))
    receipt = Receipt(f"{url}/{uuid.uuid4().hex}", hashlib.sha256(data).hexdigest())
    with fsspec.open(receipt.url, "wb") as file:
        file.write(data)
    return receipt


def fetched(receipt: Receipt) -> Any:
    """The value of a receipt, or the failure where it is not there as it was written."""
    try:
        with fsspec.open(receipt.url, "rb") as file:
            data = file.read()
    except OSError as error:
        return Failure(f"{receipt.url}: {type(error).__name__}")
    if hashlib.sha256(data).hexdigest() != receipt.digest:
        return Failure(f"{receipt.url}: not the bytes that the worker wrote")
    return unpack(data)


class StoringCluster(Cluster):
    """A cluster whose workers write their values below ``url``; ``late`` reads them when all are there."""

    url = ""
    late = False
    waited = 0.0  # seconds of this process's time when the last receipt was there

    def run(self, function: Callable[..., Any], tasks: Iterable[Sequence[Any]]) -> Iterator[tuple[int, Any]]:
        """As of ``Cluster``."""
        receipts = super().run(partial(put, self.url, function), tasks)
        if self.late:
            receipts = iter(list(receipts))
            self.waited = time.process_time()
        for index, it in receipts:
            yield index, it if isinstance(it, Failure) else fetched(it)
