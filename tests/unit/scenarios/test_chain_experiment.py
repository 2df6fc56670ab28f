"""The declaration of `chain`: its load, its plan of requests, its slips, laws and metrics."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import measured
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.errors import UsageError
from bench.model.fault import FaultDone
from bench.plan.trials import loads_of
from scenarios.chain import _planned as planned
from scenarios.chain import predictions
from scenarios.chain._slip import Stop, format_slip, read_slip
from scenarios.chain.load import LOAD, check, failing, patience_s, route, service_s, under_way_limit

EXPERIMENT = measured.EXPERIMENTS["chain"]
SECOND_NS = 1_000_000_000
MS = 1_000_000


# --- the load -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"services": "0"}, "services"),
        ({"services": "17"}, "services"),
        ({"services": "four"}, "services"),
        ({"troubled": "4"}, "troubled=4: services=4 are numbered from 0 to 3"),
        ({"bypass": "50%"}, "troubled=0: every request goes through the first service"),
        ({"retries": "9", "services": "8"}, "100,000,000 attempts at the last service"),
        ({"retries": "2", "services": "8", "attempt_timeout": "1s"}, "longer than drain=10s"),
        ({"retries": "1", "services": "4", "attempt_timeout": "2s"}, "longer than drain=10s"),
        (
            {"attempt_timeout": "20ms", "timeouts": "same"},
            "the caller of service 0 gives up after 20ms",
        ),
        (
            {"attempt_timeout": "50ms", "troubled": "3", "slow_factor": "10"},
            "the caller of service 3 gives up after 50ms, but the work from there on takes 50ms",
        ),
        ({"failing": "101%"}, "failing"),
        ({"failing_at": "some"}, "failing_at"),
        ({"timeouts": "none"}, "timeouts"),
        ({"queue_length": "0"}, "queue_length"),
        ({"good_within": "0"}, "good_within"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(settings: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError) as refused:
        loads_of(EXPERIMENT, settings)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_retries_and_timeouts_that_go_together_are_taken() -> None:
    check(LOAD(retries=1, services=4, attempt_timeout_s=0.2))
    check(LOAD(retries=2, services=8, attempt_timeout_s=1.0, timeouts="same"))
    check(LOAD(services=16))


def test_each_caller_waits_for_all_that_the_one_behind_may_take() -> None:
    own = LOAD(services=4, retries=1, attempt_timeout_s=0.2).own
    waits = [patience_s(own, number) for number in range(4)]
    assert waits[-1] == 0.2
    for before, behind in itertools.pairwise(waits):
        assert before == pytest.approx(1.1 * 2 * behind)
    same = LOAD(services=4, retries=1, attempt_timeout_s=0.2, timeouts="same").own
    assert {patience_s(same, number) for number in range(4)} == {0.2}


def test_only_the_troubled_service_is_in_trouble() -> None:
    load = LOAD(troubled=2, slow_factor=10, failing=0.5, failing_at="troubled", service_time_s=0.01)
    assert [service_s(load.own, n) for n in range(4)] == [0.01, 0.01, 0.1, 0.01]
    assert [failing(load.own, n) for n in range(4)] == [0, 0, 0.5, 0]
    assert [failing(LOAD(failing=0.5).own, n) for n in range(4)] == [0.5] * 4
    assert (route(load.own, False), route(load.own, True)) == ([0, 1, 2, 3], [0, 1, 3])


def test_a_breaker_lets_more_through_the_more_services_are_still_to_come() -> None:
    own = LOAD(services=4, breaker_requests=6).own
    assert [under_way_limit(own, number) for number in (1, 2, 3)] == [18, 12, 6]


def test_the_load_is_said_in_one_line() -> None:
    said = EXPERIMENT.rates
    assert said is not None
    assert "through 4 services" in said.sentence(LOAD())
    assert "50% leave out service 2" in said.sentence(LOAD(bypass=0.5, troubled=2))
    assert said.per_client is not None
    assert said.per_client(0.5, 40) == {"request_rate": 20}


# --- the plan ---------------------------------------------------------------------------------


def first(load: Any, seed: int, client: int, count: int = 2000) -> list[planned.PlannedRequest]:
    return list(itertools.islice(planned.requests(load, seed, client), count))


def test_the_plan_is_that_of_seed_and_client() -> None:
    load = LOAD(clients=4, bypass=0.3, troubled=1, request_rate_per_s=400.0)
    assert first(load, 1, 0) == first(load, 1, 0)
    assert first(load, 1, 0, 20) != first(load, 1, 1, 20)
    assert first(load, 1, 0, 20) != first(load, 2, 0, 20)
    found = first(load, 1, 0)
    assert found[-1].due_ns / SECOND_NS == pytest.approx(20, rel=0.1)
    assert np.mean([one.is_bypass for one in found]) == pytest.approx(0.3, rel=0.1)


# --- slips ----------------------------------------------------------------------------------------

STOPS = st.builds(
    Stop,
    st.integers(0, 15),
    st.sampled_from(["127.0.0.1", "10.9.0.2", "services.local"]),
    st.integers(1, 65_535),
)


@given(st.lists(STOPS, max_size=16))
def test_a_slip_survives_its_text(stops: list[Stop]) -> None:
    assert read_slip(format_slip(stops)) == stops


@pytest.mark.parametrize(
    "text",
    [
        "1",
        "1@127.0.0.1",
        "1@127.0.0.1:0",
        "1@127.0.0.1:65536",
        "x@127.0.0.1:80",
        "1@127.0.0.1:80,",
        "1@host/path:80",
        ",".join(["1@127.0.0.1:80"] * 17),
    ],
)
def test_what_is_no_slip_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ValueError, match="slip") as refused:
        read_slip(text)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 200


# --- laws -----------------------------------------------------------------------------------------

FACTS = {"short.entry": 1.0, "short.hop": 0.5, "short.own_time": 5.3}
ROW: Mapping[str, Any] = {"timeouts": "same", "request_rate_per_s": 40.0}


def test_latency_takes_its_facts_from_a_chain_of_three() -> None:
    assert predictions.LATENCY(LOAD(**ROW, services=1), FACTS) == pytest.approx(6.3)
    assert predictions.LATENCY(LOAD(**ROW, services=8), FACTS) == pytest.approx(1 + 8 * 5.3 + 3.5)
    slow = LOAD(**ROW, services=4, slow_factor=10)
    assert predictions.LATENCY(slow, FACTS) == pytest.approx(1 + 4 * 5.3 + 45 + 1.5)


def test_the_services_of_the_short_chain_are_called_as_often() -> None:
    """But three of them no more often than the law's domain allows."""
    rate = predictions.SHORT.settings["request_rate"]
    assert rate(LOAD(**ROW, services=8)) == 40
    assert rate(LOAD(**ROW | {"request_rate_per_s": 200.0})) == pytest.approx(400 / 3)


