"""Which claims of `cold_cache` speak of which topic of the subject. Data only."""

from __future__ import annotations

TOPICS = {
    "state": ("S6", "S6b"),
    "restarts": ("S6", "S6b"),
    "caches": ("S6", "S6b"),
    "latency": ("S6",),
    "databases": ("S6", "S6b"),
}
