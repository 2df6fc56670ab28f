"""What the load of `page_load` means for a server that is not ours.  Pure.

Imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.load import Load
from bench.model.ownserver import OwnServer, OwnUse
from bench.model.rates import counted
from scenarios.page_load.load import PageLoad


def sentence(load: Load[PageLoad], own: OwnServer) -> str:
    """How many load how much at once: the page is the description's."""
    page = f"pages of {counted(len(own.page.resources), 'resource')} of your own server"
    return f"{counted(load.window.clients, 'client')}, {page}, one after the other (no rate)"


OWN = OwnUse(
    only_ours=(
        "resources",
        "resource_size",
        "sizes",
        "server_delay",
        "tls",
        "streams",
        "protocol",
        "max_streams",
    ),
    why="is not told; remove it, and describe the page in page.url and page.resources",
    per_second=None,
    sentence=sentence,
)
