"""Which claims of `multipath` speak of which topic of the subject. Data only."""

from __future__ import annotations

TOPICS = {
    "MPTCP (multipath TCP)": ("M8",),
    "demultiplexing": ("M8",),
    "loss": ("M8",),
}
