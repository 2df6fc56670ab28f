"""Closed-form predictions for `durability`.  Pure: numbers in, number out.

Symbols: C writers that do not wait for each other, t_x what a record takes without waiting for
a disk, t_f a flush, R round trip to the standby, s the standby's own part (seconds throughout).
"""

from __future__ import annotations


def stored_per_s(writers: float, work_s: float, flush_s: float) -> float:
    """SYNC-2: C/(t_x + t_f): each waits for its own flush."""
    return writers / (work_s + flush_s)


def replicated_s(commit_s: float, rtt_s: float, standby_s: float) -> float:
    """SYNC-3: commit + R + s: the log goes to the standby and its answer comes back."""
    return commit_s + rtt_s + standby_s
