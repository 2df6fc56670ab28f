"""An HTTP/1.1 connection that keeps the cookies of its replies, and tells who answered.

Knows the names of the headers, and nothing of what a cookie stands for.
"""

from __future__ import annotations

from collections.abc import Mapping

from bench.load.clients.http1 import Http1Connection
from bench.load.wire import WireMeter

BACKEND = b"x-backend"
"""The header by which a backend says which one it is."""

SET_COOKIE = b"set-cookie"


def cookie_header(cookies: Mapping[str, str]) -> str:
    """One line with all cookies, as a browser sends it (RFC 6265 5.4)."""
    return "Cookie: " + "; ".join(f"{name}={value}" for name, value in cookies.items()) + "\r\n"


class CookieConnection(Http1Connection):
    """`backend` and `set_cookies` are those of the newest reply."""

    def __init__(self, wire: WireMeter | None = None) -> None:
        self.backend = -1
        self.set_cookies: dict[str, str] = {}
        super().__init__(wire)

    def on_message_begin(self) -> None:
        self.backend, self.set_cookies = -1, {}

    def on_header(self, name: bytes, value: bytes) -> None:
        key = name.lower()
        if key == SET_COOKIE:
            pair = value.split(b";", 1)[0].decode("latin-1")
            cookie, _, text = pair.partition("=")
            self.set_cookies[cookie.strip()] = text.strip().strip('"')
        elif key == BACKEND and value.isdigit():
            self.backend = int(value)
