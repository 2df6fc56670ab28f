"""Calibration facts of a machine that never was: such that no law finds one below another's sum."""

from __future__ import annotations

_CPU = ("server_cpu_us_per_event", "proxy_cpu_us_per_event", "generator_cpu_us_per_event")
_FACTS = {
    "alone.link_rtt_probe_ms": 0.1,
    "alone.setup_p50": 0.25,
    "alone.makespan_p50": 400.0,
    "storm.makespan_p50": 400.0,
    "alone.work_mean": 5_000.0,
    "in_turn.burst_wait_max": 5_000.0,
    "quick.latency_mean": 50.0,
    "uncut.latency_mean": 50_000.0,
    **{f"crowd.{key}": 1_000.0 for key in _CPU},
}
"""Where it matters how large they are beside those that are as usual."""


def made_up(key: str, usual: float) -> float:
    """A fact's value; `usual`, from 1 to 50, where any does."""
    return _FACTS.get(key, usual)