@pytest.mark.parametrize(
    "other",
    [
        {"services": 12},  # too much work per second
        {"bypass": 0.5, "troubled": 1},
        {"fault": "service.0:stop@1s,for=1s"},
        {"timeouts": "nested"},
        {"service_workers": 8},
        {"failing": 0.1},
    ],
)
def test_latency_says_nothing_outside_its_domain(other: dict[str, Any]) -> None:
    assert np.isnan(predictions.LATENCY(LOAD(**{**ROW, **other}), FACTS))


def test_failures_multiply() -> None:
    load = LOAD(**ROW, failing=0.1, service_time_s=0.001)
    assert predictions.SUCCESS(load, {}) == pytest.approx(0.9**4)
    assert predictions.ATTEMPTS(load, {}) == pytest.approx(0.9**3)
    assert np.isnan(predictions.SUCCESS(LOAD(**ROW, services=8, failing=0.3), {}))


# --- metrics ----------------------------------------------------------------------------------


def made(requests: list[tuple[float, float, bool, bool]], **more: Any) -> TrialData:
    """Requests as (due in ms, took in ms, is answered, is bypass) in a window of 10 s."""
    operations = EXPERIMENT.operations
    rows = []
    for sequence, (due_ms, took_ms, is_answered, is_bypass) in enumerate(requests):
        due, done = round(due_ms * MS), round((due_ms + took_ms) * MS)
        outcome = samples.OK if is_answered else samples.FAILED
        for name in ("call", *(["bypass"] if is_bypass else [])):
            code = operations.index(name)
            rows.append((code, outcome, 0, 0, sequence, due, due, 0, done, 0, 0))
    load = {
        "services": 4,
        "troubled": 2,
        "good_within_s": 0.25,
        "clients": 1,
        **more.pop("load", {}),
    }
    return TrialData(
        load,
        operations,
        "call",
        np.array(rows, samples.DTYPE),
        np.array([], samples.EVENT_DTYPE),
        0,
        10 * SECOND_NS,
        **more,
    )


def metric(data: TrialData, key: str) -> float:
    return float(EXPERIMENT.metrics[key].function(data))


STOP = FaultDone("service", "stop", 2 * SECOND_NS, 4 * SECOND_NS, 2 * SECOND_NS, 4 * SECOND_NS)


