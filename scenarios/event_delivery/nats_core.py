"""Client side of `nats_core`: the parts of the pattern publish and consume."""

from bench.load.onlooker import Onlooker


class Client(Onlooker):
    """Looks on."""

    experiment = "event_delivery"
