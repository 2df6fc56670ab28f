"""What it costs: CPU and memory by role.  Pure."""

from __future__ import annotations

import math

from bench.analysis.idle import idle_cpu_us_per_s
from bench.analysis.metrics.registry import BACKEND_ROLES, OTHER_ROLES, ROLES, SHARED
from bench.analysis.trialdata import TrialData
from bench.model.metric import Metric


def _register_cpu() -> None:
    for role in (*ROLES, "generator"):
        SHARED.add(
            Metric(
                f"{role}_cpu_us_per_event",
                "us",
                f"{role} CPU per {{event}}",
                f"CPU time of the {role} in the window, per {{outcome}}.",
                "lower",
                lambda d, r=role: d.per_piece(d.cpu_ns(r) / 1e3),  # type: ignore[misc]
            )
        )
        SHARED.add(
            Metric(
                f"{role}_cpu_share",
                "",
                f"{role} CPU share",
                f"CPU time of the {role} over the window's length (1 = one core fully busy).",
                "lower",
                lambda d, r=role: d.cpu_ns(r) / 1e9 / d.metered_s,  # type: ignore[misc]
            )
        )
        SHARED.add(
            Metric(
                f"{role}_marginal_cpu_us",
                "us",
                f"marginal {role} CPU per {{event}}",
                f"CPU time of the {role} for one more {{outcome}}: the slope over intervals of "
                "97 ms, which leaves out what it spends when nothing happens.",
                "lower",
                lambda d, r=role: d.marginal_cpu_us(r),  # type: ignore[misc]
            )
        )


_register_cpu()


@SHARED.metric(
    "backend_cpu_us_per_event",
    "us",
    "backend CPU per {event}",
    "CPU time of the whole backend, per {outcome}: all roles but the load process, the link, and "
    "parts that call or receive.",
    "lower",
)
def backend_cpu_us_per_event(data: TrialData) -> float:
    present = [r for r in data.marks.get("t0", {}) if r not in OTHER_ROLES]
    if not present:
        return math.nan
    return data.per_piece(sum(data.cpu_ns(role) for role in present) / 1e3)


def _register_memory() -> None:
    for role in (*ROLES, "generator"):
        whose = "load process" if role == "generator" else role
        SHARED.add(
            Metric(
                f"{role}_memory_growth_bytes",
                "B",
                f"{role} memory growth",
                f"Growth of the {whose}'s resident memory from idle to the window's end.",
                "lower",
                lambda d, r=role: d.memory_growth(r),  # type: ignore[misc]
            )
        )
        SHARED.add(
            Metric(
                f"{role}_memory_bytes_per_client",
                "B",
                f"{role} memory per client",
                f"Growth of the {whose}'s resident memory from idle to the window's end, "
                "per client.",
                "lower",
                lambda d, r=role: d.memory_per_client(r),  # type: ignore[misc]
            )
        )


_register_memory()


@SHARED.metric(
    "backend_memory_bytes_per_client",
    "B",
    "backend memory per client",
    "Growth of the resident memory of all backend roles together from idle to the window's end, "
    "per client.",
    "lower",
)
def backend_memory(data: TrialData) -> float:
    present = [r for r in data.marks.get("t1", {}) if r not in OTHER_ROLES]
    return sum(data.memory_per_client(role) for role in present) if present else math.nan


@SHARED.metric(
    "generator_cpu_us_per_client_s",
    "us",
    "load process CPU per client and second",
    "CPU time of the load process per client and second: the cost of being a client.",
    "lower",
)
def generator_cpu_per_client_s(data: TrialData) -> float:
    return data.per_client_second(data.cpu_ns("generator") / 1e3)


@SHARED.metric(
    "backend_cpu_us_per_s",
    "us",
    "backend CPU per second",
    "CPU time of all backend roles together, per second, regardless of how much is {done}.",
    "lower",
)
def backend_cpu_us_per_s(data: TrialData) -> float:
    present = [r for r in data.marks.get("t0", {}) if r not in OTHER_ROLES]
    if not present:
        return math.nan
    return sum(data.cpu_ns(role) for role in present) / 1e3 / data.metered_s


@SHARED.metric(
    "backend_idle_cpu_us_per_s",
    "us",
    "backend CPU per second when idle",
    "CPU time of all backend roles together, per second, in intervals of 97 ms in which clients "
    "sent nothing and nothing was {done}; unknown where the window has too few of them.",
    "lower",
)
def backend_idle_cpu_us_per_s(data: TrialData) -> float:
    present = [r for r in data.marks.get("t0", {}) if r not in OTHER_ROLES]
    return idle_cpu_us_per_s(data, present) if present else math.nan


@SHARED.metric(
    "backend_memory_bytes",
    "B",
    "backend memory",
    "Resident memory of all backend roles together at the window's end.",
    "lower",
)
def backend_memory_bytes(data: TrialData) -> float:
    held = [one.memory_bytes for r, one in data.marks.get("t1", {}).items() if r not in OTHER_ROLES]
    return float(sum(held)) if held else math.nan


def _present(data: TrialData, *roles: str) -> list[str]:
    return [role for role in roles if role in data.marks.get("t0", {})]


def capacity_per_s(data: TrialData, *roles: str) -> float:
    """Outcomes per second that one core would do: computed from CPU time, not measured."""
    cpu_us = data.per_piece(sum(data.cpu_ns(role) for role in _present(data, *roles)) / 1e3)
    return 1e6 / cpu_us if cpu_us > 0 else math.nan


@SHARED.metric(
    "server_capacity_per_s",
    "/s",
    "server capacity per core",
    "{Outcomes} per second that one core of its own would allow the server: one second over its "
    "CPU time per {outcome}. Computed, not measured.",
    "higher",
)
def server_capacity_per_s(data: TrialData) -> float:
    return capacity_per_s(data, "server")


@SHARED.metric(
    "backend_cores",
    "",
    "backend cores",
    "Cores that the backend's processes were pinned to, together.",
    "neither",
)
def backend_cores(data: TrialData) -> float:
    return data.backend_cores if _present(data, *BACKEND_ROLES) else math.nan
