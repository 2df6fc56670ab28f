"""Findings of `sidecar`: requests that fail because a sidecar was killed are what was asked for.

Pure; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.analysis.trialdata import TrialData
from bench.model.finding import Finding


def sidecar_failed(data: TrialData) -> Finding | None:
    """A fault held up what is on the way."""
    if not data.faults:
        return None
    found = data.accounting
    return Finding(
        "way_cut",
        "note",
        f"{found.lost:,} of {found.expected:,} {{outcomes}} {{missing}}, because something on "
        "their way was made to fail; latency describes only the others",
        "none needed: this was asked for (fault)",
    )


ALLOWANCES = EXCUSES = (sidecar_failed,)
