"""Which claims of `cpu_handlers` speak of which topic of the subject. Data only."""

from __future__ import annotations

TOPICS = {
    "synchronous and asynchronous": ("W3", "W3b"),
    "event loop": ("W3", "W3b"),
    "threads": ("W3", "W3b"),
    "processes": ("W3", "W3b"),
}
