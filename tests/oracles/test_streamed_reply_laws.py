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
from scenarios.streamed_reply import _filled as filled
from scenarios.streamed_reply import _plan as planned
from scenarios.streamed_reply import laws
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


@pytest.mark.parametrize("pattern", filled.FRAMES)
def test_the_batch_that_halves_the_bytes_halves_them(pattern: str) -> None:
    facts = {"head_bytes": 190.0}
    load = LOAD(pieces=400, piece_size_bytes=10)
    half_s = filled.half_cost_batch_s(pattern)(load, facts, {})
    at = filled.stream_bytes(pattern)
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


@pytest.mark.parametrize("reuse", ["on", "off"])
def test_polls_are_those_of_a_clock_with_a_random_phase(reuse: str) -> None:
    """SP-1 and SP-2 of one plan, question by question; and on average T/2 later than a push."""
    load = LOAD(
        clients=40,
        duration_s=20.0,
        pieces=30,
        piece_interval_s=0.05,
        poll_interval_s=0.2,
        reuse=reuse,
    )
    rtt, poll, seed = 0.03, 0.2, 4
    setup = rtt if reuse == "off" else 0.0
    known: dict[int, list[float]] = {1: [], 30: []}
    asked = []
    for one in planned.replies(load, seed):
        question = setup + rtt + planned.phase_ns(load, seed, one.client, one.sequence) / 1e9
        count, begun = 0, setup + rtt / 2
        waiting = [1, 30]
        while waiting:
            count += 1
            while waiting and begun + waiting[0] * 0.05 <= question + rtt / 2 + 1e-9:
                known[waiting.pop(0)].append(question + rtt)
            question += poll
        asked.append(1 + count + 1)
    facts = {"rtt_us": rtt * 1e6, SEED: float(seed)}
    for pieces, times in known.items():
        law = filled.polled_ms(lambda _, pieces=pieces: pieces)(load, facts) / 1e3  # type: ignore[misc]
        assert law == pytest.approx(statistics.fmean(times), rel=1e-9)
        pushed = laws.last_piece(setup, rtt, 0.05, pieces)
        assert law == pytest.approx(pushed + poll / 2, rel=0.05)
    found = filled.polling_requests(load, facts)
    assert found == pytest.approx(statistics.fmean(asked), rel=1e-9)
    assert found == pytest.approx((30 * 0.05 - rtt) / poll + 3, rel=0.02)


@given(REPLIES, st.integers(0, 900))
def test_what_was_sent_before_a_departure(reply: tuple[int, int, int], after_ms: int) -> None:
    interval, pieces, batch = reply
    after_ms = min(after_ms, interval * pieces - 1)  # what ends a reply is sent at once
    times = sent([interval * n for n in range(1, pieces + 1)], batch)
    i, w, after = interval / 1e3, batch / 1e3, after_ms / 1e3 + 1e-7
    assert laws.sent(i, pieces, w, after) == sum(time <= after_ms for time in times)


def test_plans_leave_on_average_what_the_formula_says() -> None:
    """The replies of many seeds; in a window a reply that is left makes room for another one."""
    load = LOAD(clients=200, duration_s=20.0, pieces=50, leave_rate_per_s=1.0, pause_s=0.2)
    length = 50 * load.own.piece_interval_s
    facts = {SEED: 3.0}
    assert filled.planned_for_nobody(load, facts) == pytest.approx(
        laws.for_nobody_share(1.0, length, 0.1), rel=0.05
    )
    assert filled.planned_left(load, facts) == pytest.approx(
        laws.left_share(1.0, length, 0.1), rel=0.05
    )


def test_a_plan_ends_with_its_window() -> None:
    load = LOAD(clients=3, duration_s=2.0, warmup_s=0.0, pieces=50, pause_s=0.0)
    found = [one.leaves_ns for one in planned.replies(load, 1)]
    assert set(found) == {None}
    assert 3 <= len(found) <= 6, "two replies of a second each, the first begun within a second"
