"""Which claims of `connection_pool` speak of which topic of the subject. Data only."""

from __future__ import annotations

TOPICS = {
    "connection pools": ("D1", "D1b", "D2", "D2b", "D3"),
    "databases": ("D1", "D1b", "D2", "D2b", "D3"),
    "queueing": ("D1", "D1b"),
    "connections": ("D2", "D2b"),
    "latency": ("D2", "D3"),
    "backend load": ("D2",),
}
