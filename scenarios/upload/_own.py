"""What the load of `upload` means for a server that is not ours.  Pure.

Imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.ownserver import OwnUse

OWN = OwnUse(
    only_ours=("chunk_size", "server_time", "expiry"),
    why="does not obey it; remove it",
    per_second=None,
)
