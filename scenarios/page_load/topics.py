"""Which claims of `page_load` speak of which topic of the subject. Data only."""

from __future__ import annotations

TOPICS = {
    "HTTP/1.1": ("M1", "M2", "N15"),
    "HTTP/2": ("M1", "M3", "M4", "M7", "N15"),
    "HTTP/3 and QUIC": ("M1", "M3", "M4", "M5", "M7"),
    "multiplexing": ("M1", "M2", "M3", "M4", "N15"),
    "head-of-line blocking": ("M4", "N15"),
    "loss": ("M4",),
    "browsers": ("M6", "N15"),
    "connections": ("M1", "M2", "M5"),
    "latency": ("M2", "M3", "M5"),
    "backend load": ("M7",),
    "SSE (server-sent events)": ("N15",),
}
