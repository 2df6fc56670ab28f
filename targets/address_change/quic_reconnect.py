"""HTTP/3 over QUIC (aioquic): every connection has a full handshake."""

from __future__ import annotations

from targets.address_change._http3 import Http3Target

TITLE = "QUIC, reconnecting"
EXAMPLE = "curl --http3-only -ik https://{host}:{port}/do/1"


class Target(Http3Target):
    """GET /do/ID does an action; `?once` does it once.  It gives no tickets."""
