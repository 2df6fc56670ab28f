"""Which claims of `waiting` speak of which topic of the subject. Data only."""

from __future__ import annotations

TOPICS = {
    "synchronous and asynchronous": ("W1", "W2", "W2b"),
    "threads": ("W2", "W2b"),
    "epoll": ("W2", "W2b"),
    "io_uring": ("W2", "W2b"),
}
