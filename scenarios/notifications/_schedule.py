"""What a trial's schedule holds: known from its load and seed before it begins.  Pure."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import takewhile

from bench.model.load import Load
from bench.plan import arrivals
from scenarios.notifications.load import NotificationLoad, audience


def events_in_window(load: Load[NotificationLoad], seed: float) -> float:
    """How many events are due in the window; NaN where a recorded trace says it."""
    if load.own.schedule == "trace":
        return math.nan
    is_even = load.own.schedule == "constant"
    return _counted(
        is_even,
        load.own.event_rate_per_s,
        int(seed),
        load.window.warmup_s,
        load.window.duration_s,
    )


@lru_cache(maxsize=256)
def _counted(is_even: bool, rate: float, seed: int, warmup_s: float, duration_s: float) -> int:
    """The schedule begins with the warm-up."""
    times = arrivals.constant(rate) if is_even else arrivals.poisson(rate, seed)
    begin_ns, end_ns = warmup_s * 1e9, (warmup_s + duration_s) * 1e9
    return sum(1 for at_ns in takewhile(lambda at_ns: at_ns < end_ns, times) if at_ns >= begin_ns)


def event_times_s(load: Load[NotificationLoad], seed: float) -> list[float]:
    """When events are due from the start of the warm-up to the window's end; [] of a trace."""
    own, end_s = load.own, load.window.warmup_s + load.window.duration_s
    if own.schedule == "trace":
        return []
    is_even = own.schedule == "constant"
    rate = own.event_rate_per_s
    times = arrivals.constant(rate) if is_even else arrivals.poisson(rate, int(seed))
    return [at_ns / 1e9 for at_ns in takewhile(lambda at_ns: at_ns < end_s * 1e9, times)]


def rate_in_window(load: Load[NotificationLoad], seed: float) -> float:
    """Events per second that one client sees, as scheduled in the window (lambda)."""
    seen = events_in_window(load, seed) * audience(load) / load.window.clients
    return seen / load.window.duration_s
