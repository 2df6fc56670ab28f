"""Client side of threads: the program itself makes the work."""

from bench.load.onlooker import Onlooker


class Client(Onlooker):
    """Looks on."""

    experiment = "disk_reads"
