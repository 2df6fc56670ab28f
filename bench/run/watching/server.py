"""A server on the loopback interface that answers by routes: threads of its own, a free port.

Knows nothing of what it serves.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from bench.run.watching.routes import Routes

HOST = "127.0.0.1"
SECONDS = 5.0
"""How long a peer may take to say what it wants."""

MOST_UNREAD = 1 << 16
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class _Handler(BaseHTTPRequestHandler):
    timeout = SECONDS
    server_version, sys_version = "patternbench", ""
    routes: Routes

    def __getattr__(self, name: str) -> Callable[[], None]:
        """`do_GET`, `do_POST`, whatever the method is: the routes know what to answer."""
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        self._hear_out()
        answer = self.routes.answer(self.command, self.path)
        self.send_response(answer.status)
        headers = {"Content-Type": answer.kind, "Content-Length": str(len(answer.body))}
        for name, value in {**HEADERS, **headers, **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def _hear_out(self) -> None:
        """Read a small body: closing on unread bytes would reset the answer away."""
        length = self.headers.get("Content-Length", "")
        if length.isdigit() and int(length) <= MOST_UNREAD:
            self.rfile.read(int(length))

    def log_message(self, *_: Any) -> None:
        """Nothing is logged: the address has the token in it."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: Any) -> None:
        """A peer that went away is no matter of the run."""


@contextlib.contextmanager
def serving(routes: Routes) -> Iterator[int]:
    """Answer at a free port of 127.0.0.1, which is given, until the end of the block."""
    handler = type("Handler", (_Handler,), {"routes": routes})
    with _Server((HOST, 0), handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.1,), daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
