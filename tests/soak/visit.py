"""A visit to the live page of a small place: a change, its answer on all seeds, saved; then Ctrl-C ends the page.

``python -m soak.visit``, in the folder of ``small.toml``; it fails where the page ends before that.
"""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

_SECONDS = 60
_PAGE = ("app", "small.toml", "--no-browser", "--port", "0", "--workers", "2")
_ASKED = {
    "scenario": "file:small.toml", "show": [], "lead": "", "seeds": 10,
    "variants": [{"name": "V", "changes": {"levers.demand": 0.1}, "of": "", "since": ""}],
}  # fmt: skip


async def _visited(address: str) -> None:
    found = urlsplit(address)
    token = parse_qs(found.query)["token"][0]
    given = {"Origin": f"http://{found.netloc}", "Cookie": f"sim-{found.port}={token}"}
    socket = await websocket_connect(HTTPRequest(f"ws://{found.netloc}/socket", headers=given))

    async def until(*kinds: str, seeds: int = 0) -> dict[str, Any]:
        while (text := await socket.read_message()) is not None:
            message: dict[str, Any] = json.loads(text)
            if message["do"] in kinds and message.get("seeds", seeds) >= seeds:
                return message
        raise SystemExit("the page has ended")

    await socket.write_message(json.dumps({"do": "ask", "number": 1, "asked": _ASKED}))
    await until("answer", seeds=10)
    await socket.write_message(json.dumps({"do": "save", "number": 1}))
    if (await until("saved", "fault"))["do"] == "fault":
        raise SystemExit("not saved")


def main() -> None:
    page = subprocess.Popen([sys.executable, "-m", "sim", *_PAGE], stdout=subprocess.PIPE, text=True)
    assert page.stdout is not None
    try:
        address = page.stdout.readline().strip()
        if not address:
            sys.exit("the page did not open")
        asyncio.run(asyncio.wait_for(_visited(address), _SECONDS))
    finally:
        page.send_signal(signal.SIGINT)
        page.wait(_SECONDS)


if __name__ == "__main__":
    main()
