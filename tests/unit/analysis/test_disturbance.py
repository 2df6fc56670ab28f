"""Whether the machine disturbed a trial: what the trial did to itself is no disturbance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.analysis.disturbance import (
    BOUNDS,
    LATE,
    STEAL,
    WAITED,
    Placed,
    disturbance_of,
    late_share,
    reasons,
    unknown,
)
from bench.model.disturbance import Disturbance, HostReading, ThreadTimes

SECOND = 1_000_000_000
QUIET = HostReading(0, 2, 0, 0, {"clients": {1: ThreadTimes(0, 0), 2: ThreadTimes(0, 0)}})


def after(
    cpu: float = 0.2,
    waited: float = 0.0,
    second: tuple[float, float] = (0.0, 0.0),
    steal: float = 0.0,
) -> HostReading:
    """One second later; shares of it for the two threads of the load process."""
    first = ThreadTimes(int(cpu * SECOND), int(waited * SECOND))
    other = ThreadTimes(*(int(share * SECOND) for share in second))
    return HostReading(
        SECOND, 2, int(2 * steal * SECOND), int(0.9 * SECOND), {"clients": {1: first, 2: other}}
    )


def load(cpu: float, *cores: int) -> Placed:
    return Placed("clients", cores or (1,), cpu, is_load=True)


def test_a_quiet_trial_has_no_disturbance() -> None:
    found = disturbance_of(QUIET, after(), [load(0.2)], 0.1)
    assert found == Disturbance(0.0, 0.9, 0.0, {"clients": 0.0})
    assert reasons(found) == []
    assert unknown(found) == []


def test_what_a_hypervisor_takes_is_a_share_of_all_cores() -> None:
    found = disturbance_of(QUIET, after(steal=0.05), [load(0.2)], 0.0)
    assert found.steal == pytest.approx(0.05)
    assert reasons(found) == ["steal time 5%, limit 2%"]


def test_a_wait_for_somebody_else_counts_and_one_for_the_trial_itself_does_not() -> None:
    alone = disturbance_of(QUIET, after(0.4, waited=0.3), [load(0.4)], None)
    assert alone.waited["clients"] == pytest.approx(0.3)
    assert reasons(alone) == ["waits of clients 30%, limit 10%"]
    # Its other thread, or another process of the trial, had the core for as long.
    threads = disturbance_of(QUIET, after(0.4, 0.3, (0.35, 0.3)), [load(0.75)], None)
    assert threads.waited["clients"] == 0
    link = Placed("link", (), 0.35)
    assert disturbance_of(QUIET, after(0.4, 0.3), [load(0.4), link], None).waited["clients"] == 0
    elsewhere = Placed("server", (0,), 0.35)
    held = disturbance_of(QUIET, after(0.4, 0.3), [load(0.4), elsewhere], None)
    assert held.waited["clients"] == pytest.approx(0.3)


def test_timers_are_late_by_right_while_their_core_is_used() -> None:
    busy = disturbance_of(QUIET, after(0.6), [load(0.6)], 0.55)
    assert busy.late == 0
    idle = disturbance_of(QUIET, after(0.1), [load(0.1)], 0.55)
    assert idle.late == pytest.approx(0.45)
    assert reasons(idle) == ["late timers 45%, limit 5%"]
    spread = disturbance_of(QUIET, after(0.6), [load(0.6, 1, 2)], 0.55)
    assert spread.late == pytest.approx(0.25)  # 0.6 of two cores
    assert disturbance_of(QUIET, after(), [load(0.2)], None).late is None


@given(st.lists(st.floats(0, 1), min_size=2, max_size=5))
def test_threads_that_share_a_quiet_core_never_void_a_trial(weights: list[float]) -> None:
    """Whatever they use: a thread that waits, waits while one of the others runs."""
    used = np.array(weights) / max(1.0, sum(weights))
    shares = {n: ThreadTimes(int(cpu * SECOND), 0) for n, cpu in enumerate(used)}
    waits = {
        n: ThreadTimes(one.cpu_ns, sum(o.cpu_ns for o in shares.values()) - one.cpu_ns)
        for n, one in shares.items()
    }
    start = HostReading(0, 1, 0, 0, {"clients": {n: ThreadTimes(0, 0) for n in shares}})
    end = HostReading(SECOND, 1, 0, 0, {"clients": waits})
    found = disturbance_of(start, end, [load(float(used.sum()))], float(used.sum()))
    assert reasons(found) == []


def test_threads_that_came_or_went_are_left_out() -> None:
    end = HostReading(SECOND, 2, 0, 0, {"clients": {7: ThreadTimes(0, SECOND)}})
    assert disturbance_of(QUIET, end, [load(0.0)], None).waited == {}


def test_what_a_host_does_not_tell_is_said_and_voids_nothing() -> None:
    silent = HostReading(0, 2), HostReading(SECOND, 2)
    found = disturbance_of(*silent, [load(0.2)], None)
    assert found == Disturbance()
    assert reasons(found) == []
    assert unknown(found) == ["steal time", "pressure", "waits for a core"]


@pytest.mark.parametrize(
    ("found", "voids"),
    [
        (Disturbance(steal=STEAL.most), False),
        (Disturbance(steal=STEAL.most + 0.001), True),
        (Disturbance(late=LATE.most + 0.001), True),
        (Disturbance(waited={"server": WAITED.most}), False),
        (Disturbance(waited={"clients": 0.0, "server": WAITED.most + 0.001}), True),
        (Disturbance(pressure=1.0), False),  # niced tasks in the background are in it
    ],
)
def test_bounds_are_fixed(found: Disturbance, voids: bool) -> None:
    assert bool(reasons(found)) == voids


def test_each_bound_has_its_reason() -> None:
    assert all(0 < bound.most < 0.2 and len(bound.reason) > 40 for bound in BOUNDS)


def test_the_share_of_late_timers() -> None:
    assert late_share(np.array([0, 1_000_000, 2_000_001, 9_000_000])) == 0.5
    assert late_share(np.zeros(0)) is None
