"""The server of the live page: one page, and one socket for each visitor."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import tornado.httpserver
import tornado.ioloop
import tornado.web
import tornado.websocket

from sim.language import ENGLISH, LANGUAGES, accepted, language, speaking
from sim.page.access import LOOPBACK, Access, headers
from sim.page.document import live_page, script_text
from sim.page.motion import watch_world
from sim.page.opened import Files
from sim.page.pool import Pool
from sim.page.stepping import step_world
from sim.page.visitor import Visitor
from sim.runs.openings import openings_in
from sim.runs.replicate import Model
from sim.runs.store import clean

MOST_VISITORS = 24
_LONGEST = 1_200_000  # bytes of a message: a scenario file
_PING = 20  # seconds between two signs of life
_ENDING = [it for it in signal.Signals if it.name in {"SIGINT", "SIGTERM", "SIGHUP"}]  # Windows lacks the last


class Server:
    """The live page's server: ``start`` listens, ``run`` serves until it is stopped.

    ``scenario`` is opened first, ``named`` are files by the name under which a visitor asks for them.
    """

    def __init__(
        self, model: Model, scenario: str, named: Mapping[str, Path], out: Path, workers: int, *,
        step: Callable[..., Any] | None = None,
    ) -> None:  # fmt: skip
        self.model, self.scenario, self.named, self.out = model, scenario, named, out
        self.workers, self.language = workers, language()
        openings = openings_in(out, model.version)
        self.step = step or partial(step_world, openings=openings)
        self.watch = partial(watch_world, openings=openings)
        self.visitors: set[Any] = set()
        self.access: Access
        self.pool: Pool

    def start(self, port: int, listen: str = LOOPBACK) -> None:
        """Listen; a port of 0 is any free one. OSError where that cannot be."""
        family = socket.AF_INET6 if ":" in listen else socket.AF_INET
        listening = socket.create_server((listen, port), family=family)
        listening.setblocking(False)
        self.access = Access(listening.getsockname()[1], listen)
        self.pool = Pool(self.workers, tornado.ioloop.IOLoop.current(), self.step)
        pages = {}
        for code in LANGUAGES:
            with speaking(code):
                pages[code] = live_page(self.scenario).encode()
        served = {"server": self, "pages": pages, "headers": headers(script_text())}
        app = tornado.web.Application(
            [(r"/", _Page, served), (r"/socket", _Socket, {"server": self})],
            websocket_max_message_size=_LONGEST, websocket_ping_interval=_PING, log_function=lambda _: None,
            compress_response=True, default_handler_class=_Nothing, default_handler_args={"server": self},
        )  # fmt: skip
        self._http = tornado.httpserver.HTTPServer(app, max_header_size=32_000, max_body_size=10_000)
        self._http.add_sockets([listening])
        self.pool.start()

    def close(self) -> None:
        """End the visits and the workers."""
        self._http.stop()
        for visitor in list(self.visitors):
            visitor.close()
            visitor.on_close()
        self.pool.close()


async def serve(server: Server, port: int, listen: str, ready: Callable[[Access], None]) -> str:
    """Serve until a signal ends it, whose name it gives; ``ready`` is told how to reach the page."""
    server.start(port, listen)
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[str] = loop.create_future()

    def end(name: str) -> None:
        if not ended.done():
            ended.set_result(name)

    with contextlib.suppress(ValueError, RuntimeError):  # not the main thread
        for it in _ENDING:
            if signal.getsignal(it) is not signal.SIG_IGN:  # as of a job in the background, or under nohup
                loop.add_signal_handler(it, end, it.name)
    try:
        ready(server.access)
        return await ended
    finally:
        server.close()


class _Guarded(tornado.web.RequestHandler):
    """Refuses requests that name another host, or lack the token."""

    def initialize(self, server: Server, **more: Any) -> None:
        self.server, self.more = server, more

    def prepare(self) -> None:
        access = self.server.access
        if not access.is_known_host(self.request.host):
            raise tornado.web.HTTPError(403, reason="called by a name that is not this server's")
        self.admitted = access.is_token(self.get_cookie(access.cookie))

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        for name, value in headers("").items():
            self.set_header(name, value)

    def write_error(self, status_code: int, **_: Any) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code}: {self._reason}\n")


class _Nothing(_Guarded):
    def prepare(self) -> None:
        super().prepare()
        raise tornado.web.HTTPError(404, reason="there is nothing here: the page is /")


class _Page(_Guarded):
    def get(self) -> None:
        access = self.server.access
        if (given := self.get_query_argument("token", None)) is not None and access.is_token(given):
            self.set_cookie(access.cookie, access.token, httponly=True, samesite="Strict", path="/")
            self.redirect("/" if self._language() == ENGLISH else f"/?lang={self._language()}")
            return
        if not self.admitted:
            raise tornado.web.HTTPError(403, reason="open the address that sim app printed: it has a token")
        for name, value in self.more["headers"].items():
            self.set_header(name, value)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Language", self._language())
        self.set_header("Vary", "Accept-Language")
        self.finish(self.more["pages"][self._language()])

    def _language(self) -> str:
        """The language of the address; else that of ``--lang``, or the one that the browser asks for first."""
        asked = self.get_query_argument("lang", "")
        if asked in LANGUAGES:
            return asked
        own = self.server.language
        return own if own != ENGLISH else accepted(self.request.headers.get("Accept-Language", ""))


class _Socket(tornado.websocket.WebSocketHandler):
    visitor: Visitor | None = None

    def initialize(self, server: Server) -> None:
        self.server = server

    def prepare(self) -> None:
        access = self.server.access
        if not access.is_known_host(self.request.host) or not access.is_token(self.get_cookie(access.cookie)):
            raise tornado.web.HTTPError(403)

    def check_origin(self, origin: str) -> bool:
        return self.server.access.is_known_origin(origin, self.request.host)

    def get_compression_options(self) -> dict[str, Any]:
        return {}

    def open(self, *_: str, **__: str) -> None:
        server = self.server
        if len(server.visitors) >= MOST_VISITORS:
            self.close(4001, f"{MOST_VISITORS} pages are open, which is the most")
            return
        loop = tornado.ioloop.IOLoop.current()
        files, later = Files(server.named), loop.add_callback
        asked = self.get_query_argument("lang", "")
        self.visitor = Visitor(
            server.pool, server.model, files, server.out, self._say, later, server.watch, server.step,
            asked if asked in LANGUAGES else ENGLISH,
        )  # fmt: skip
        server.visitors.add(self)

    def on_message(self, message: str | bytes) -> None:
        if self.visitor is None:
            return
        try:
            given = json.loads(message)
        except (ValueError, RecursionError):
            given = {}
        self.visitor.hear(given)

    def on_close(self) -> None:
        if self.visitor is not None:
            self.visitor.close()
            self.visitor = None
            self.server.visitors.discard(self)

    def _say(self, message: dict[str, Any]) -> None:
        with contextlib.suppress(tornado.websocket.WebSocketClosedError):
            written = self.write_message(json.dumps(clean(message), separators=(",", ":")))
            written.add_done_callback(lambda it: it.exception())  # the page may go while it is written
