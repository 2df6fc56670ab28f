"""What is shown of meters and faults while a trial runs."""

from __future__ import annotations

import pytest

from bench.analysis.live import CpuShares, FaultMark, mark_of
from bench.model.fault import FaultDone
from bench.model.readings import Reading
from bench.model.records import MeterRow

T0_NS = 7_000_000_000


def row(role: str, at_s: float, cpu_s: float, mark: str = "", part: str = "a") -> MeterRow:
    reading = Reading(T0_NS + round(at_s * 1e9), round(cpu_s * 1e9), 0, 0)
    return MeterRow(role, mark, reading, part)


def test_a_share_is_of_one_core_over_a_second_of_the_window() -> None:
    shares = CpuShares(T0_NS)
    shares.add([row("server", -3, 1.0, "idle")])
    shares.add([row("server", 0, 2.0, "t0"), row("server", 0.5, 2.2)])
    shares.add([row("server", 1.0, 2.4), row("server", 2.0, 2.5)])
    assert [(one.end_s, one.share) for one in shares.points["server"]] == [
        (1.0, pytest.approx(0.4)),
        (2.0, pytest.approx(0.1)),
    ]


def test_parts_of_a_role_are_summed_and_roles_kept_apart() -> None:
    shares = CpuShares(T0_NS)
    for at_s, mark in ((0.0, "t0"), (1.0, "")):
        shares.add(
            [
                row("server", at_s, 0.25 * at_s, mark, "one"),
                row("server", at_s, 0.5 * at_s, mark, "two"),
                row("broker", at_s, 0.125 * at_s, mark),
            ]
        )
    found = {role: [one.share for one in points] for role, points in shares.points.items()}
    assert found == {"server": [pytest.approx(0.75)], "broker": [pytest.approx(0.125)]}


def test_nothing_is_said_of_the_time_before_the_window() -> None:
    shares = CpuShares(T0_NS)
    shares.add([row("server", -5, 1.0, "idle"), row("server", -2, 3.0)])
    assert shares.points == {}


def test_a_fault_stands_where_it_was_planned_and_where_it_happened() -> None:
    planned = FaultDone("backend", "stop", 2_000_000_000, 3_000_000_000, first=1, last=1)
    assert mark_of(planned) == FaultMark("backend.1:stop", 2.0, None, None)
    happened = FaultDone("server", "kill", 2_000_000_000, None, 2_001_000_000, 2_500_000_000)
    assert mark_of(happened) == FaultMark("server:kill", 2.0, 2.001, 2.5)
