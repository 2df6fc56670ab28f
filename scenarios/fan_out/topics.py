"""Which claims of `fan_out` speak of which topic of the subject. Data only."""

from __future__ import annotations

TOPICS = {
    "publish and subscribe": (
        "F1",
        "F1b",
        "F2",
        "F2b",
        "F2c",
        "F2d",
        "F4",
        "F6",
        "F6b",
        "F7",
        "F8",
        "F8b",
    ),
    "request and response": ("F1", "F1b", "F2b", "F4"),
    "broadcast": ("F1", "F1b", "F2", "F2b", "F2c", "F2d"),
    "message queues": ("F6", "F7"),
    "slow and absent clients": ("F4",),
    "bandwidth": ("F8", "F8b"),
}
