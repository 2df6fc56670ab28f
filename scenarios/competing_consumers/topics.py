"""Which claims of `competing_consumers` speak of which topic of the subject. Data only."""

from __future__ import annotations

TOPICS = {
    "message queues": ("F9", "F9b", "F9c", "F9d"),
    "publish and subscribe": ("F9",),
    "order": ("F9", "F9c", "F9d"),
    "scaling": ("F9", "F9b", "F9d"),
    "loss": ("F9d",),
}
