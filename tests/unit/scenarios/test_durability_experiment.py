"""The declaration of `durability`: what a load may ask, its laws, and its metrics."""

from __future__ import annotations

import math
from typing import Any

import pytest
from measured import EXPERIMENTS, METRICS
from unit_builders import MS, data, table

from bench.analysis.trialdata import TrialData
from bench.model.errors import UsageError
from bench.model.fault import FaultDone
from bench.plan.trials import loads_of
from scenarios.durability.load import LOAD

EXPERIMENT = EXPERIMENTS["durability"]
OPERATIONS = ("store", "check")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"record": "15B"}, "record=15B"),
        ({"record": "2MB"}, "record=2MB"),
        ({"standby_mode": "local"}, "standby_mode=local"),
        ({"disk": "floppy"}, "disk=floppy"),
        ({"clients": "65"}, "clients=65"),
        ({"flush_time": "5ms"}, "flush_time=5ms: this machine's disk"),
        ({"fault": "disk:restart@1s"}, "disk:restart@1s: only a volatile disk"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(settings: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError) as refused:
        loads_of(EXPERIMENT, settings)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def predicted(metric: str, facts: dict[str, float], **load: Any) -> float:
    (law,) = (one for one in EXPERIMENT.predictions if one.metric == metric)
    return law(LOAD(warmup_s=0.3, **load), facts)


SLOW = {"disk": "volatile", "flush_time_s": 0.02}


@pytest.mark.parametrize(("clients", "per_s"), [(1, 40.0), (4, 160.0), (8, 320.0)])
def test_sync2_every_writer_waits_for_its_own_flush(clients: int, per_s: float) -> None:
    facts = {"quick.latency_mean": 7.0}
    assert predicted("deliveries_per_s", facts, clients=clients, **SLOW) == pytest.approx(per_s)


@pytest.mark.parametrize(
    ("quick_ms", "per_s"), [(7.0, 4 / 0.025), (2.0, 4 / 0.02), (1.99, math.nan), (0.3, math.nan)]
)
def test_sync2_has_no_value_where_records_were_faster_than_the_quick_disk(
    quick_ms: float, per_s: float
) -> None:
    """It sleeps as long as it flushes, and no sleep ends early: that is not noise."""
    found = predicted("deliveries_per_s", {"quick.latency_mean": quick_ms}, clients=4, **SLOW)
    assert found == pytest.approx(per_s, nan_ok=True)


FAR = {"clients": 2, "standby_link": "emulated", "standby_rtt_s": 0.02}
PARTS = {"local.latency_p50": 0.4, "near.latency_p50": 4.6}


def test_sync3_is_the_commit_a_round_trip_and_the_standby() -> None:
    assert predicted("latency_p50", PARTS, **FAR) == pytest.approx(0.4 + 20 + 0.2)


def test_the_laws_end_where_nothing_is_waited_for() -> None:
    assert math.isnan(predicted("latency_p50", PARTS, **{**FAR, "standby_rtt_s": 0.0}))
    assert math.isnan(predicted("latency_p50", PARTS))
    facts = {"quick.latency_mean": 7.0}
    assert math.isnan(predicted("deliveries_per_s", facts, **{**SLOW, "flush_time_s": 0.0}))
    assert math.isnan(predicted("deliveries_per_s", facts, disk="real"))


def crashed(*lost: int, **more: Any) -> TrialData:
    """One client, and crashes 100 ms apart that each lost so many records of 10 ms before."""
    rows = []
    for number, one in enumerate(lost, 1):
        at = 100 * number * MS
        since = at - 10 * MS if one else at + MS
        rows += [
            {"operation": 0, "sequence": number, "sent_ns": at - MS, "done_ns": at + MS // 2},
            {"operation": 1, "sequence": one, "intended_ns": since, "sent_ns": at + MS},
            {"operation": 0, "sequence": -number, "sent_ns": at + 2 * MS, "done_ns": at + 5 * MS},
        ]
        rows[-2]["bytes_up"] = 100 * one
    faults = [
        FaultDone("x", "kill", 100 * n * MS, None, 100 * n * MS, None)
        for n in range(1, len(lost) + 1)
    ]
    return data(
        table(rows), operations=OPERATIONS, outcome_operation="store", faults=faults, **more
    )


def value(key: str, trial: TrialData) -> float:
    return METRICS[key].function(trial)


def test_a_crash_that_lost_nothing_counts_too() -> None:
    trial = crashed(0, 6, 3, 0)
    assert value("crashes", trial) == 4
    assert value("lossy_crashes", trial) == 0.5
    assert value("lost_per_crash", trial) == 2.25
    assert value("lost_bytes_per_crash", trial) == 225
    assert value("loss_window_max", trial) == 10
    counts = METRICS["lossy_crashes"].counts
    assert counts is not None
    found = counts(trial)
    assert found is not None
    assert (found.hits, found.of, found.kind) == (2, 4, "share")


def test_an_outage_ends_when_somebody_who_noticed_it_is_served() -> None:
    assert value("outage_mean", crashed(0, 6)) == 5


def test_without_a_crash_nothing_is_said_of_losses() -> None:
    trial = data(table([]), operations=OPERATIONS, outcome_operation="store")
    assert value("crashes", trial) == 0
    for key in ("lossy_crashes", "lost_per_crash", "lost_bytes_per_crash", "loss_window_max"):
        assert math.isnan(value(key, trial))
    assert math.isnan(value("outage_mean", trial))
    assert math.isnan(value("disk_flush_us", trial))


def test_what_a_flush_costs_is_what_the_program_found_before_anything_ran() -> None:
    assert value("disk_flush_us", crashed(counted={"idle": {"flush_us": 90.0}})) == 90
