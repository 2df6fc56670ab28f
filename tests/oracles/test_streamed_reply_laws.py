"""The laws of `streamed_reply` against replies made piece by piece, and against real encoders.

The simulations share nothing with the formulas.
"""

from __future__ import annotations

import itertools
import json
import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.load.clients.sse import EventStreamParser
from bench.model.law import SEED
from scenarios.streamed_reply import _plan as planned
from scenarios.streamed_reply import laws, predictions
from scenarios.streamed_reply._plan import text
from scenarios.streamed_reply.load import LOAD


def sent(made_ms: list[int], batch_ms: int) -> list[int]:
    """When each piece is sent, millisecond by millisecond: a simulation in whole numbers."""
    found: dict[int, int] = {}
    last = -(10**9)
    waiting: list[int] = []
    for now in range(made_ms[-1] + 1):
        waiting += [n for n, time in enumerate(made_ms) if time == now]
        ends = now == made_ms[-1]
        if waiting and (ends or now - last >= batch_ms):
            found.update(dict.fromkeys(waiting, now))
            waiting, last = [], now
    return [found[n] for n in range(len(made_ms))]


REPLIES = st.tuples(st.integers(1, 30), st.integers(1, 25), st.integers(0, 120))


@given(REPLIES)
def test_sendings_are_those_of_a_server_that_waits(reply: tuple[int, int, int]) -> None:
    interval, pieces, batch = reply
    times = sent([interval * n for n in range(1, pieces + 1)], batch)
    groups = [len(list(group)) for _, group in itertools.groupby(times)]
    i, w = interval / 1e3, batch / 1e3
    assert laws.sendings(i, pieces, w) == len(groups)
    assert list(laws.batches(i, pieces, w)) == groups
    assert times[0] == interval, "the first piece is sent at once"
    assert times[-1] == interval * pieces, "and so is the last"


@given(REPLIES)
def test_a_piece_waits_for_its_batch(reply: tuple[int, int, int]) -> None:
    interval, pieces, batch = reply
    made = [interval * n for n in range(1, pieces + 1)]
    waits = [then - now for now, then in zip(made, sent(made, batch), strict=True)]
    law = laws.batch_delay(interval / 1e3, pieces, batch / 1e3) * 1e3
    assert law == pytest.approx(statistics.fmean(waits), abs=1e-6)


def test_a_long_reply_waits_half_a_batch_less_half_an_interval_where_they_divide() -> None:
    assert laws.batch_delay(0.02, 5000, 0.1) == pytest.approx((0.1 - 0.02) / 2, rel=0.01)
    assert laws.batch_delay(0.02, 5000, 0.1 * math.sqrt(2)) == pytest.approx(
        0.1 * math.sqrt(2) / 2, rel=0.01
    )


def test_pieces_that_are_all_made_at_once() -> None:
    assert laws.sendings(0.0, 7, 0.0) == 7
    assert laws.batch_delay(0.0, 7, 0.0) == 0


@pytest.mark.parametrize("size", [1, 5, 12, 13, 125, 126, 247, 248, 1000, 4087, 65_535, 65_536])
def test_frames_are_what_encoders_make(size: int) -> None:
    body = text(0, size)
    event = b"data: " + body + b"\n\n"
    assert [one.data for one in EventStreamParser().feed(event)] == [body]
    assert laws.sse_frame(size) == len(b"%x\r\n%b\r\n" % (len(event), event))
    line = json.dumps({"text": body.decode()}, separators=(",", ":")).encode() + b"\n"
    assert laws.ndjson_frame(size) == len(b"%x\r\n%b\r\n" % (len(line), line))
    extra = 0 if size < 126 else 2 if size < 2**16 else 8  # RFC 6455, 5.2
    assert laws.websocket_frame(size) == 2 + extra + size
    assert len(b"0\r\n\r\n") == laws.LAST_CHUNK


@pytest.mark.parametrize("pattern", predictions.FRAMES)
def test_the_batch_that_halves_the_bytes_halves_them(pattern: str) -> None:
    facts = {"head_bytes": 190.0}
    load = LOAD(pieces=400, piece_size_bytes=10)
    half_s = predictions.half_cost_batch_s(pattern)(load, facts, {})
    at = predictions.stream_bytes(pattern)
    whole = at(load, facts)
    batched = at(LOAD(pieces=400, piece_size_bytes=10, batch_s=half_s), facts)
    assert batched / whole == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("leave_rate", [0.3, 1.0, 4.0])
def test_job1_is_what_is_made_after_readers_have_left(leave_rate: float) -> None:
    length, last = 1.5, 0.1
    leaves = np.random.default_rng(1).exponential(1 / leave_rate, 200_000)
    is_gone = leaves < length - last
    after = np.where(is_gone, length - leaves, 0) / length
    assert laws.for_nobody_share(leave_rate, length, last) == pytest.approx(
        float(np.mean(after)), rel=0.02
    )
    assert laws.left_share(leave_rate, length, last) == pytest.approx(
        float(np.mean(is_gone)), rel=0.02
    )
    assert laws.for_nobody_share(0, length, last) == 0
    assert laws.for_nobody_share(leave_rate, last, last) == 0


def test_polls_are_those_of_a_clock_with_a_random_phase() -> None:
    """SP-1 and SP-2: how late the last piece is, and how many questions that takes."""
    source = np.random.default_rng(2)
    interval, pieces, poll, rtt = 0.05, 30, 0.2, 0.03
    late, asked = [], []
    for phase in source.uniform(0, poll, 4000):
        made = rtt / 2 + pieces * interval
        arrives = rtt + rtt / 2 + phase
        count = 1
        while arrives < made:
            arrives += poll
            count += 1
        late.append(arrives + rtt / 2)
        asked.append(1 + count + 1)
    pushed = laws.last_piece(0, rtt, interval, pieces)
    assert laws.polled(pushed, poll) == pytest.approx(statistics.fmean(late), rel=0.01)
    assert laws.requests(poll_s=poll, rtt_s=rtt, interval_s=interval, pieces=pieces) == (
        pytest.approx(statistics.fmean(asked), rel=0.01)
    )
    assert laws.first_piece(rtt, rtt, interval) == pytest.approx(0.11)


def test_plans_leave_on_average_what_the_formula_says() -> None:
    """The replies of many seeds; in a window a reply that is left makes room for another one."""
    load = LOAD(clients=200, duration_s=20.0, pieces=50, leave_rate_per_s=1.0, pause_s=0.2)
    length = 50 * load.own.piece_interval_s
    facts = {SEED: 3.0}
    assert predictions.planned_for_nobody(load, facts) == pytest.approx(
        laws.for_nobody_share(1.0, length, 0.1), rel=0.05
    )
    assert predictions.planned_left(load, facts) == pytest.approx(
        laws.left_share(1.0, length, 0.1), rel=0.05
    )


def test_a_plan_ends_with_its_window() -> None:
    load = LOAD(clients=3, duration_s=2.0, warmup_s=0.0, pieces=50, pause_s=0.0)
    found = list(planned.departures(load, 1))
    assert set(found) == {None}
    assert 3 <= len(found) <= 6, "two replies of a second each, the first begun within a second"
