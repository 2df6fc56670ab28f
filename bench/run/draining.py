"""The end of a trial's window: waits for what is still owed.

Knows what parts and clients count, and nothing of how it is recorded.
"""

from __future__ import annotations

import math
import time
from typing import Any

from bench.lab.parts import START_SECONDS
from bench.model.combining import combine
from bench.model.errors import TrialFailed
from bench.model.experiment import Experiment
from bench.model.load import Load
from bench.model.messages import (
    AskClientCounters,
    AskPartCounters,
    ClientCounters,
    PartCounters,
)
from bench.run.startup import STEP_SECONDS, RunningTrial


def drain(experiment: Experiment, running: RunningTrial, load: Load[Any]) -> None:
    """Wait for what is still owed, at most as long as the experiment has patience."""
    deadline = time.monotonic() + experiment.patience_s(load)
    per_event = experiment.deliveries_per_event(load)
    still = Stillness(experiment.gives_up_after_s(load))
    while True:
        left_s = max(0.1, deadline - time.monotonic())
        replies = running.parts.ask(AskPartCounters(), PartCounters, left_s + START_SECONDS)
        if not replies:  # all killed on purpose: nothing more will come
            return
        parts = combine(replies)
        if parts.failure and not running.parts.killed:
            raise TrialFailed(parts.failure)
        clients = running.load.ask(AskClientCounters(), ClientCounters)
        if is_all_done(parts, clients, per_event) or time.monotonic() > deadline:
            return
        if still.lasts(clients.outcomes + parts.outcomes, time.monotonic()):
            return
        time.sleep(STEP_SECONDS)


def is_all_done(parts: PartCounters, clients: ClientCounters, per_event: int) -> bool:
    """Whether nothing is under way any more."""
    if parts.published is None:  # clients or a caller make the work
        return not clients.busy and not parts.busy
    # The probe of the verification was published before there were clients.
    owed = (parts.published - 1) * per_event
    return not parts.publishing and not parts.busy and clients.outcomes >= owed


class Stillness:
    """Sees that a number has not changed for a while."""

    def __init__(self, seconds: float | None) -> None:
        self._seconds = math.inf if seconds is None else seconds
        self._value = -1
        self._since_s = 0.0

    def lasts(self, value: int, now_s: float) -> bool:
        """Whether `value` has been the same for long enough."""
        if value != self._value:
            self._value, self._since_s = value, now_s
        return now_s - self._since_s >= self._seconds
