"""HTTP/1.1 over TLS 1.3: each new connection takes a signature of the server's key."""

from __future__ import annotations

from targets.reconnect_storm._answering import TlsTarget

TITLE = "TLS, full handshake"
EXAMPLE = "curl -ik https://{host}:{port}/"


class Target(TlsTarget):
    """GET / is answered with two letters.  No client gets a ticket."""
