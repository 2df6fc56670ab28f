"""Findings of `sessions`: a workflow that breaks at a restart is what was asked for.

Pure; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.analysis.trialdata import TrialData
from bench.model.finding import Finding
from scenarios.sessions.load import NONE


def workflows_broke(data: TrialData) -> Finding | None:
    """Where there were faults, or no affinity, some requests are refused."""
    has_no_affinity = data.load.get("affinity") == NONE and int(data.load.get("backends", 1)) > 1
    if not data.faults and not has_no_affinity:
        return None
    found = data.accounting
    why = "fault" if data.faults else "affinity"
    return Finding(
        "workflows_broke",
        "note",
        f"{found.lost:,} of {found.expected:,} {{outcomes}} {{missing}}, because their session was "
        "not known or nobody served them; latency describes only the others",
        f"none needed: this was asked for ({why})",
    )


ALLOWANCES = EXCUSES = (workflows_broke,)