def test_goodput_counts_what_was_answered_in_time() -> None:
    data = made([(0, 10, True, False), (1, 300, True, False), (2, 10, False, False)])
    assert metric(data, "goodput_per_s") == pytest.approx(0.1)
    assert metric(data, "success_share") == pytest.approx(2 / 3)


def test_during_a_fault_counts_what_was_due_then() -> None:
    data = made(
        [(1999, 10, False, False), (2000, 10, True, False), (3999, 300, True, False)],
        faults=[STOP],
    )
    assert metric(data, "good_in_fault_share") == pytest.approx(0.5)


@pytest.mark.parametrize("last_bad_ms", [4100.0, 5000.0])
def test_a_chain_has_recovered_when_requests_are_good_again(last_bad_ms: float) -> None:
    due = [float(ms) for ms in range(0, 10_000, 10)]
    data = made([(ms, 10, not 2000 <= ms < last_bad_ms, False) for ms in due], faults=[STOP])
    assert metric(data, "recovery") == pytest.approx(last_bad_ms - 4000, abs=60)


def test_a_chain_that_never_recovers_has_no_time_to_recover() -> None:
    data = made([(float(ms), 10, ms < 2000, False) for ms in range(0, 10_000, 10)], faults=[STOP])
    assert np.isnan(metric(data, "recovery"))


def test_unaffected_requests_are_compared_with_those_of_quiet_times() -> None:
    due = [float(ms) for ms in range(0, 10_000, 2)]
    slow = [(ms, 30 if 2000 <= ms < 4000 else 500 if 4000 <= ms < 5000 else 10) for ms in due]
    data = made([(ms, took, True, True) for ms, took in slow], faults=[STOP])
    assert metric(data, "unaffected_slowdown") == pytest.approx(3)
    assert metric(data, "unaffected_p99") == pytest.approx(30)
    # One that fails late was held up as long.
    failed = made([(ms, took, took < 30, True) for ms, took in slow], faults=[STOP])
    assert metric(failed, "unaffected_p99") == pytest.approx(30)
    assert metric(failed, "unaffected_success_share") == 0


def counted(**services: dict[str, float]) -> dict[str, dict[str, float]]:
    return {
        mark: {
            f"service.{name[1:]}.{key}": value * part
            for name, own in services.items()
            for key, value in own.items()
        }
        for mark, part in (("idle", 0), ("t0", 0), ("t1", 1), ("end", 1))
    }


def test_services_say_what_they_had_under_way() -> None:
    own = {
        f"s{n}": {"under_way_max": most, "under_way_ns": 10e9 * n}
        for n, most in enumerate((7.0, 9.0, 30.0, 2.0))
    }
    data = made([(0, 10, True, False)], counted=counted(**own))
    assert metric(data, "upstream_under_way_max") == 9
    assert metric(data, "under_way_max") == 30
    assert metric(data, "upstream_under_way_mean") == pytest.approx(0.5)


def test_work_for_nobody_is_what_led_to_no_answer() -> None:
    own = {f"s{n}": {"begun": begun} for n, begun in enumerate((3.0, 3.0, 4.0, 2.0))}
    asked = [(0.0, 10.0, True, False), (1.0, 10.0, True, True), (2.0, 10.0, False, False)]
    data = made(asked, counted=counted(**own))
    assert metric(data, "wasted_share") == pytest.approx(1 - 7 / 12)
    assert metric(data, "attempts_at_last") == pytest.approx(2 / 3)


def test_a_latency_is_entry_hops_and_the_services_own_time() -> None:
    own = {
        "s0": {"handled_ns": 56 * MS, "finished": 2, "called_ns": 44 * MS, "calls": 2},
        "s1": {"handled_ns": 40 * MS, "finished": 2, "called_ns": 26 * MS, "calls": 2},
        "s2": {"handled_ns": 24 * MS, "finished": 2, "called_ns": 12 * MS, "calls": 2},
        "s3": {"handled_ns": 10 * MS, "finished": 2, "called_ns": 0, "calls": 0},
    }
    data = made([(0, 30, True, False), (1, 30, True, False)], counted=counted(**own))
    assert metric(data, "entry") == pytest.approx(2)
    assert metric(data, "hop") == pytest.approx((2 + 1 + 1) / 3)
    assert metric(data, "own_time") == pytest.approx(5)
    some_leave_one_out = made([(0, 30, True, True)], counted=counted(**own), load={"bypass": 0.5})
    assert np.isnan(metric(some_leave_one_out, "hop"))
