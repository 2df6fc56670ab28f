"""Findings of `long_job`: a result that is lost because its caller left is what was asked for.

Pure; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.analysis.trialdata import TrialData
from bench.model.finding import Finding
from scenarios.long_job.metrics import lost_without_leaving


def callers_left(data: TrialData) -> Finding | None:
    """Every lost result has its departure."""
    if not data.load.get("leave_rate_per_s") or lost_without_leaving(data):
        return None
    found = data.accounting
    return Finding(
        "callers_left",
        "note",
        f"{found.lost:,} of {found.expected:,} {{outcomes}} {{missing}}, because their callers "
        "left; latency describes only the others",
        "none needed: this was asked for (leave_rate)",
    )


ALLOWANCES = EXCUSES = (callers_left,)
