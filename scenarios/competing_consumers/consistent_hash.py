"""Client side of `consistent_hash`: the program of the pattern produces and consumes."""

from bench.load.onlooker import Onlooker


class Client(Onlooker):
    """Looks on."""

    experiment = "competing_consumers"
