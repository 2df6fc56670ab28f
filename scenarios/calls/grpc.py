"""Client side of gRPC: the caller part makes the calls."""

from scenarios.calls._onlooker import Onlooker


class Client(Onlooker):
    """Looks on."""
