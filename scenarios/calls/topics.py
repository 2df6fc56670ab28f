"""Which claims of `calls` speak of which topic of the subject. Data only."""

from __future__ import annotations

TOPICS = {
    "remote procedure calls": ("R1", "R1b", "R2", "R3"),
    "serialisation": ("R1", "R1b", "R2"),
    "gRPC": ("R2",),
    "REST": ("R2", "R3"),
    "GraphQL": ("R3",),
    "HTTP/2": ("R2",),
    "backend load": ("R1", "R1b"),
}
