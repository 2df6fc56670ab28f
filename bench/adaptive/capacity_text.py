"""What `bench capacity` found, in words: the value, why it ends there, what a law expects.  Pure.

The reason is read from the meters at the level that fails.  Knows metrics' names and
the laws that an experiment declares; measures nothing and decides nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.adaptive.capacity import Level, Search, Step, TrialOutcome
from bench.analysis.findings import BUSY_SHARE
from bench.analysis.metrics import BACKEND_ROLES
from bench.model import units
from bench.model.capacity_law import CapacityQuestion
from bench.model.load import Load, Parameter
from bench.stats.theil_sen import LineCrossing

BACKEND_BUSY = 0.85
"""CPU time over the window from which a role with one loop has no room for bursts."""

GENERATOR_FINDINGS = ("generator_saturated", "generator_limits", "generator_late")

WAITING_PART = {
    "latency_p50": 0.5,
    "latency_mean": 0.5,
    "latency_p90": 0.9,
    "latency_p99": 0.99,
    "latency_p999": 0.999,
    "latency_max": 1.0,
}
"""The part of N x s that so many of one event's receivers wait at most, served in turn."""

NOBODY_PART = 0.5
"""From this part of the latency on, N x s is what the clients wait for."""


@dataclass(frozen=True)
class LevelReadings:
    """What the meters showed at a level: medians over its trials, and its findings by code."""

    metrics: Mapping[str, float]
    findings: Mapping[str, str] = field(default_factory=dict)
    generator_cores: int = 1
    receivers: int = 1

    def of(self, key: str) -> float:
        return self.metrics.get(key, math.nan)


@dataclass(frozen=True)
class SweptParameter:
    """What is swept for whom."""

    pattern: str
    parameter: Parameter

    def level(self, value: float) -> str:
        """`clients=1,412`, `rtt=12.5ms`."""
        text = f"{value:,.0f}" if self.parameter.kind is int else None
        return f"{self.parameter.name}={text or units.show(value, self.parameter.unit)}"


def answer(
    search: Search, step: Step, swept: SweptParameter, capacity: LineCrossing | None = None
) -> list[str]:
    """The value with its interval, or the bracket where there is no line, or why there is none."""
    objective = search.objective.text
    low, high = step.passes, step.fails
    if step.ending in ("start fails", "cannot be judged") or low is None:
        return [*_no_answer(search, step, swept), *([_line(high, "fails", swept)] if high else [])]
    head = f"{swept.pattern}: {objective} holds up to"
    if high is None:
        return [f"{head} {swept.level(low.level)} and maybe higher", _line(low, "passes", swept)]
    ends = [_line(low, "passes", swept), _line(high, "fails", swept)]
    if capacity is None:
        no_line = "  no line: the metric does not grow steadily near it, so there is no interval"
        return [f"{head} {swept.level(low.level)}", no_line, *ends]
    within = f"{_plain(swept, capacity.low)} to {_plain(swept, capacity.high)}"
    return [
        f"{head} {swept.level(capacity.value)} (95 % interval {within})",
        f"  a line through {capacity.points} trials near it (Theil and Sen) reaches it there",
        *ends,
    ]


def _plain(swept: SweptParameter, value: float) -> str:
    return swept.level(value).partition("=")[2]


def _no_answer(search: Search, step: Step, swept: SweptParameter) -> list[str]:
    objective, high = search.objective.text, step.fails
    if step.ending == "cannot be judged":
        reason = step.words if high is None else "below it trials have too few samples"
        where = f"; {swept.level(high.level)} fails" if high else ""
        return [
            (
                f"{swept.pattern}: {objective} cannot be judged ({reason}){where}; raise "
                "--duration, or the rate of events"
            )
        ]
    if high is None:
        return [f"{swept.pattern}: nothing is known yet about {objective}"]
    return [f"{swept.pattern}: {objective} does not even hold at {swept.level(high.level)}"]


def _line(level: Level, verdict: str, swept: SweptParameter) -> str:
    head = f"  {verdict} at {swept.level(level.level)}"
    parts = []
    if level.values:
        key, unit = level.search.objective.metric, level.search.objective.unit
        low, high = (_amount(value, unit) for value in (min(level.values), max(level.values)))
        count = len(level.values)
        over = f"median of {count} trials, {low} to {high}" if count > 1 else "1 trial"
        parts.append(f"{key} {_amount(level.median, unit)} ({over})")
    if level.broken:
        count, total = len(level.broken), len(level.trials)
        parts.append(f"{count} of {total} trials broke: {level.broken[0]}")
    elif level.reason:
        parts.append(level.reason)
    return f"{head}: {'; '.join(parts)}"


def _amount(value: float, unit: str) -> str:
    return " ".join(filter(None, (units.significant(value), unit)))


