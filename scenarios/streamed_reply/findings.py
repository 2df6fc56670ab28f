"""Findings of `streamed_reply`: a reply that nobody reads to its end is what was asked for.

Pure; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.analysis.trialdata import TrialData
from bench.model.finding import Finding
from scenarios.streamed_reply._nobody import unread_without_leaving


def readers_left(data: TrialData) -> Finding | None:
    """Every reply that was not read to its end has its departure."""
    if not data.load.get("leave_rate_per_s") or unread_without_leaving(data):
        return None
    found = data.accounting
    return Finding(
        "readers_left",
        "note",
        f"{found.lost:,} of {found.expected:,} {{outcomes}} {{missing}}, because their readers "
        "left; latency describes only the others",
        "none needed: this was asked for (leave_rate)",
    )


ALLOWANCES = EXCUSES = (readers_left,)
