"""Which claims of `long_job` speak of which topic of the subject. Data only."""

from __future__ import annotations

TOPICS = {
    "long jobs": ("J1", "J2", "J3", "J4"),
    "request and response": ("J1", "J3"),
    "asynchronous processing": ("J2", "J3"),
    "short polling": ("J4",),
    "loss": ("J1", "J2"),
    "message queues": ("J2", "J3"),
}
