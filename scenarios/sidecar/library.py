"""Client side of the library: the same client, which connects by HTTP/2 and TLS."""

from __future__ import annotations

from scenarios.sidecar import _secured as secured
from scenarios.sidecar._caller import Caller


class Client(Caller):
    """The same client; what differs is how it connects."""

    open_client = staticmethod(secured.open_client)
