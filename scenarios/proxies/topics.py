"""Which claims of `proxies` speak of which topic of the subject. Data only."""

from __future__ import annotations

TOPICS = {
    "multiplexing": ("P1",),
    "demultiplexing": ("P2",),
    "proxies and firewalls": ("P1", "P2"),
    "HTTP/2": ("P1", "P2"),
    "backend load": ("P1", "P2"),
}
