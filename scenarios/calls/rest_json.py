"""Client side of REST with JSON: the caller part makes the calls."""

from scenarios.calls._onlooker import Onlooker


class Client(Onlooker):
    """Looks on."""
