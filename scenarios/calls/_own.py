"""What the load of `calls` means for a server that is not ours.  Pure.

Imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.errors import UsageError
from bench.model.load import Load, parameters_of
from bench.model.ownserver import OwnServer, OwnUse, elsewhere
from scenarios.calls.load import LOAD, CallsLoad

OF_OUR_SERVERS = ("payload", "needed")
"""What our servers answer with: of another one its own description says it."""


def check(_: str, load: Load[CallsLoad], own: OwnServer) -> None:
    """UsageError where the load asks for what such a server does not do for us."""
    known, values = parameters_of(LOAD), load.values()
    for name in OF_OUR_SERVERS:
        parameter = known[name]
        if values[parameter.field_name] != parameter.default:
            raise UsageError(
                f"{name}: your own server answers as it does; remove it, and name in call.fields "
                "what is read"
            )
    if elsewhere(own) and not load.own.call_rate_per_s:
        raise UsageError(
            "call_rate=0: calls without a pause could be any number; on another host add e.g. "
            "--set call_rate=10/s"
        )


def per_second(_: str, load: Load[CallsLoad]) -> float:
    """Calls in a second."""
    return load.own.call_rate_per_s


OWN = OwnUse(check, per_second)
