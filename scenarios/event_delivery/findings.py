"""Findings of `event_delivery`: an event that is lost at a kill is what was asked for.

Pure; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.analysis.trialdata import TrialData
from bench.model.finding import Finding


def somebody_was_killed(data: TrialData) -> Finding | None:
    """Where there were kills, losses are the result."""
    if not data.faults:
        return None
    found = data.accounting
    return Finding(
        "killed_on_purpose",
        "note",
        f"{found.lost:,} of {found.expected:,} {{outcomes}} {{missing}}, where somebody was killed "
        "on purpose; latency describes only the others",
        "none needed: this was asked for (fault)",
    )


ALLOWANCES = EXCUSES = (somebody_was_killed,)
