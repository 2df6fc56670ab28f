"""Client side of direct requests, at once: a receiver that is called."""

from scenarios.fan_out._listening import CalledReceiver


class Client(CalledReceiver):
    """Answers each event when it has dealt with it."""
