"""HTTP/3 over QUIC (aioquic): a client that was here before may ask before the handshake ends."""

from __future__ import annotations

from typing import Any

from targets.address_change._http3 import Http3Target, Tickets

TITLE = "QUIC, early data"
EXAMPLE = "curl --http3-only -ik https://{host}:{port}/do/1"


class Target(Http3Target):
    """GET /do/ID does an action; `?once` does it once, however often it is asked for.

    A request in early data is done at once.  A copy of it by somebody else would not be: a ticket
    is taken once.
    """

    def __init__(self, *settings: Any) -> None:
        super().__init__(*settings)
        self.tickets = Tickets()
