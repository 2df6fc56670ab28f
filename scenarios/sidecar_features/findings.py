"""Findings of `sidecar_features`: calls that fail where something was broken were asked for.

Pure; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.analysis.trialdata import TrialData
from bench.model.finding import Finding


def something_was_broken(data: TrialData) -> Finding | None:
    """Where answers are lost or servers replaced, failures are the result."""
    if not data.faults and not data.load.get("break_every"):
        return None
    found = data.accounting
    return Finding(
        "broken_on_purpose",
        "note",
        f"{found.lost:,} of {found.expected:,} {{outcomes}} {{missing}}, where answers were lost "
        "or servers replaced on purpose; latency describes only the others",
        "none needed: this was asked for (break_every, fault)",
    )


ALLOWANCES = EXCUSES = (something_was_broken,)
