"""A browser without a window, driven over the WebDriver protocol; skipped where there is none, failed where CI=true."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest

ARROW_LEFT, ARROW_RIGHT, PAGE_UP, HOME, TAB, ENTER = "\ue012", "\ue014", "\ue00e", "\ue011", "\ue004", "\ue007"
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the protocol's name for a reference to an element
_OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1200,900",
)  # fmt: skip


_PATIENCE = 30.0  # seconds until a page is there


class Browser:
    """One session."""

    def __init__(self, port: int, folder: Path, chromium: str) -> None:
        self._port, self._session = port, ""
        options = {"binary": chromium, "args": [*_OPTIONS, f"--user-data-dir={folder}"]}
        patience = {"script": 100_000}  # milliseconds: a busy machine takes long over a whole page
        asked = {"alwaysMatch": {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"},
                                 "timeouts": patience}}  # fmt: skip
        self._session = self._call("POST", "/session", {"capabilities": asked})["sessionId"]

    def open(self, address: str) -> None:
        self._call("POST", "/url", {"url": "about:blank"})  # another hash alone would not load the page again
        self._call("POST", "/url", {"url": address})
        # On a busy machine the driver may answer before the page's script has run.
        there = "return location.href !== 'about:blank' && document.readyState === 'complete'"
        end = time.monotonic() + _PATIENCE
        while not self.script(there):
            assert time.monotonic() < end, f"{address} was not loaded"
            time.sleep(0.02)

    def script(self, text: str, *arguments: Any) -> Any:
        return self._call("POST", "/execute/sync", {"script": text, "args": arguments})

    def text(self, selector: str) -> str:
        return str(self.script("return document.querySelector(arguments[0]).textContent", selector))

    def press(self, selector: str, keys: str) -> None:
        found = self._call("POST", "/element", {"using": "css selector", "value": selector})
        self._call("POST", f"/element/{found[_ELEMENT]}/value", {"text": keys})

    def click(self, selector: str) -> None:
        self.script("document.querySelector(arguments[0]).click()", selector)

    def sized(self, width: int, height: int, *, dark: bool = False, still: bool = False) -> None:
        """A window of this size, and the theme that its user prefers, who may want nothing to move."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        wishes = {"color-scheme": "dark" if dark else "light", "reduced-motion": "reduce" if still else "no-preference"}
        media = {"features": [{"name": f"prefers-{name}", "value": value} for name, value in wishes.items()]}
        for command, how in (("setDeviceMetricsOverride", metrics), ("setEmulatedMedia", media)):
            self._call("POST", "/goog/cdp/execute", {"cmd": f"Emulation.{command}", "params": how})

    def charts(self, width: int) -> dict[str, int]:
        """How many wide charts a window of this width shows, and how many of their texts and frames are cut."""
        self.sized(width, 844)
        found: dict[str, int] = self.script("""
            const seen = [...document.querySelectorAll('figure.wide svg')].filter((it) => it.getClientRects().length);
            const frame = (it) => it.getBoundingClientRect();
            const beyond = (it) => frame(it).right > innerWidth + 1 || frame(it).left < -1;
            const cut = seen.flatMap((it) => [it, ...it.querySelectorAll('text')]).filter(beyond).length;
            const scrolled = seen.filter((it) => it.parentNode.scrollWidth > it.parentNode.clientWidth + 1).length;
            return {shown: seen.length, cut: cut + scrolled};""")
        return found

    def complaints(self) -> list[str]:
        """What the browser wrote on its console since it was last asked: errors, refused requests."""
        return [entry["message"] for entry in self._call("POST", "/se/log", {"type": "browser"})]

    def close(self) -> None:
        self._call("DELETE", "")

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        whole = path if path == "/session" else f"/session/{self._session}{path}"
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        try:
            connection.request(method, whole, json.dumps(body) if body is not None else None)
            value = json.loads(connection.getresponse().read())["value"]
        finally:
            connection.close()
        if isinstance(value, dict) and "error" in value:
            raise RuntimeError(value["message"])
        return value


def skipped_or_failed(reason: str) -> NoReturn:
    """What a test needs is not there: it is skipped, or fails where CI=true."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """A browser whose profile is in ``folder``; the test is skipped without Chromium and its driver, or fails."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        skipped_or_failed("chromium and chromedriver are not installed: apt-get install chromium chromium-driver")
    with subprocess.Popen(
        [driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout
            port = next(int(found[1]) for line in process.stdout if (found := re.search(r"on port (\d+)\.", line)))
            opened = Browser(port, folder / "profile", chromium)
            try:
                yield opened
            finally:
                opened.close()
        finally:
            process.terminate()
