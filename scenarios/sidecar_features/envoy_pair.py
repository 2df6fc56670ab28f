"""Client side of `envoy_pair`: a part of the pattern is the program that calls."""

from bench.load.onlooker import Onlooker


class Client(Onlooker):
    """Looks on."""

    experiment = "sidecar_features"
