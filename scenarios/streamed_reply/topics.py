"""Which claims of `streamed_reply` speak of which topic of the subject. Data only."""

from __future__ import annotations

TOPICS = {
    "streamed replies": ("L1", "L1b", "L2", "L2b", "L3", "L3b"),
    "request and response": ("L1", "L3"),
    "SSE (server-sent events)": ("L1", "L1b", "L2"),
    "proxies and firewalls": ("L1b", "L3"),
}
