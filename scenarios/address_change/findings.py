"""Findings of `address_change`: a request that is given up where there are no retries was to be.

Pure; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.analysis.trialdata import TrialData
from bench.model.finding import Finding


def requests_given_up(data: TrialData) -> Finding | None:
    """Connections broke, and clients do not retry."""
    if data.load.get("retry") != "none" or not data.faults:
        return None
    found = data.accounting
    return Finding(
        "requests_given_up",
        "note",
        f"{found.lost:,} of {found.expected:,} {{outcomes}} {{missing}}, because their connection "
        "broke and clients do not retry; latency describes only the others",
        "none needed: this was asked for (retry=none, fault)",
    )


ALLOWANCES = EXCUSES = (requests_given_up,)
