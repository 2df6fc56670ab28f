"""HTTP/1.1 over TLS 1.3 with tickets: who was here before needs no signature (RFC 8446, 2.2)."""

from __future__ import annotations

from targets.reconnect_storm._answering import TlsTarget

TITLE = "TLS, resumed"
EXAMPLE = "curl -ik https://{host}:{port}/"


class Target(TlsTarget):
    """GET / is answered with two letters.  A ticket comes with each handshake."""

    resumes = True
