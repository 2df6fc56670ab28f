"""Which claims of `event_delivery` speak of which topic of the subject. Data only."""

from __future__ import annotations

TOPICS = {
    "publish and subscribe": ("F5", "F5b", "F3", "F3b"),
    "message queues": ("F5", "F5b", "F3", "F3b"),
    "durability": ("F5", "F5b"),
    "loss": ("F5", "F5b", "F3", "F3b"),
    "slow and absent clients": (
        "F3",
        "F3b",
    ),
}
