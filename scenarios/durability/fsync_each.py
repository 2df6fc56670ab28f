"""Client side of fsync after each write: the program of the pattern stores the records."""

from scenarios.durability._onlooker import Onlooker


class Client(Onlooker):
    """Looks on."""
