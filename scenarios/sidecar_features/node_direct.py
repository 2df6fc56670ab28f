"""Client side of `node_direct`: a part of the pattern is the program that calls."""

from bench.load.onlooker import Onlooker


class Client(Onlooker):
    """Looks on."""

    experiment = "sidecar_features"
