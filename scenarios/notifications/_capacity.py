"""FAN-1 as a law of capacity: how many clients can one core serve in time?  Pure."""

from __future__ import annotations

import math

from bench.model.capacity_law import CapacityQuestion

PUSH = ("sse", "websocket")
"""Patterns whose server hands an event to one client after the other."""


def fan_out_words(asked: CapacityQuestion) -> list[str] | None:
    """FAN-1 beside the measured: the clients whose last one still waits as short as asked."""
    if asked.pattern not in PUSH:
        return None
    if math.isnan(asked.part) or asked.parameter != "clients" or asked.receivers < 2:
        return []
    costs = {role: asked.of(f"{role}_marginal_cpu_us") for role in ("server", "generator")}
    if not costs["server"] > 0:
        return []
    half_trip_ms = asked.of("rtt_us") / 2e3 if asked.of("rtt_us") > 0 else 0.0
    words = [
        f"law FAN-1: one core serves N clients in turn: {asked.metric} = {asked.part:g} N s",
    ]
    for role, cost_us in costs.items():
        if cost_us > 0:
            most = broadcast_clients(asked.bound, asked.part, cost_us / 1e3, half_trip_ms)
            words.append(
                f"  s = {cost_us:.3g} us ({role} CPU for one more delivery, measured at "
                f"{asked.level_text}): clients={most:,.0f}; "
                f"measured / law = {asked.level / most:.2f}"
                if most >= 1
                else f"  s = {cost_us:.3g} us ({role}): not even one client"
            )
    full = core_full_at(asked.level, asked.of("deliveries_per_s"), costs["server"] / 1e6)
    words.append(
        "  the law assumes isolated events; events that arrive while one is being served queue; "
        f"the server's core is saturated at clients={full:,.0f}"
    )
    return words


def broadcast_clients(bound_ms: float, part: float, cost_ms: float, half_trip_ms: float) -> float:
    """FAN-1 solved for N: part x N x s + R/2 = bound; the p99 waits about N s."""
    return max(0.0, (bound_ms - half_trip_ms) / (part * cost_ms))


def core_full_at(level: float, deliveries_per_s: float, cost_s: float) -> float:
    """The level at which deliveries, in proportion to it, use a whole core."""
    used = deliveries_per_s * cost_s
    return level / used if used > 0 else math.inf
