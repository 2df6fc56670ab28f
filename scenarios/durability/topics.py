"""Which claims of `durability` speak of which topic of the subject. Data only."""

from __future__ import annotations

TOPICS = {
    "synchronous and asynchronous": ("W5", "W6", "W7"),
    "databases": ("W5", "W7"),
    "durability": ("W5", "W6", "W7"),
    "replication": ("W7",),
    "loss": ("W5", "W6", "W7"),
}
