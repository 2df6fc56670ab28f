"""The declaration of `long_job`: its load, its plan of jobs and absences, its laws and metrics."""

from __future__ import annotations

import itertools
import math
import statistics
from typing import Any

import measured
import numpy as np
import pytest

from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.errors import UsageError
from bench.model.law import SEED, Law
from bench.plan.trials import loads_of
from scenarios.long_job import _planned as planned
from scenarios.long_job import laws, predictions
from scenarios.long_job.experiment import EXPERIMENT
from scenarios.long_job.load import LOAD, check

SECOND_NS = planned.SECOND_NS

# --- the load -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"job_rate": "0/s"}, "job_rate"),
        ({"job_time": "0s"}, "job_time"),
        ({"backend_workers": "0"}, "backend_workers"),
        ({"backend_workers": "two"}, "backend_workers"),
        ({"leave_rate": "-1/s"}, "leave_rate"),
        ({"service": "random"}, "service"),
        ({"work": "hard"}, "work"),
        ({"poll_interval": "0"}, "poll_interval"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(settings: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError) as refused:
        loads_of(EXPERIMENT, settings)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_workers_that_compute_are_no_more_than_threads_should_be() -> None:
    check(LOAD(work="compute", backend_workers=64))
    check(LOAD(work="sleep", backend_workers=1000))
    with pytest.raises(UsageError, match="backend_workers=65"):
        check(LOAD(work="compute", backend_workers=65))


def test_a_result_is_kept_longer_than_a_request_is_held() -> None:
    with pytest.raises(UsageError, match=r"keep"):
        check(LOAD(long_poll_timeout_s=30.0, keep_s=5.0))


def test_the_load_is_said_in_one_line() -> None:
    assert EXPERIMENT.rates is None, "the catalogue adds it"
    said = measured.EXPERIMENTS["long_job"].rates
    assert said is not None
    assert "nobody leaves" in said.sentence(LOAD())
    assert "leaves 2 times per second" in said.sentence(LOAD(leave_rate_per_s=2.0))
    assert said.per_client is not None
    assert said.per_client(0.5, 40) == {"job_rate": 20}


# --- the plan ---------------------------------------------------------------------------------

LEAVING = {"leave_rate_per_s": 2.0, "away_s": 0.25, "clients": 4, "job_rate_per_s": 200.0}


def first(many: Any, count: int) -> list[Any]:
    return list(itertools.islice(many, count))


def test_the_plan_is_that_of_seed_and_client() -> None:
    load = LOAD(**LEAVING)
    for plan in (planned.jobs, planned.absences):
        assert first(plan(load, 1, 0), 20) == first(plan(load, 1, 0), 20)
        assert first(plan(load, 1, 0), 20) != first(plan(load, 1, 1), 20)
        assert first(plan(load, 1, 0), 20) != first(plan(load, 2, 0), 20)


def test_a_client_that_is_away_asks_for_nothing() -> None:
    load = LOAD(**LEAVING)
    away = first(planned.absences(load, 1, 0), 200)
    jobs = first(planned.jobs(load, 1, 0), 1000)
    assert jobs[-1].asked_ns < away[-1].returns_ns
    assert not [
        job for job in jobs for one in away if one.leaves_ns <= job.asked_ns < one.returns_ns
    ]
    there_ns = sum(b.leaves_ns - a.returns_ns for a, b in itertools.pairwise(away))
    assert there_ns / len(away) / SECOND_NS == pytest.approx(0.5, rel=0.15)
    away_ns = statistics.fmean(one.returns_ns - one.leaves_ns for one in away)
    assert away_ns / SECOND_NS == pytest.approx(0.25, rel=0.15)


def test_nobody_leaves_by_default_and_all_jobs_are_in_order() -> None:
    load = LOAD(clients=10, job_rate_per_s=50.0, duration_s=20.0)
    assert first(planned.absences(load, 1, 0), 1) == []
    jobs = planned.all_jobs(load, 1)
    times = [job.asked_ns for job in jobs]
    assert times == sorted(times)
    assert len(jobs) == pytest.approx(50 * 21, rel=0.1)
    assert {job.seconds for job in jobs} == {0.5}


def test_exponential_times_have_the_mean_of_fixed_ones() -> None:
    load = LOAD(clients=10, job_rate_per_s=100.0, duration_s=30.0, service="exponential")
    seconds = [job.seconds for job in planned.all_jobs(load, 1)]
    assert statistics.fmean(seconds) == pytest.approx(0.5, rel=0.06)
    assert statistics.pstdev(seconds) == pytest.approx(0.5, rel=0.1)


def test_phases_fill_the_poll_interval() -> None:
    load = LOAD(poll_interval_s=0.2)
    phases = [planned.phase_ns(load, 1, 0, at) / SECOND_NS for at in range(1000)]
    assert 0 <= min(phases) < 0.01
    assert 0.19 < max(phases) < 0.2
    assert statistics.fmean(phases) == pytest.approx(0.1, rel=0.05)


# --- laws -----------------------------------------------------------------------------------------

LEAVERS = {
    "clients": 200,
    "job_rate_per_s": 300.0,
    "job_time_s": 0.2,
    "backend_workers": 200,
    "leave_rate_per_s": 2.5,
    "away_s": 0.3,
    "warmup_s": 0.3,
    "drain_s": 30.0,
}


def test_job1_is_filled_from_the_load() -> None:
    """The formula, and the plan of one trial, which is near it."""
    spread = LOAD(**LEAVERS, service="exponential")
    for load, share in ((LOAD(**LEAVERS), 1 - math.exp(-0.5)), (spread, 0.5 / 1.5)):
        assert predictions.usually_lost(load) == pytest.approx(share)
        assert predictions.LOST(load, {SEED: 1.0}) == pytest.approx(share, rel=0.15)


@pytest.mark.parametrize(
    "other",
    [
        {"backend_workers": 100},  # some would wait
        {"clients": 100},  # jobs are lost in heaps
        {"leave_rate_per_s": 0.5},  # a tenth is lost
        {"leave_rate_per_s": 0.0},
        {"work": "compute"},
        {"fault": "server:stop@50%,for=1s"},
    ],
)
def test_job1_says_nothing_outside_its_domain(other: dict[str, Any]) -> None:
    assert math.isnan(predictions.LOST(LOAD(**{**LEAVERS, **other}), {}))


QUEUED = {
    "clients": 20,
    "job_time_s": 0.04,
    "service": "exponential",
    "backend_workers": 4,
    "job_rate_per_s": 90.0,
    "poll_interval_s": 0.1,
    "warmup_s": 0.3,
    "duration_s": 20.0,
}
FACTS = {
    SEED: 5.0,
    "alone.work_mean": 40.0,
    "alone.turnaround_mean": 41.5,
    "alone.known_mean": 0.5,
}


def waits_of(law: Law, facts: dict[str, float] | None = None, **load: Any) -> float:
    return law(LOAD(**{**QUEUED, **load}), facts or FACTS)


def test_rr2_is_near_erlangs_formula_and_scatters_with_the_seed() -> None:
    """Over many seeds the mean over planned jobs is the formula's."""
    load = {"job_rate_per_s": 70.0, "duration_s": 30.0}
    found = [waits_of(predictions.PUSHED, FACTS | {SEED: float(at)}, **load) for at in range(12)]
    erlang_ms = laws.turnaround_exponential(70, 0.04, 4) * 1e3
    assert statistics.fmean(found) == pytest.approx(erlang_ms + 2, rel=0.05)
    assert statistics.pstdev(found) > 0


def test_rr2_adds_the_way_to_the_caller_or_half_an_interval() -> None:
    assert waits_of(predictions.POLLED) == pytest.approx(waits_of(predictions.PUSHED) + 49.5)
    slower = {**FACTS, "alone.work_mean": 41.0, "alone.turnaround_mean": 42.5}
    # Each job keeps its worker a millisecond longer: at 90 % all behind it wait as well.
    assert waits_of(predictions.PUSHED, slower) > waits_of(predictions.PUSHED) + 2


@pytest.mark.parametrize("law", [predictions.PUSHED, predictions.POLLED])
@pytest.mark.parametrize(
    ("work_ms", "has_value"), [(40.3, True), (40.0, True), (39.99, False), (30.0, False)]
)
def test_rr2_has_no_value_where_jobs_alone_were_done_early(
    law: Law, work_ms: float, has_value: bool
) -> None:
    """No worker's sleep ends early: that is not noise."""
    facts = {**FACTS, "alone.work_mean": work_ms}
    assert math.isfinite(waits_of(law, facts)) == has_value
    words = law.reason(LOAD(**QUEUED), facts)
    assert words == ("" if has_value else "where no job waits one took less than it was to")


@pytest.mark.parametrize(
    "other", [{"job_rate_per_s": 95.0}, {"leave_rate_per_s": 1.0}, {"poll_interval_s": 0.01}]
)
def test_rr2_ends_at_90_percent_of_the_capacity(other: dict[str, Any]) -> None:
    assert math.isnan(waits_of(predictions.PUSHED, **other))


def test_job1_counts_the_jobs_whose_clients_are_planned_to_leave() -> None:
    """Over many plans their share is the formula's; of one plan it is its own."""
    load = LOAD(
        clients=100,
        job_rate_per_s=200.0,
        job_time_s=0.2,
        backend_workers=200,
        leave_rate_per_s=2.0,
        away_s=0.3,
        warmup_s=0.3,
        duration_s=4.0,
    )
    found = [predictions.LOST(load, {SEED: float(at)}) for at in range(12)]
    wanted = laws.lost_share_fixed(2.0, 0.2)
    assert statistics.fmean(found) == pytest.approx(wanted, rel=0.05)
    assert statistics.pstdev(found) > 0.002


@pytest.mark.parametrize(("leaves_s", "is_left"), [(1.19, True), (1.21, False), (9.0, False)])
def test_a_job_is_left_if_its_client_goes_before_it_ends(leaves_s: float, is_left: bool) -> None:
    job = planned.PlannedJob(SECOND_NS, 0.2, leaves_s * SECOND_NS)
    assert job.is_left is is_left


def test_sp2_counts_all_requests_of_a_job() -> None:
    load = LOAD(
        clients=20,
        job_rate_per_s=20.0,
        backend_workers=50,
        job_time_s=0.5,
        poll_interval_s=0.1,
        warmup_s=0.3,
    )
    assert predictions.REQUESTS(load, {}) == pytest.approx(8)


# --- metrics ----------------------------------------------------------------------------------

OPERATIONS = ("job", "work", "request", "listening", "away")
T0 = 10 * SECOND_NS


def row(
    operation: str,
    sequence: int,
    times_s: tuple[float, ...],
    outcome: int = samples.OK,
    client: int = 0,
) -> np.ndarray:
    """Times: intended, sent, first byte, done."""
    rows = np.zeros(1, samples.DTYPE)
    rows["operation"], rows["outcome"] = OPERATIONS.index(operation), outcome
    rows["client"], rows["sequence"] = client, sequence
    names = ("intended_ns", "sent_ns", "first_byte_ns", "done_ns")
    for name, at in zip(names, times_s, strict=True):
        rows[name] = T0 + round(at * SECOND_NS)
    return rows


def found(*rows: np.ndarray, counted: dict[str, Any] | None = None) -> dict[str, float]:
    data = TrialData(
        load=LOAD().values(),
        operations=OPERATIONS,
        outcome_operation="job",
        rows=np.concatenate(rows),
        events=np.zeros(0, samples.EVENT_DTYPE),
        t0_ns=T0,
        t1_ns=T0 + SECOND_NS,
        counted=counted or {},
    )
    keys = (
        "acknowledged_mean",
        "turnaround_mean",
        "known_mean",
        "work_mean",
        "lost_share",
        "interrupted_jobs",
        "lost_without_leaving",
        "work_for_nobody_share",
        "requests_per_job",
        "connection_s_per_job",
    )
    return measured.compute(data, keys)


KNOWN = (
    row("job", 0, (0.1, 0.1, 0.11, 0.8)),
    row("work", 0, (0.1, 0.2, 0.2, 0.7)),
    row("request", 0, (0.1, 0.1, 0.11, 0.11)),
    row("request", 0, (0.4, 0.4, 0.41, 0.41)),
    row("request", 0, (1.2, 1.2, 1.21, 1.21)),  # after the window, and its own
)
LEFT = (
    row("job", 1, (0.2, 0.2, 0, 0.5), samples.PENDING, client=1),
    row("request", 1, (0.2, 0.2, 0.5, 0.5), samples.PENDING, client=1),
    row("away", 0, (0.5, 0.5, 0.5, 0.9), client=1),
)


def test_a_jobs_life_is_measured_from_its_rows() -> None:
    values = found(*KNOWN, *LEFT)
    assert values["acknowledged_mean"] == pytest.approx(10)
    assert values["turnaround_mean"] == pytest.approx(600)
    assert values["work_mean"] == pytest.approx(500)
    assert values["known_mean"] == pytest.approx(100)
    assert values["requests_per_job"] == 3
    # 30 ms of the one that is known, 300 ms of the one that was left.
    assert values["connection_s_per_job"] == pytest.approx(0.33 / 2)


def test_what_is_lost_is_explained_by_departures() -> None:
    values = found(*KNOWN, *LEFT)
    assert values["lost_share"] == 0.5
    assert values["interrupted_jobs"] == 1
    assert values["lost_without_leaving"] == 0
    # The client of the other job was away, and the lost one stayed.
    swapped = found(*KNOWN, *LEFT[:2], row("away", 0, (0.3, 0.3, 0.3, 0.4), client=0))
    assert swapped["interrupted_jobs"] == 1
    assert swapped["lost_without_leaving"] == 1
    # It left before the job, or after.
    for at in (0.1, 0.6):
        assert found(*LEFT[:2], row("away", 0, (at,) * 4, client=1))["lost_without_leaving"] == 1


def test_work_for_nobody_is_what_no_caller_knows_of() -> None:
    counted = {"idle": {"worked_ns": 1e9}, "end": {"worked_ns": 2e9}}
    assert found(*KNOWN, *LEFT, counted=counted)["work_for_nobody_share"] == pytest.approx(0.5)
    assert math.isnan(found(*KNOWN)["work_for_nobody_share"])


def test_a_connection_kept_for_answers_is_used_all_the_time() -> None:
    listening = row("listening", 0, (-1, -1, -1, 0.6)), row("listening", 1, (0.7, 0.7, 0.7, 9))
    values = found(*KNOWN, *listening)
    assert values["connection_s_per_job"] == pytest.approx(0.9)


def finding(*rows: np.ndarray, leave_rate: float) -> tuple[str, str]:
    """Code and severity of what is said of lost jobs."""
    data = TrialData(
        load=LOAD(leave_rate_per_s=leave_rate).values(),
        operations=OPERATIONS,
        outcome_operation="job",
        rows=np.concatenate(rows),
        events=np.zeros(0, samples.EVENT_DTYPE),
        t0_ns=T0,
        t1_ns=T0 + SECOND_NS,
    )
    (one,) = (
        one
        for one in measured.of_trial(data, len(data.rows), {}, "long_job")
        if one.code in ("incomplete", "callers_left", "nothing_measured")
    )
    return one.code, one.severity


def test_what_is_lost_by_leaving_is_no_doubt_and_anything_else_is() -> None:
    assert finding(*KNOWN, *LEFT, leave_rate=1.0) == ("callers_left", "note")
    stayed = LEFT[:2]
    assert finding(*KNOWN, *stayed, leave_rate=1.0) == ("incomplete", "doubt")
    assert finding(*KNOWN, *stayed, leave_rate=0.0) == ("incomplete", "doubt")


def test_nothing_asked_for_is_no_share() -> None:
    values = found(row("away", 0, (0.5, 0.5, 0.5, 0.9)))
    for key in ("lost_share", "requests_per_job", "connection_s_per_job", "known_mean"):
        assert math.isnan(values[key]), key
