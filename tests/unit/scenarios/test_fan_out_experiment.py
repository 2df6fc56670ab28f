"""The declaration of `fan_out`: its load, what is refused, its metrics of rows and counts."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.errors import UsageError
from bench.model.law import Law
from bench.model.metric import Counts
from bench.plan.trials import loads_of
from scenarios.fan_out import _calls as calls
from scenarios.fan_out import load as declared
from scenarios.fan_out import metrics, predictions
from scenarios.fan_out.experiment import EXPERIMENT
from scenarios.fan_out.load import LOAD, check, check_machine

MS = 1_000_000


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"confirm_window": "0"}, "confirm_window"),
        ({"prefetch": "0"}, "prefetch"),
        ({"prefetch": "-1"}, "prefetch"),
        ({"payload": "10B"}, "payload"),
        ({"confirms": "some"}, "confirms"),
        ({"queue_type": "stream"}, "queue_type"),
        ({"event_rate": "-1/s"}, "event_rate"),
        ({"dead_receivers": "11"}, "clients=11"),
        ({"dead_receivers": "6", "slow_receivers": "5"}, "clients=11"),
        ({"queue_limit": "10"}, "confirms=window"),
        ({"queue_limit": "10", "confirms": "each"}, "acknowledgement=manual"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(settings: dict[str, str], words: str) -> None:
    def asked() -> None:
        for one in loads_of(EXPERIMENT, settings):
            check(LOAD.read(one))

    with pytest.raises(UsageError) as refused:
        asked()
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("pattern", sorted(declared.LARGEST_BYTES))
def test_a_message_over_the_brokers_limit_is_refused(pattern: str) -> None:
    most = min(declared.LARGEST_BYTES[pattern], 200_000_000)
    check_machine(pattern, LOAD(payload_bytes=most))
    if most < 200_000_000:
        with pytest.raises(UsageError, match=f"broker of {pattern} takes") as refused:
            check_machine(pattern, LOAD(payload_bytes=most + 1))
        assert "\n" not in str(refused.value)
    check_machine("direct_serial", LOAD(payload_bytes=200_000_000))


def test_more_receivers_than_a_process_may_have_connections(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(declared.resource, "getrlimit", lambda _: (1024, 4096))
    check_machine("nats_core", LOAD(clients=3896))
    with pytest.raises(UsageError, match=r"clients=3897: .*4096 .*set clients=3896 or fewer"):
        check_machine("nats_core", LOAD(clients=3897))


def test_the_first_receivers_are_dead_and_the_next_are_slow() -> None:
    own = LOAD(dead_receivers=2, slow_receivers=1, work_time_s=0.01, slow_time_s=0.3).own
    assert [own.is_dead(number) for number in range(4)] == [True, True, False, False]
    assert [own.work_of(number) for number in range(4)] == [0.01, 0.01, 0.3, 0.01]


@pytest.mark.parametrize(("confirms", "window"), [("none", 0), ("each", 1), ("window", 7)])
def test_confirms_are_a_window(confirms: str, window: int) -> None:
    assert LOAD(confirms=confirms, confirm_window=7).own.window == window


def test_a_quorum_queue_is_durable() -> None:
    assert LOAD(queue_type="quorum").own.is_durable
    assert not LOAD().own.is_durable


# --- metrics --------------------------------------------------------------------------------------


def trial(deliveries: list[tuple[int, int, int, int, int]], **counted: float) -> TrialData:
    """Deliveries as (client, sequence, sent, first byte, done) in ms; a window of a second."""
    rows = np.zeros(len(deliveries), samples.DTYPE)
    for row, (client, sequence, sent, read, done) in zip(rows, deliveries, strict=True):
        row["client"], row["sequence"], row["intended_ns"] = client, sequence, sent * MS
        row["sent_ns"], row["first_byte_ns"], row["done_ns"] = sent * MS, read * MS, done * MS
    sequences = sorted({(one[1], one[2]) for one in deliveries})
    events = np.zeros(len(sequences), samples.EVENT_DTYPE)
    for event, (sequence, sent) in zip(events, sequences, strict=True):
        event["feed"], event["sequence"] = samples.EVERY, sequence
        event["intended_ns"] = event["published_ns"] = sent * MS
    return TrialData(
        load={"clients": 2, "work_time_s": 0.004},
        operations=EXPERIMENT.operations,
        outcome_operation="delivery",
        rows=rows,
        events=events,
        t0_ns=0,
        t1_ns=1000 * MS,
        counted={
            "t0": {f"publisher.{name}": 0.0 for name in counted},
            "t1": {f"publisher.{name}": value for name, value in counted.items()},
        },
    )


def test_the_last_receiver_counts() -> None:
    data = trial([(0, 1, 10, 11, 12), (1, 1, 10, 14, 18), (0, 2, 20, 21, 22), (1, 2, 20, 22, 24)])
    assert metrics.last_receiver_ms(data) == pytest.approx((8 + 4) / 2)
    assert metrics.published(data) == Counts(2, 1, "count")
    assert metrics.received_per_s(data) == pytest.approx((1 / 0.010 + 1 / 0.006) / 2)
    # Held 1, 4, 1 and 2 ms, of which 4 ms are work.
    assert metrics.buffer_wait_ms(data) == pytest.approx(2 - 4)


def test_what_is_dealt_with_after_the_window_is_not_of_its_rate() -> None:
    data = trial([(0, 1, 990, 991, 1005), (0, 0, 0, 900, 999)])
    assert metrics.received_per_s(data) == 0.5
    assert metrics.published(data) == Counts(2, 1, "count")


@pytest.mark.parametrize(
    ("period_ms", "first_ms"), [(104, 3), (104, 103), (40, 0), (40, 39), (333, 1)]
)
def test_a_steady_rate_is_exact_wherever_the_window_begins(period_ms: int, first_ms: int) -> None:
    times = range(first_ms, 1000, period_ms)
    rows = [(who, n, at, at, at) for who in (0, 1) for n, at in enumerate(times)]
    assert metrics.received_per_s(trial(rows)) == pytest.approx(1000 / period_ms)


def test_nothing_received_is_no_rate() -> None:
    assert metrics.received_per_s(trial([])) == 0


def test_the_bytes_of_a_publisher_are_an_amount_of_its_events() -> None:
    known = metrics.METRICS["publisher_bytes_per_event"]
    assert known.counts is not None
    data = trial([], events=10, stream_up=1480, gone=0)
    assert known.counts(data) == Counts(1480, 10, "amount", 10)
    assert known.counts(trial([], events=10, stream_up=1480, gone=1)) is None


def test_the_publisher_counts_its_own_time() -> None:
    data = trial([], busy_ns=30 * MS, events=10, stream_up=1480, gone=0, failed=2, refused=0)
    assert metrics.publisher_ms(data) == pytest.approx(3)
    assert metrics.publisher_bytes_per_event(data) == 148
    assert math.isnan(metrics.publisher_cpu_us(data)), "nobody metered it"
    assert metrics.sends_failed(data) == Counts(2, 1, "count")
    assert metrics.refusals(data) == Counts(0, 1, "count")


def test_bytes_are_unknown_where_a_connection_was_lost() -> None:
    data = trial([], events=10, stream_up=1480, gone=1)
    assert math.isnan(metrics.publisher_bytes_per_event(data))


def test_what_nobody_counted_is_unknown() -> None:
    data = trial([])
    for one in (
        metrics.publisher_ms,
        metrics.last_receiver_ms,
        metrics.buffer_wait_ms,
        metrics.publisher_bytes_per_event,
    ):
        assert math.isnan(one(data))
    assert metrics.sends_failed(data) is None
    assert math.isnan(metrics.publisher_ms(trial([], busy_ns=0, events=0)))


# --- laws, filled ---------------------------------------------------------------------------------


def filled(law: Law, load: object, **facts: float) -> float:
    return law(load, facts)  # type: ignore[arg-type]


FACTS = {
    "called_first.publisher_ms": 1.0,
    "called_few.publisher_ms": 2.0,
    "called_many.publisher_ms": 40.0,
    "called_most.publisher_ms": 100.0,
    "called_first.last_receiver_ms": 1.5,
    "called_few.last_receiver_ms": 3.0,
    "called_many.last_receiver_ms": 22.0,
    "called_most.last_receiver_ms": 60.0,
    "in_turn_first.publisher_ms": 2.5,
    "in_turn_few.publisher_ms": 7.0,
    "in_turn_many.publisher_ms": 22.0,
    "in_turn_most.publisher_ms": 66.0,
    "in_turn_first.last_receiver_ms": 1.5,
    "in_turn_few.last_receiver_ms": 6.0,
    "in_turn_many.last_receiver_ms": 21.0,
    "in_turn_most.last_receiver_ms": 65.0,
    "at_once_few.publisher_ms": 25.0,
    "at_once_many.publisher_ms": 63.0,
    "at_once_few.last_receiver_ms": 13.0,
    "at_once_many.last_receiver_ms": 32.0,
    "few.last_receiver_ms": 3.0,
    "many.last_receiver_ms": 22.0,
    "few.publisher_cpu_us": 300.0,
}
RECEIVERS_FAR = {"link": "emulated", "rtt_s": 0.01}
TOLD_FAR = {"link": "emulated", "rtt_s": 0.05}
BROKER_FAR = {"services_link": "emulated", "services_rtt_s": 0.024}


@pytest.mark.parametrize(
    ("receivers", "expected"),
    [
        (1, 1 - 1 / 2),
        (3, 1 + 1 / 2),
        (50, 2 + 46 * 38 / 86),
        (150, 40 + 60 * 60 / 90),
        (200, 40 + 110 * 60 / 90),
    ],
)
def test_ps_1_is_the_line_through_the_next_trials(receivers: int, expected: float) -> None:
    """Trials without distance have 2, 4, 90 and 180 receivers."""
    load = LOAD(clients=receivers, event_rate_per_s=4.0)
    for law in (calls.IN_TURN_NEAR, calls.AT_ONCE_NEAR):
        assert filled(law, load, **FACTS) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("law", "expected"),
    [
        # Over a link of 2 ms there are 1, 3, 10 and 30 receivers.
        (calls.IN_TURN, 22 + 10 * 8),
        (calls.LAST_IN_TURN, 21 + 9.5 * 8),
    ],
)
def test_ps_1_of_calls_in_turn_counts_from_a_near_link(law: Law, expected: float) -> None:
    far = LOAD(clients=10, event_rate_per_s=4.0, **RECEIVERS_FAR)
    assert filled(law, far, **FACTS) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("link", "more"),
    [
        # One way of 50, both ways of 24 ms, counted from links of 20 ms.
        (TOLD_FAR, 15),
        (BROKER_FAR, 4),
        (TOLD_FAR | BROKER_FAR, 19),
    ],
)
def test_ps_1_of_the_told_counts_round_trips(link: dict[str, object], more: float) -> None:
    load = LOAD(clients=24, event_rate_per_s=10.0, **link)
    near = 3 + 19 * 19 / 95
    assert filled(predictions.LAST_TOLD, load, **FACTS) == pytest.approx(near + more)
    assert filled(predictions.TOLD_ONCE, load, **FACTS) == 300


def test_ps_1_of_the_told_is_silent_without_distance() -> None:
    load = LOAD(clients=24, event_rate_per_s=10.0)
    assert math.isnan(filled(predictions.LAST_TOLD, load, **FACTS))


def test_ps_1_of_the_told_is_silent_where_a_broker_still_sends() -> None:
    """200 deliveries take 20 ms: as long as the way over a link of 40 ms."""
    near, far = (
        LOAD(clients=200, event_rate_per_s=10.0, **BROKER_FAR | {"services_rtt_s": rtt_s})
        for rtt_s in (0.039, 0.041)
    )
    assert math.isnan(filled(predictions.LAST_TOLD, near, **FACTS))
    assert filled(predictions.LAST_TOLD, far, **FACTS) > 0


@pytest.mark.parametrize(
    ("law", "expected"),
    [
        # From 5 and 100 receivers over a link of 20 ms; an answer comes back, an event does not.
        (calls.AT_ONCE, 25 + 19 * 38 / 95 + 30),
        (calls.LAST_AT_ONCE, 13 + 19 * 19 / 95 + 15),
    ],
)
def test_ps_1_of_calls_at_once_counts_one_round_trip(law: Law, expected: float) -> None:
    load = LOAD(clients=24, event_rate_per_s=4.0, **TOLD_FAR)
    assert filled(law, load, **FACTS) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("receivers", "rtt_s", "speaks"),
    [(100, 0.021, True), (110, 0.021, False), (200, 0.06, True), (200, 0.09, False)],
)
def test_ps_1_of_calls_at_once_is_silent_where_answers_meet_calls(
    receivers: int, rtt_s: float, speaks: bool
) -> None:
    load = LOAD(clients=receivers, event_rate_per_s=4.0, link="emulated", rtt_s=rtt_s)
    assert calls.AT_ONCE.speaks_of(load) is speaks


@pytest.mark.parametrize("law", [calls.IN_TURN, calls.AT_ONCE])
def test_ps_1_of_calls_over_a_link_is_silent_without_one(law: Law) -> None:
    assert not law.speaks_of(LOAD(clients=10, event_rate_per_s=4.0))


@pytest.mark.parametrize(
    ("window", "rtt_s", "expected"),
    [
        # Without distance, each further open confirm takes a share of the only core.
        (1, 0.0, 2000),
        (4, 0.0, 4 / (0.0005 + 3 / 9000)),
        (1000, 0.0, 1000 / (0.0005 + 999 / 9000)),
        # 4.1 ms over a link of 4 ms: the confirm itself takes 0.1 ms.
        (1, 0.0045, 1 / 0.0046),
        (40, 0.0045, 40 / 0.0046),
        (100, 0.0045, 9000),
    ],
)
def test_ps_2(window: int, rtt_s: float, expected: float) -> None:
    load = LOAD(
        clients=1,
        event_rate_per_s=0.0,
        confirms="window",
        confirm_window=window,
        services_link="emulated" if rtt_s else "loopback",
        services_rtt_s=rtt_s,
    )
    one_ms = 4.1 if rtt_s else 0.5
    facts = {"one.published_per_s": 1000 / one_ms, "most.published_per_s": 9000.0}
    law = predictions.CONFIRMS if rtt_s else predictions.CONFIRMS_NEAR
    other = predictions.CONFIRMS_NEAR if rtt_s else predictions.CONFIRMS
    assert filled(law, load, **facts) == pytest.approx(expected)
    assert math.isnan(filled(other, load, **facts))
