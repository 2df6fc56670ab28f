"""What the load of `page_load` means for a server that is not ours.  Pure.

Imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.errors import UsageError
from bench.model.load import Load, parameters_of
from bench.model.ownserver import OwnServer, OwnUse, elsewhere
from scenarios.page_load.load import LOAD, PageLoad

OF_OUR_SERVERS = (
    "resources",
    "resource_size",
    "sizes",
    "server_delay",
    "tls",
    "streams",
    "protocol",
    "max_streams",
)
"""What our servers are told: of another one its own description says it, or nobody."""


def check(_: str, load: Load[PageLoad], own: OwnServer) -> None:
    """UsageError where the load asks for what such a server does not do for us."""
    known, values = parameters_of(LOAD), load.values()
    for name in OF_OUR_SERVERS:
        parameter = known[name]
        if values[parameter.field_name] != parameter.default:
            raise UsageError(
                f"{name}: your own server is not told; remove it, and describe the page in "
                "page.url and page.resources"
            )
    if hosts := elsewhere(own):
        raise UsageError(
            f"{hosts[0]}: pages have no rate that could be limited on another host; measure a "
            "server on this one"
        )


def per_second(_: str, __: Load[PageLoad]) -> float:
    """Nothing: no other host is loaded."""
    return 0.0


OWN = OwnUse(check, per_second)
