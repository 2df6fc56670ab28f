"""What the load of `page_load` means for a server that is not ours.  Pure.

Imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.ownserver import OwnUse

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
)
