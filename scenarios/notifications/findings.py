"""Findings of `notifications`: that nothing happened is no fault where events are rare.

Pure; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.analysis.trialdata import TrialData
from bench.model.finding import Finding
from scenarios.notifications.load import PASSES

RARE_PER_S = 0.01
"""At a lower event rate a trial is about waiting: that nothing comes is no fault."""


def events_are_rare(data: TrialData) -> Finding | None:
    if data.accounting.expected or data.load.get("event_rate_per_s", 1) >= RARE_PER_S:
        return None
    return Finding(
        "nothing_happened",
        "note",
        "no event fell into the window, as is usual at such a low rate: this measures the cost "
        "of waiting",
        "none needed",
    )


def held_up(data: TrialData) -> Finding | None:
    """A proxy that refuses what a pattern needs, or holds it: that is what was to be seen."""
    if data.load.get("proxy", PASSES) == PASSES:
        return None
    return Finding(
        "held_up",
        "note",
        "no event came through the proxy, which refuses upgrades or buffers responses",
        "none needed: this was asked for",
    )


EXCUSES = (events_are_rare, held_up)
