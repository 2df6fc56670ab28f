"""What the load of `upload` means for a server that is not ours.  Pure.

Imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.errors import UsageError
from bench.model.load import Load, parameters_of
from bench.model.ownserver import OwnServer, OwnUse, elsewhere
from scenarios.upload.load import LOAD, UploadLoad

OF_OUR_SERVERS = ("chunk_size", "server_time", "expiry")
"""Parameters that our own servers obey, and nobody else's."""


def check(_: str, load: Load[UploadLoad], own: OwnServer) -> None:
    """UsageError where the load asks for what such a server does not do for us."""
    known, values = parameters_of(LOAD), load.values()
    for name in OF_OUR_SERVERS:
        parameter = known[name]
        if values[parameter.field_name] != parameter.default:
            raise UsageError(f"{name}: your own server does not obey it; remove it")
    if hosts := elsewhere(own):
        raise UsageError(
            f"{hosts[0]}: uploads have no rate that could be limited on another host; measure a "
            "server on this one"
        )


def per_second(_: str, __: Load[UploadLoad]) -> float:
    """Nothing: no other host is loaded."""
    return 0.0


OWN = OwnUse(check, per_second)
