"""Which claims of `query_ids` speak of which topic of the subject. Data only."""

from __future__ import annotations

TOPICS = {
    "state in protocols": ("S4", "S4b", "S4c"),
    "UDP": ("S4", "S4b", "S4c"),
    "loss": ("S4", "S4b"),
    "security": ("S4", "S4c"),
}