def trial_words(search: Search, seen: TrialOutcome, swept: SweptParameter, number: int) -> str:
    """`clients=200, trial 2: latency_p99 31.2 ms: holds`."""
    key = search.objective.metric
    if seen.broken or seen.silent:
        outcome = f"broke: {seen.broken}" if seen.broken else f"cannot be judged: {seen.silent}"
    else:
        holds = "holds" if search.holds(seen.value) else "misses"
        outcome = f"{key} {_amount(seen.value, search.objective.unit)}: {holds}"
    return f"{swept.level(seen.level)}, trial {number}: {outcome}"


# --- why ---------------------------------------------------------------------------------


def reasons(level: Level, shown: LevelReadings) -> list[str]:
    """What stood in the way at the level that fails, gravest first; never empty."""
    found = [level.reason] if level.reason else []
    found += _generator(shown)
    found += [
        f"{role} CPU: {share:.0%} of a core"
        for role in BACKEND_ROLES
        if (share := shown.of(f"{role}_cpu_share")) > BACKEND_BUSY
    ]
    if found:
        return found
    return [_nobody(level, shown)]


def _generator(shown: LevelReadings) -> list[str]:
    share = shown.of("generator_cpu_share") / shown.generator_cores
    busy = [f"generator CPU: {share:.0%} of its cores"] if share > BUSY_SHARE else []
    messages = [
        f"generator: {shown.findings[code]}"
        for code in GENERATOR_FINDINGS
        if code in shown.findings and not (busy and code == "generator_saturated")
    ]
    return busy + messages


def _nobody(level: Level, shown: LevelReadings) -> str:
    """Latency grows though nobody is busy: a broadcast is served client by client."""
    key = level.search.objective.metric
    shares = ", ".join(
        f"{role} {share:.0%}"
        for role in (*BACKEND_ROLES, "generator")
        if not math.isnan(share := shown.of(f"{role}_cpu_share"))
    )
    idle = f"no process is saturated (CPU: {shares or 'not metered'})"
    cost_us = shown.of("server_marginal_cpu_us")
    burst_ms = shown.receivers * cost_us / 1e3
    if key in WAITING_PART and shown.receivers > 1 and burst_ms > NOBODY_PART * level.median:
        return (
            f"latency grows though {idle}: bursts, N x s = {shown.receivers:,} x {cost_us:.3g} us "
            f"= {_amount(burst_ms, 'ms')} for one event"
        )
    lag, rest = shown.of("loop_lag_p99"), ""
    if shown.receivers > 1 and burst_ms > 0:
        rest += f"; serving one event takes N x s = {_amount(burst_ms, 'ms')}"
    if lag > 0:
        rest += f"; the load process's loop lags {_amount(lag, 'ms')} (p99)"
    return f"{key} misses the objective though {idle}{rest}"


# --- what a law expects --------------------------------------------------------------------


def question_of(
    search: Search, level: Level, shown: LevelReadings, swept: SweptParameter, load: Load[Any]
) -> CapacityQuestion:
    """What the experiment's own law of capacity is asked."""
    return CapacityQuestion(
        pattern=swept.pattern.partition("/")[2],
        metric=search.objective.metric,
        bound=search.objective.bound,
        part=WAITING_PART.get(search.objective.metric, math.nan),
        parameter=swept.parameter.name,
        level=level.level,
        level_text=swept.level(level.level),
        load=load,
        receivers=shown.receivers,
        facts=shown.metrics,
    )


def expected_words(
    level: float, expected: Sequence[tuple[str, float | None]], swept: SweptParameter
) -> list[str]:
    """Other laws that predict the objective's metric, solved for the level."""
    words = []
    for law, most in expected:
        if most is None:
            words.append(f"law {law}: sets no limit for {swept.parameter.name}")
        else:
            ratio = f"measured / law = {level / most:.2f}"
            words.append(f"law {law}: {swept.level(most)}; {ratio}")
    return words


def predicted_level(
    value_at: Callable[[float], float], search: Search, beyond: float
) -> float | None:
    """The level at which a law's value stops to keep the objective.

    None where it never does, or not before the law's domain ends.
    """
    low, high = min(search.first, 1.0), beyond
    try:
        if not search.holds(value_at(low)) or search.holds(value_at(high)):
            return None
        for _ in range(60):
            middle = math.sqrt(low * high)
            low, high = (middle, high) if search.holds(value_at(middle)) else (low, middle)
        if math.isnan(value_at(high)):
            return None
    except (KeyError, ZeroDivisionError, OverflowError, ValueError):
        return None
    return low


def medians(values: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Each metric's median over trials; trials without it do not count."""
    found = {}
    for key in dict.fromkeys(key for one in values for key in one):
        known = sorted(one[key] for one in values if not math.isnan(one.get(key, math.nan)))
        if known:
            middle = len(known) // 2
            found[key] = (
                known[middle] if len(known) % 2 else sum(known[middle - 1 : middle + 1]) / 2
            )
    return found
