"""Which claims of `chat` speak of which topic of the subject. Data only."""

from __future__ import annotations

TOPICS = {
    "request and response": ("K1", "K2"),
    "short polling": ("K1", "K3"),
    "push": ("K1", "K2", "K3"),
    "WebSocket": ("K2", "K1"),
    "SSE (server-sent events)": ("K2",),
    "bandwidth": ("K1", "K2"),
    "backend load": ("K1b", "K2b"),
    "presence": ("K3", "K3b"),
}
