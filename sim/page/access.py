"""Who may use the page: a token, the names by which the server is called, the origin of a socket, and the policy.

The page runs on this machine for the person who started it. Other pages that the browser shows must not be able to use
it: by a name that resolves to this machine, by a socket from elsewhere, or within a frame.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass, field

LOOPBACK = "127.0.0.1"
_LOCAL = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True)
class Access:
    """What a request must show; ``listen`` is the address that the server listens at."""

    port: int
    listen: str = LOOPBACK
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)

    @property
    def cookie(self) -> str:
        """The name of the cookie that holds the token; cookies do not tell ports apart."""
        return f"sim-{self.port}"

    @property
    def address(self) -> str:
        """The address to open: it sets the cookie, and leads to one without the token."""
        host = LOOPBACK if self.listen in ("0.0.0.0", "::") else self.listen  # noqa: S104  the machine itself
        return f"http://{_bracketed(host)}:{self.port}/?token={self.token}"

    def is_known_host(self, host: str) -> bool:
        """Whether the server is called by a name of its own: this machine's, or the one that it was told to listen at.

        Where it listens at every address, any address in numbers is its own, but no other name is.
        """
        name, _, port = host.rpartition(":")
        if port != str(self.port):
            return False
        if name in (*_LOCAL, _bracketed(self.listen)):
            return True
        return self.listen in ("0.0.0.0", "::") and _is_address(name.strip("[]"))  # noqa: S104

    def is_known_origin(self, origin: str | None, host: str) -> bool:
        """Whether a socket is opened by the page itself."""
        return origin == f"http://{host}" and self.is_known_host(host)

    def is_token(self, given: str | None) -> bool:
        """Whether this is the token."""
        return given is not None and hmac.compare_digest(given.encode(), self.token.encode())


def policy(script: str) -> str:
    """The page's policy: the report's, and a socket to this server; the page is shown in no frame."""
    allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{allowed}'; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def headers(script: str) -> dict[str, str]:
    """The headers of the page."""
    return {
        "Content-Security-Policy": policy(script),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }


def is_loopback(host: str) -> bool:
    """Whether an address is of this machine alone."""
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
