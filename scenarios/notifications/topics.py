"""Which claims of `notifications` speak of which topic of the subject. Data only."""

from __future__ import annotations

TOPICS = {
    "short polling": ("N2", "N3", "N4", "N5", "N6", "N6b", "N13", "N17"),
    "long polling": ("N7", "N9", "N6", "N8", "N6b"),
    "push": ("N1", "N10", "N11", "N12", "N13", "N19"),
    "SSE (server-sent events)": ("N1", "N14", "N19", "N10", "N11", "N12"),
    "WebSocket": ("N1", "N14", "N19", "N10", "N11", "N12"),
    "publish and subscribe": ("N1", "N11", "N12"),
    "broadcast": ("N9", "N16"),
    "latency": ("N1", "N2", "N7", "N9"),
    "bandwidth": ("N4", "N14", "N17"),
    "requests": ("N3", "N6", "N8"),
    "backend load": ("N5", "N6b", "N10", "N16", "N18"),
    "memory": ("N18", "N12"),
    "slow and absent clients": ("N11", "N12"),
    "proxies and firewalls": ("N19",),
    "measuring": ("X1", "X2", "X2b"),
    "coordinated omission": ("X1",),
    "synchronous and asynchronous": ("N1", "N11", "N13"),
}
