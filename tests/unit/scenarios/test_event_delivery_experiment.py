"""The account of `event_delivery`: each event is delivered once, doubled, lost or open."""

from __future__ import annotations

import dataclasses
import math
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from measured import EXPERIMENTS, METRICS
from unit_builders import MS, SECOND, data, row, table

from bench import catalog
from bench.model import samples
from bench.model.errors import UsageError
from bench.model.fault import FaultDone
from bench.model.messages import Address, Begin
from bench.model.recorder import Recorder
from bench.model.trial import Trial
from bench.plan.claim_trials import trials_of_claims
from bench.plan.trials import Request, loads_of, seconds_of
from scenarios.event_delivery.load import LOAD, goes_on_s
from targets.event_delivery._journal import CONFIRMED, PUBLISHED, RECEIVED, Journal, read
from targets.event_delivery._ledger import LedgerTarget

EXPERIMENT = EXPERIMENTS["event_delivery"]
PATTERNS = list(catalog.patterns(EXPERIMENT.name).values())
OPERATIONS = ("event", "again", "connect", "tick")
ACCOUNT = ("once_share", "doubled_share", "lost_event_share", "open_share")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"event_rate": "500/s"}, "an event takes the consumer 3ms"),
        ({"clients": "2"}, "clients"),
        ({"durable": "maybe"}, "durable"),
        ({"payload": "4B"}, "payload"),
    ],
)
def test_loads_that_cannot_be_had_are_refused_in_one_line(
    settings: dict[str, str], words: str
) -> None:
    with pytest.raises(UsageError) as refused:
        loads_of(EXPERIMENT, settings)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


# --- the journal ----------------------------------------------------------------------------


def test_a_journal_is_read_as_far_as_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    assert read(path) == []
    for number in range(3):
        journal = Journal(path)  # as after a restart
        journal.add(number, 10 * number, place=number - 1)
        journal.close()
    assert read(path) == [(0, 0, -1), (1, 10, 0), (2, 20, 1)]
    path.write_bytes(path.read_bytes()[:-1])
    assert [number for number, _, _ in read(path)] == [0, 1]


# --- the account ----------------------------------------------------------------------------

numbers = st.integers(1, 12)


def account(
    folder: Path,
    published: int,
    confirmed: set[int],
    received: list[int],
    is_confirmed: bool,
    is_settled: bool = True,
) -> Any:
    """A trial whose ends wrote this down: events from 1 on, of which 0 is the verification's."""
    outbox, inbox = folder / "outbox", folder / "inbox"
    for one in (outbox, inbox):
        one.mkdir()
    for path, found in (
        (outbox / PUBLISHED, range(published + 1)),
        (outbox / CONFIRMED, sorted(confirmed)),
        (inbox / RECEIVED, [0, *received]),
    ):
        journal = Journal(path)
        for place, number in enumerate(found):
            journal.add(number, MS * (place + 1))
        journal.close()
    load = LOAD(confirms="window" if is_confirmed else "none")
    ledger = LedgerTarget(load, 1, {})
    ledger.parts = {
        "publisher": [Address("127.0.0.1", 0, more={"folder": str(outbox)})],
        "consumer": [Address("127.0.0.1", 0, more={"folder": str(inbox)})],
    }
    ledger._outbox, ledger._inbox, ledger._is_confirmed = outbox, inbox, is_confirmed
    ledger._is_settled = is_settled
    ledger.recorder = Recorder(list(OPERATIONS))
    ledger._record(Begin(0, 0, SECOND))
    return data(
        samples.rows(ledger.recorder.take()),
        load={"clients": 1},
        operations=OPERATIONS,
        outcome_operation="event",
        counted={"end": ledger.counts()},
    )


