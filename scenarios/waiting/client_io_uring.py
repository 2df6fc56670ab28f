"""Client side of io_uring: the caller part makes the calls."""

from bench.load.onlooker import Onlooker


class Client(Onlooker):
    """Looks on."""

    experiment = "waiting"
