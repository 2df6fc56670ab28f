"""What the load of `calls` means for a server that is not ours.  Pure.

Imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.errors import UsageError
from bench.model.load import Load
from bench.model.ownserver import OwnServer, OwnUse, elsewhere
from scenarios.calls.load import CallsLoad


def check(_: str, load: Load[CallsLoad], own: OwnServer) -> None:
    """UsageError where nothing would limit the calls to another host."""
    if elsewhere(own) and not load.own.call_rate_per_s:
        raise UsageError(
            "call_rate=0: calls without a pause could be any number; on another host add e.g. "
            "--set call_rate=10/s"
        )


def per_second(_: str, load: Load[CallsLoad]) -> float:
    """Calls in a second."""
    return load.own.call_rate_per_s


OWN = OwnUse(
    only_ours=("payload", "needed"),
    why="answers as it does; remove it, and name in the description what is read",
    per_second=per_second,
    check=check,
)