@given(st.integers(1, 12), st.sets(numbers), st.lists(numbers, max_size=30), st.booleans())
def test_every_published_event_has_one_place_in_the_account(
    published: int, confirmed: set[int], received: list[int], is_confirmed: bool
) -> None:
    """Against sets, counted by hand."""
    events = set(range(1, published + 1))
    received = [one for one in received if one in events]
    with tempfile.TemporaryDirectory() as folder:
        found = account(Path(folder), published, confirmed & events, received, is_confirmed)
    arrived = set(received)
    twice = {one for one in arrived if received.count(one) > 1}
    is_open = events - arrived - confirmed if is_confirmed else set()
    wanted = arrived - twice, twice, events - arrived - is_open, is_open
    values = [METRICS[key].function(found) for key in ACCOUNT]
    assert values == pytest.approx([len(one) / published for one in wanted])
    assert sum(values) == pytest.approx(1)
    assert METRICS["unaccounted"].function(found) == 0


@pytest.mark.parametrize("is_confirmed", [True, False])
def test_what_is_missing_when_a_trial_is_cut_off_is_not_lost(
    tmp_path: Path, is_confirmed: bool
) -> None:
    """It may still be in the broker, though it was confirmed."""
    found = account(tmp_path, 10, {1, 2, 3, 4}, [1, 2, 2], is_confirmed, is_settled=False)
    once, doubled, lost, still_open = (METRICS[key].function(found) for key in ACCOUNT)
    assert (once, doubled, lost, still_open) == pytest.approx((0.1, 0.1, 0, 0.8))
    assert METRICS["unaccounted"].function(found) == 0
    assert METRICS["cut_off"].function(found) == 1
    (doubt,) = (one for check in EXPERIMENT.doubts if (one := check(found)) is not None)
    assert (doubt.code, doubt.severity) == ("account_cut_off", "doubt")


def test_an_account_that_is_settled_is_not_doubted(tmp_path: Path) -> None:
    found = account(tmp_path, 3, {1, 2, 3}, [1, 2], is_confirmed=True)
    assert METRICS["lost_event_share"].function(found) == pytest.approx(1 / 3)
    assert METRICS["cut_off"].function(found) == 0
    assert not [check for check in EXPERIMENT.doubts if check(found) is not None]


# --- the plan ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "rate", "seconds"),
    [
        ("", 200.0, 0),  # 10 s of events take 6 s
        ("", 330.0, 0),
        ("consumer:restart@1s,every=1s,times=4", 200.0, 0),
        ("consumer:restart@1s,every=2s,times=4", 300.0, 1.8),  # away for 2.8 s, 9 s of work
        ("rabbitmq:restart@9s", 100.0, 4),  # back at 14 s
        ("rabbitmq:restart@1s,every=5s,times=2", 200.0, 6),  # away for 10 s, 6 s of work
        ("consumer:stop@1s,for=5s", 200.0, 1),  # away for 5 s, 6 s of work
    ],
)
def test_a_trial_goes_on_until_all_are_back_and_all_is_dealt_with(
    fault: str, rate: float, seconds: float
) -> None:
    load = LOAD(fault=fault, event_rate_per_s=rate, duration_s=10.0, quiet_s=1.5)
    assert goes_on_s(load) == pytest.approx(seconds + 1.5)


def test_the_estimate_of_a_plan_has_what_goes_on_after_the_window() -> None:
    load = LOAD(duration_s=10.0, warmup_s=1.0, fault="rabbitmq:restart@9s", event_rate_per_s=100.0)
    trial = Trial(0, "event_delivery/rabbitmq_quorum", {}, 1, 1, load.values())
    elsewhere = dataclasses.replace(trial, pattern="nowhere/rabbitmq_quorum")
    assert seconds_of([trial], overhead_s=0) == pytest.approx(11 + 4 + 1.5)
    assert seconds_of([elsewhere], overhead_s=0) == 11


def test_all_its_claims_are_measured_within_25_minutes() -> None:
    trials = trials_of_claims(EXPERIMENT, EXPERIMENT.claims, PATTERNS, Request((EXPERIMENT.name,)))
    assert seconds_of(trials) < 25 * 60


