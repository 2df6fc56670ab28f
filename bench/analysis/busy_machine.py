"""Whether the machine was busy with other work while a run was measured.  Pure.

Trials that it disturbed beyond a bound are void (`disturbance`); this says of the whole run what
stood behind its numbers all the same.  Must not know how anything is read.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bench.model.disturbance import Disturbance
from bench.model.finding import Finding
from bench.model.records import TrialFile

LOAD_PER_CORE = 0.5
"""Runnable tasks a core before the run has begun: more is other work."""

PRESSURE = 0.25
"""Of the window of the middle trial: a quiet run's own processes wait for about a tenth of it."""

STEAL = 0.005
"""Of the cores' time in the middle trial, a quarter of what makes a trial void."""


def of_machine(environment: Mapping[str, Any], records: Sequence[TrialFile]) -> Finding | None:
    """One finding with all that is known of a busy machine; None of a quiet one."""
    load, cores = environment.get("load_average"), environment.get("cores") or 1
    pressure = _shares(records, lambda one: one.pressure)
    steal = _shares(records, lambda one: one.steal)
    is_loaded = isinstance(load, int | float) and load > LOAD_PER_CORE * cores
    if not (is_loaded or _middle(pressure) > PRESSURE or _middle(steal) > STEAL):
        return None
    return Finding(
        "machine_busy",
        "doubt",
        f"the machine had other work: {'; '.join(_seen(load, cores, pressure, steal))}",
        "stop other work on this machine and measure again; compare only patterns of this run, "
        "whose trials took turns",
    )


def _seen(load: Any, cores: int, pressure: Sequence[float], steal: Sequence[float]) -> list[str]:
    """What is beyond its bound first: who shortens the list keeps that."""
    found = []
    if isinstance(load, int | float):
        words = f"load average {load:.2f} on {cores} cores when the run began"
        found.append((load > LOAD_PER_CORE * cores, words))
    if pressure:
        words = f"tasks waited for a core (pressure) {_range(pressure)}"
        found.append((_middle(pressure) > PRESSURE, words))
    if max(steal, default=0.0) > STEAL:
        words = f"a hypervisor took (steal) {_range(steal)}"
        found.append((_middle(steal) > STEAL, words))
    return [words for _, words in sorted(found, key=lambda one: not one[0])]


def _range(shares: Sequence[float]) -> str:
    """ "10 % of the window in the middle trial, at most 82 %"."""
    middle = f"{_percent(_middle(shares))} of the window in the middle trial"
    return f"{middle}, at most {_percent(max(shares))}"


def _percent(share: float) -> str:
    return f"{share * 100:.2g} %" if 0 < share < 0.1 else f"{share * 100:.0f} %"


def _shares(records: Sequence[TrialFile], of: Callable[[Disturbance], float | None]) -> list[float]:
    found = (of(one.disturbance) for one in records if one.disturbance is not None)
    return [share for share in found if share is not None and not math.isnan(share)]


def _middle(shares: Sequence[float]) -> float:
    return statistics.median(shares) if shares else 0.0
