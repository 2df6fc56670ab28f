"""Which claims of `chain` speak of which topic of the subject. Data only."""

from __future__ import annotations

TOPICS = {
    "request and response": ("F10",),
    "latency": ("F10", "F11"),
    "proxies and firewalls": ("F11",),
    "asynchronous processing": ("F11",),
    "message queues": ("F11",),
    "circuit breakers": ("F11",),
    "services in a row": ("F10", "F11"),
}
