"""What it costs: CPU and memory by role.  Pure."""

from __future__ import annotations

import math

from bench.analysis.metrics.registry import BACKEND_ROLES, METRICS, Metric, metric
from bench.analysis.trialdata import TrialData


def _register_cpu() -> None:
    for role in (*BACKEND_ROLES, "generator"):
        METRICS[f"{role}_cpu_us_per_event"] = Metric(
            f"{role}_cpu_us_per_event",
            "us",
            f"{role} CPU per event",
            f"CPU time of the {role} in the window, per delivery.",
            "lower",
            lambda d, r=role: d.per_piece(d.cpu_ns(r) / 1e3),  # type: ignore[misc]
        )
        METRICS[f"{role}_cpu_share"] = Metric(
            f"{role}_cpu_share",
            "",
            f"{role} CPU share",
            f"CPU time of the {role} over the window's length (1 = one core busy).",
            "lower",
            lambda d, r=role: d.cpu_ns(r) / 1e9 / d.metered_s,  # type: ignore[misc]
        )
        METRICS[f"{role}_marginal_cpu_us"] = Metric(
            f"{role}_marginal_cpu_us",
            "us",
            f"{role} CPU per further event",
            f"CPU time of the {role} for one more delivery: the slope over intervals of 100 ms, "
            "without what it spends when nothing happens.",
            "lower",
            lambda d, r=role: d.marginal_cpu_us(r),  # type: ignore[misc]
        )


_register_cpu()


@metric(
    "backend_cpu_us_per_event",
    "us",
    "backend CPU per event",
    "CPU time of all backend roles together (server, broker, proxy, database), per delivery.",
    "lower",
)
def backend_cpu_us_per_event(data: TrialData) -> float:
    present = [r for r in BACKEND_ROLES if r in data.marks.get("t0", {})]
    if not present:
        return math.nan
    return data.per_piece(sum(data.cpu_ns(role) for role in present) / 1e3)


def _register_memory() -> None:
    for role in (*BACKEND_ROLES, "generator"):
        whose = "load process" if role == "generator" else role
        METRICS[f"{role}_memory_bytes_per_client"] = Metric(
            f"{role}_memory_bytes_per_client",
            "B",
            f"{role} memory per client",
            f"Growth of the {whose}'s resident memory from idle to the window's end, per client.",
            "lower",
            lambda d, r=role: d.memory_per_client(r),  # type: ignore[misc]
        )


_register_memory()


@metric(
    "backend_memory_bytes_per_client",
    "B",
    "backend memory per client",
    "Growth of the resident memory of all backend roles together from idle to the window's end, "
    "per client.",
    "lower",
)
def backend_memory(data: TrialData) -> float:
    present = [r for r in BACKEND_ROLES if r in data.marks.get("t1", {})]
    return sum(data.memory_per_client(role) for role in present) if present else math.nan
