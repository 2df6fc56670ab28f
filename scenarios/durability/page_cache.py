"""Client side of writes into the page cache: the program of the pattern stores the records."""

from scenarios.durability._onlooker import Onlooker


class Client(Onlooker):
    """Looks on."""
