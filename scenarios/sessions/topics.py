"""Which claims of `sessions` speak of which topic of the subject. Data only."""

from __future__ import annotations

TOPICS = {
    "state": ("S1", "S1b", "S1c", "S1d", "S2", "S2b", "S3", "S3b", "S3c"),
    "restarts": ("S1", "S1b", "S2", "S2b"),
    "tokens": ("S3", "S3b", "S3c"),
    "proxies and firewalls": ("S1c", "S1d"),
    "databases": ("S2", "S2b", "S3", "S3b"),
    "latency": ("S3", "S3b", "S3c"),
    "bandwidth": ("S3",),
}
