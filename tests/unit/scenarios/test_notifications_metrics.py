"""The metrics of `notifications` against numbers worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from unit_builders import MS, SECOND, data, events

from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.samples import EMPTY, FAILED, OK, PENDING
from scenarios.notifications.metrics import METRICS

OPERATIONS = ("request", "delivery", "passage", "bystander")


def rows(*entries: Mapping[str, Any]) -> np.ndarray:
    """Samples by the operation's name; what is not named is 0."""
    found = np.zeros(len(entries), samples.DTYPE)
    for index, entry in enumerate(entries):
        for name, value in entry.items():
            known = OPERATIONS.index(value) if name == "operation" else value
            found[name][index] = known
    return found


def trial(*entries: Mapping[str, Any], **values: Any) -> TrialData:
    return data(rows(*entries), operations=OPERATIONS, **values)


def value(key: str, found: TrialData) -> float:
    return METRICS[key].function(found)


def passage(client: int, outcome: int, done_ns: int = 0) -> dict[str, Any]:
    return {"operation": "passage", "client": client, "outcome": outcome, "done_ns": done_ns}


def test_a_clients_last_try_says_whether_it_got_through() -> None:
    found = trial(
        passage(0, FAILED, 1),
        passage(0, OK, 2),
        passage(1, OK, 1),
        passage(2, FAILED, 1),
        passage(3, PENDING, 1),
        clients=4,
    )
    assert [value(f"{key}_share", found) for key in ("passed", "refused", "held")] == [
        0.5,
        0.25,
        0.25,
    ]


def test_nobody_got_through_a_proxy_that_is_not_there() -> None:
    assert math.isnan(value("passed_share", trial()))
    assert math.isnan(value("passed_share", data()))


def test_a_bystander_counts_from_when_its_request_was_due_and_to_the_end_if_it_waits() -> None:
    found = trial(
        {"operation": "bystander", "intended_ns": 0, "sent_ns": 2 * MS, "done_ns": 5 * MS},
        {
            "operation": "bystander",
            "outcome": PENDING,
            "intended_ns": MS,
            "sent_ns": MS,
            "done_ns": 10 * MS,
        },
        {"operation": "bystander", "intended_ns": 2 * SECOND, "done_ns": 3 * SECOND},
    )
    assert value("bystander_mean", found) == pytest.approx(7)
    assert math.isnan(value("bystander_mean", trial()))


def test_what_the_server_counts_is_read_at_the_windows_end() -> None:
    found = data(counted={"t0": {"send_backlog_bytes": 5.0}, "t1": {"send_backlog_bytes": 7.0}})
    assert value("send_backlog_bytes", found) == 7
    assert math.isnan(value("send_backlog_bytes", data()))


def test_the_servers_herds_are_those_of_the_window() -> None:
    before = {"herds": 2.0, "herds_ns": 8e6, "events_inside": 1.0, "keep_alives": 10.0}
    after = {"herds": 6.0, "herds_ns": 48e6, "events_inside": 4.0, "keep_alives": 40.0}
    found = data(counted={"t0": before, "t1": after}, clients=10)
    assert value("herd_return_ms", found) == pytest.approx(10)
    assert value("events_inside", found) == 3
    assert value("keep_alives_per_client", found) == 3
    assert math.isnan(value("herd_return_ms", data(counted={"t0": before, "t1": before})))


def request(client: int, intended_ns: int, sent_ns: int, outcome: int = OK) -> dict[str, Any]:
    return {
        "operation": "request",
        "outcome": outcome,
        "client": client,
        "intended_ns": intended_ns,
        "sent_ns": sent_ns,
        "done_ns": sent_ns + MS,
    }


def delivery(client: int, sequence: int, intended_ns: int, read_ns: int) -> dict[str, Any]:
    return {
        "operation": "delivery",
        "client": client,
        "sequence": sequence,
        "intended_ns": intended_ns,
        "sent_ns": intended_ns,
        "done_ns": read_ns,
    }


def test_an_event_is_inside_while_a_client_has_not_asked_again() -> None:
    """The second event, 4 ms after the first, finds client 1 away: it asks at 6 ms."""
    found = trial(
        delivery(0, 1, 0, MS),
        delivery(1, 1, 0, 2 * MS),
        request(0, MS, MS),
        request(1, 2 * MS, 6 * MS),
        delivery(0, 2, 4 * MS, 5 * MS),
        delivery(1, 2, 4 * MS, 7 * MS),
        request(0, 5 * MS, 5 * MS),
        request(1, 7 * MS, 7 * MS),
        delivery(0, 3, 20 * MS, 21 * MS),
        delivery(1, 3, 20 * MS, 21 * MS),
        events=events(*((-1, n, at * MS, at * MS) for n, at in ((1, 0), (2, 4), (3, 20)))),
        clients=2,
    )
    assert value("inside_latency_mean", found) == pytest.approx(2)
    assert value("outside_latency_mean", found) == pytest.approx((1 + 2 + 1 + 1) / 4)
    assert value("parked_again_ms", found) == pytest.approx((6 + 3) / 2)


def test_of_one_event_nothing_is_inside() -> None:
    found = trial(delivery(0, 1, 0, MS), events=events((-1, 1, 0, 0)))
    assert math.isnan(value("inside_latency_mean", found))


def test_a_herd_is_counted_by_the_millisecond() -> None:
    found = trial(*(request(n, 0, at) for n, at in enumerate((0, 0, MS - 1, MS, 5 * MS))))
    assert value("herd_peak_requests_per_s", found) == 3000


def test_requests_and_empty_replies_are_those_of_the_window() -> None:
    found = trial(
        request(0, 0, 0, EMPTY),
        request(1, 0, 0),
        request(0, MS, MS, EMPTY),
        request(0, 2 * SECOND, 2 * SECOND, EMPTY),
        clients=2,
    )
    assert value("requests_per_client", found) == 1.5
    assert value("empty_replies", found) == 2
