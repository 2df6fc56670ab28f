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


def account_was_cut_off(data: TrialData) -> Finding | None:
    """Where the drain was too short: what is missing is not lost."""
    if not data.counted.get("end", {}).get("cut_off"):
        return None
    return Finding(
        "account_cut_off",
        "doubt",
        "the trial ended before everything was published and nothing more came: {outcomes} that "
        "are missing may still be on their way",
        "give it more time after the window (--set drain=120s); where a broker does not come "
        "back, its log says why",
    )


DOUBTS = (account_was_cut_off,)
ALLOWANCES = EXCUSES = (somebody_was_killed,)
