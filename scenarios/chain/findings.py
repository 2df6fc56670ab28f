"""Findings of `chain`: a request that fails because a service was to fail is what was asked for.

Pure; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.analysis.trialdata import TrialData
from bench.model.finding import Finding


def services_failed(data: TrialData) -> Finding | None:
    """Some service was to fail, or a fault held one up."""
    if not (data.load.get("failing") or data.faults):
        return None
    found = data.accounting
    return Finding(
        "services_failed",
        "note",
        f"{found.lost:,} of {found.expected:,} {{outcomes}} {{missing}}, because services were "
        "made to fail or stand still; latency describes only the others",
        "none needed: this was asked for (failing, fault)",
    )


ALLOWANCES = EXCUSES = (services_failed,)
