"""``sim app``: the live page, which answers a what-if while sliders move."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Annotated

import typer

from sim.commands import options
from sim.commands.common import FAILED, WRONG, errors, fail, say, watcher
from sim.language import tr

PORT = 8321


def app(
    scenario: Annotated[
        str, options.scenario("[SCENARIO|FILE]", "The scenario to begin with: a name or a TOML file.")
    ] = "shougang",
    *,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, metavar="PORT", help=f"Default: {PORT}, or any free one; 0 is any free one."),
    ] = None,
    listen: Annotated[
        str | None,
        typer.Option("--listen", metavar="HOST", help="Also let other machines use the page. Default: this one alone."),
    ] = None,
    show: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")] = True,
    workers: options.Workers = None,
    out: options.Out = options.RESULTS,
) -> None:
    """Open the live page in the browser.

    Sliders, switches and schedules for every parameter. A move runs both worlds on the same seeds, and the decision
    card, the differences and the fans follow as seeds are done. Without --listen only this machine can reach the page,
    which needs no network. Results are stored when they are saved.
    """
    with errors(interrupted="interrupted"):
        import asyncio

        from sim.model.catalogue import load
        from sim.page.access import LOOPBACK, Access, is_loopback
        from sim.page.asked import FILE
        from sim.page.opened import Files
        from sim.page.server import Server, serve
        from sim.runs.batch import compile_first
        from sim.runs.executor import usable_cores
        from sim.runs.replicate import ecosystem
        from sim.scenario.extending import shipped_files

        named: dict[str, Path] = {}
        name = scenario
        if scenario not in shipped_files():
            name = f"{FILE}{Path(scenario).name}"
            named[name] = Path(scenario)
            load(scenario)
        found = Files(named).load(name)
        model = ecosystem()
        compile_first(model, found.catalogue, watcher())
        server = Server(model, name, named, out, workers or usable_cores())
        host = listen or LOOPBACK

        def ready(access: Access) -> None:
            typer.echo(access.address)
            if listen and not is_loopback(listen):
                say(
                    tr(
                        "--listen {host}: anybody who can reach this machine and has the address above can run worlds "
                        "on it and save results in {out}; what they send and see is not encrypted",
                        host=listen,
                        out=out,
                    )
                )
            say(tr("the page is open until Ctrl-C"))
            if show:
                _open(access.address)

        try:
            ended = asyncio.run(serve(server, _free(port, host), host, ready))
        except (OSError, UnicodeError) as error:  # UnicodeError: of a name that can be none of a machine, such as a..b
            why = getattr(error, "strerror", None) or str(error)
            wrong = f"{host}:{port if port is not None else PORT}: {why}"
            fail(f"{wrong}, allowed: a free port (--port) and an address of this machine (--listen)",
                 WRONG if listen or port else FAILED)  # fmt: skip
        with contextlib.suppress(OSError):  # the terminal may be gone
            say(tr("the page was ended by {signal}", signal="Ctrl-C" if ended == "SIGINT" else ended))


def _free(port: int | None, host: str) -> int:
    """The port asked for; by default the usual one, so that links stay valid, where it is free."""
    if port is not None:
        return port
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, PORT))
        except (OSError, UnicodeError):  # the second is said where the server begins to listen
            return 0
    return PORT


def _open(address: str) -> None:
    """Open an address in the browser; without one it has been printed."""
    import threading
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