def test_an_event_that_nobody_published_is_unaccounted_for(tmp_path: Path) -> None:
    found = account(tmp_path, 3, {1, 2, 3}, [1, 2, 3, 7], is_confirmed=True)
    assert METRICS["unaccounted"].function(found) == 1


def test_a_row_that_is_missing_is_unaccounted_for(tmp_path: Path) -> None:
    found = account(tmp_path, 3, {1, 2, 3}, [1, 2, 3], is_confirmed=True)
    found.counted["end"]["published"] = 4.0
    assert METRICS["unaccounted"].function(found) == 1


# --- kill by kill ---------------------------------------------------------------------------


def killed(*seconds: float, actor: str = "consumer", for_s: float = 0.1) -> list[FaultDone]:
    return [
        FaultDone(
            actor,
            "restart",
            round(at * SECOND),
            None,
            began_ns=round(at * SECOND),
            ended_ns=round((at + for_s) * SECOND),
        )
        for at in seconds
    ]


def trial(events: list[tuple[float, int, bool]], faults: list[FaultDone]) -> Any:
    """Events as (published at, outcome, doubled)."""
    rows: list[dict[str, int]] = []
    for number, (at, outcome, is_doubled) in enumerate(events, start=1):
        one = {
            **row("delivery"),
            "operation": 0,
            "outcome": outcome,
            "sequence": number,
            "sent_ns": round(at * SECOND),
            "done_ns": round(at * SECOND) + MS,
        }
        rows += [one, one | {"operation": 1, "client": 1}] if is_doubled else [one]
    return data(
        table(rows),
        load={"clients": 1},
        operations=OPERATIONS,
        outcome_operation="event",
        faults=faults,
    )


def test_what_is_lost_belongs_to_the_nearest_kill() -> None:
    faults = killed(0.2, 0.6, 0.8)
    events = [
        (0.1, samples.FAILED, False),
        (0.35, samples.FAILED, False),
        (0.65, samples.OK, True),
        (0.9, samples.OK, False),
    ]
    found = trial(events, faults)
    values = {
        key: METRICS[key].function(found)
        for key in ("kills", "lossy_kills", "doubling_kills", "lost_per_kill", "doubled_per_kill")
    }
    assert values == pytest.approx(
        {
            "kills": 3,
            "lossy_kills": 1 / 3,
            "doubling_kills": 1 / 3,
            "lost_per_kill": 2 / 3,
            "doubled_per_kill": 1 / 3,
        }
    )


def test_without_kills_no_share_of_them_is_given() -> None:
    found = trial([(0.1, samples.OK, False)], [])
    assert METRICS["kills"].function(found) == 0
    assert math.isnan(METRICS["lossy_kills"].function(found))
    assert math.isnan(METRICS["kept_while_away"].function(found))


def test_what_was_published_while_the_consumer_was_dead_is_told_apart() -> None:
    events = [
        (0.1, samples.OK, False),
        (0.25, samples.OK, False),
        (0.26, samples.FAILED, False),
        (0.5, samples.FAILED, False),
    ]
    assert METRICS["kept_while_away"].function(trial(events, killed(0.2))) == pytest.approx(0.5)
    others = trial(events, killed(0.2, actor="nats"))
    assert math.isnan(METRICS["kept_while_away"].function(others))


def test_counts_of_shares_have_exact_intervals() -> None:
    found = trial([(0.1, samples.FAILED, False), (0.2, samples.OK, False)], killed(0.1))
    for key in (*ACCOUNT, "lossy_kills", "doubling_kills"):
        counts = METRICS[key].counts
        assert counts is not None
        counted = counts(found)
        assert counted is not None
        assert counted.hits / counted.of == METRICS[key].function(found)
    assert np.count_nonzero(found.rows["outcome"] == samples.FAILED) == 1
