"""What Linux says of the host, from its text; what it does not say is None."""

from __future__ import annotations

import pytest

from bench.lab import host
from bench.lab.procfs import TICKS_PER_SECOND

STAT = """cpu  100 2 30 400 5 0 7 80 0 0
cpu0 40 1 10 200 2 0 3 30 0 0
cpu1 60 1 20 200 3 0 4 50 0 0
cpu11 60 1 20 200 3 0 4 900 0 0
intr 12345
"""
PRESSURE = """some avg10=31.90 avg60=60.99 avg300=76.04 total=1302769875
full avg10=0.00 avg60=0.00 avg300=0.00 total=0
"""


@pytest.mark.parametrize(
    ("text", "cores", "ticks"),
    [
        (STAT, [0, 1], 80),
        (STAT, [1], 50),
        (STAT, [7], None),
        ("cpu0 40 1 10 200 2 0 3\n", [0], None),  # before Linux 2.6.11
        ("", [0], None),
    ],
)
def test_steal_time_is_that_of_the_cores_that_may_be_used(
    text: str, cores: list[int], ticks: int | None
) -> None:
    found = host.steal_ns(text, cores)
    assert found == (None if ticks is None else ticks * 1_000_000_000 // TICKS_PER_SECOND)


@pytest.mark.parametrize(("text", "found"), [(PRESSURE, 1_302_769_875_000), ("", None)])
def test_pressure_is_the_total_of_some(text: str, found: int | None) -> None:
    assert host.pressure_ns(text) == found
