"""Which trials are measured again because the machine disturbed them.  Pure.

Only that a trial was disturbed is known here, never what it measured.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence

from bench.model.trial import Trial

MOST_PER_TRIAL = 2
"""A trial that was disturbed three times meets a machine that is not quiet."""

MOST_SHARE, LEAST = 0.25, 6
"""Of a run's planned trials at most this share is measured again, but as many as these: one more
for each trial of the shortest run that settles anything."""


def due(planned: Sequence[Trial], disturbed: Collection[int]) -> Trial | None:
    """The next trial to measure again: as the disturbed one, with a number of its own.

    `disturbed` are the numbers of the trials that were.  None where all have been replaced,
    or where the bounds are reached.
    """
    replaced = {one.replaces: one for one in planned if one.replaces is not None}
    for trial in planned:
        if trial.number in disturbed and trial.number not in replaced:
            if spent(planned) or attempts(planned, trial) >= MOST_PER_TRIAL:
                continue
            number = 1 + max(one.number for one in planned)
            return dataclasses.replace(trial, number=number, replaces=trial.number)
    return None


def attempts(planned: Sequence[Trial], trial: Trial) -> int:
    """How often this trial has been measured again so far."""
    by_number = {one.number: one for one in planned}
    count = 0
    while trial.replaces is not None:
        trial, count = by_number[trial.replaces], count + 1
    return count


def spent(planned: Sequence[Trial]) -> bool:
    """Whether the run has no more trials to give."""
    again = sum(one.replaces is not None for one in planned)
    return again >= max(LEAST, MOST_SHARE * (len(planned) - again))


def original(planned: Sequence[Trial], number: int) -> int:
    """The number of the trial in whose place the numbered one stands: its own, if in none."""
    by_number = {one.number: one for one in planned}
    trial = by_number[number]
    while trial.replaces is not None:
        trial = by_number[trial.replaces]
    return trial.number
