"""Which claims of `address_change` speak of which topic of the subject. Data only."""

from __future__ import annotations

TOPICS = {
    "state in protocols": ("S5", "S5b", "S5c", "S5d", "S5e", "S5f"),
    "HTTP/2": ("S5e",),
    "HTTP/3 and QUIC": ("S5", "S5b", "S5d", "S5f"),
    "connections": ("S5", "S5b", "S5e", "S5f"),
    "loss": ("S5", "S5c"),
    "retries": ("S5", "S5c", "S5f"),
}
