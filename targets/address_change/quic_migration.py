"""HTTP/3 over QUIC (aioquic): a connection is its ids, and each packet has one of them."""

from __future__ import annotations

from targets.address_change._http3 import Http3Target

TITLE = "QUIC, migrating"
EXAMPLE = "curl --http3-only -ik https://{host}:{port}/do/1"


class Target(Http3Target):
    """GET /do/ID does an action; `?once` does it once, however often it is asked for.

    A packet with the id of a connection belongs to it, and its address is validated (RFC 9000, 9).
    """
