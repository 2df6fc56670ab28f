"""Which claims of `reconnect_storm` speak of which topic of the subject. Data only."""

from __future__ import annotations

TOPICS = {
    "connections": ("S1e", "S1f", "S1g"),
    "restarts": ("S1e", "S1f"),
    "TLS": ("S1g",),
    "retries": ("S1f",),
}
