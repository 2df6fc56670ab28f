"""Which claims of `sidecar_features` speak of which topic of the subject. Data only."""

from __future__ import annotations

TOPICS = {
    "sidecars": ("C5", "C5b", "C5c", "C5d", "C5e", "C5f", "C7", "C9", "C9c", "C9d", "C9e"),
    "HTTP/2": ("C7", "C9d"),
    "TLS": ("C7",),
    "proxies and firewalls": ("C9", "C9c", "C9d", "C9e"),
    "loss": ("C5c", "C5d", "C9e"),
    "scaling": ("C9",),
    "caches": ("C5b", "C5f"),
    "service discovery": ("C5c",),
    "tracing and monitoring": ("C5", "C5e", "C9c"),
}
