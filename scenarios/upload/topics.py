"""Which claims of `upload` speak of which topic of the subject. Data only."""

from __future__ import annotations

TOPICS = {
    "uploads": ("U1", "U2", "U3"),
    "chunked uploads": ("U2", "U3"),
    "resumable uploads (tus)": ("U2",),
    "loss": ("U1", "U2"),
}
