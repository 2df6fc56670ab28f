"""Which claims of `sidecar` speak of which topic of the subject. Data only."""

from __future__ import annotations

TOPICS = {
    "sidecars": ("C1", "C2", "C2b", "C3", "C4", "C6", "C6b", "C8", "C9b"),
    "proxies and firewalls": ("C1", "C2", "C9b"),
    "latency": ("C1", "C6", "C6b"),
    "HTTP/2": ("C3", "C8"),
    "TLS": ("C3", "C4", "C8"),
    "measuring": ("C6", "C6b"),
}
