"""Which claims of `disk_reads` speak of which topic of the subject. Data only."""

from __future__ import annotations

TOPICS = {
    "synchronous and asynchronous": ("W4",),
    "event loop": ("W4",),
    "threads": ("W4",),
    "io_uring": ("W4",),
}
