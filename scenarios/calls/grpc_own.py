"""Client side of gRPC at somebody else's server: the caller part makes the calls."""

from scenarios.calls._onlooker import Onlooker


class Client(Onlooker):
    """Looks on."""
