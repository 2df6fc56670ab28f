"""The declaration of `chat`: its load, its plan of messages and visits, its bytes, its metrics."""

from __future__ import annotations

import math
import random
import statistics
from itertools import takewhile
from typing import Any

import aio_pika
import measured
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pamqp import body, commands, frame, header

from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.errors import UsageError
from bench.plan.arrivals import SECOND_NS
from bench.plan.trials import loads_of
from scenarios.chat import _bytes as filled
from scenarios.chat import _framing as framing
from scenarios.chat import _planned as planned
from scenarios.chat import _text as text
from scenarios.chat import laws
from scenarios.chat.experiment import EXPERIMENT
from scenarios.chat.load import LOAD, check, heard_per_s, messages_per_s
from scenarios.chat.predictions import BYTES, LATENESS

# --- the load -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"clients": "25", "room_size": "10"}, "use clients=20"),
        ({"clients": "3", "room_size": "10"}, "use clients=10"),
        ({"payload": "70kB"}, "larger size_limit"),
        ({"payload": "10"}, "payload"),
        ({"movers": "9"}, "use movers=8"),
        ({"speak_rate": "0/s"}, "speak_rate"),
        ({"leave_by": "train"}, "leave_by"),
        ({"room_size": "1"}, "room_size"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(settings: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError) as refused:
        loads_of(EXPERIMENT, settings)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_two_thousand_members_and_a_room_of_five_hundred_may_be_asked() -> None:
    check(LOAD(clients=2000, room_size=20))
    check(LOAD(clients=500, room_size=500))


def test_the_load_is_said_in_one_line() -> None:
    said = measured.EXPERIMENTS["chat"].rates
    assert said is not None
    words = said.sentence(LOAD(clients=40, room_size=20))
    assert words == "40 members in 2 rooms, 4 messages/s in all = 76 heard messages/s"
    assert "2 of each room come and go" in said.sentence(LOAD(movers=2))


# --- the plan ---------------------------------------------------------------------------------

MOVING = {"clients": 20, "room_size": 10, "movers": 2, "leave_rate_per_s": 2.0, "away_s": 0.5}
END_NS = 20 * SECOND_NS


@pytest.mark.parametrize("schedule", ["poisson", "constant"])
def test_members_speak_at_their_rate_and_each_by_its_own_times(schedule: str) -> None:
    load = LOAD(clients=200, room_size=10, speak_rate_per_s=1.0, schedule=schedule)
    each = [
        list(takewhile(lambda at: at < END_NS, planned.spoken(load, 7, member)))
        for member in range(200)
    ]
    assert sum(map(len, each)) == pytest.approx(200 * 20, rel=0.08)
    assert len({tuple(times) for times in each}) == 200
    again = takewhile(lambda at: at < END_NS, planned.spoken(load, 7, 3))
    assert list(again) == each[3]


def test_a_plan_has_the_messages_of_those_who_stay_and_the_visits_of_the_others() -> None:
    load = LOAD(**MOVING)
    plan = planned.room_plan(load, 3, 1, END_NS)
    assert {text.member_of(one) for one in plan.messages} <= set(planned.staying(load, 1))
    assert planned.staying(load, 1) == list(range(12, 20))
    assert {text.member_of(one) for one in plan.drops} == {10, 11}
    for identity, came_ns in plan.logins.items():
        assert came_ns - plan.drops[identity - 1] == pytest.approx(0.5 * SECOND_NS, abs=2)
        gone_ns = plan.drops.get(identity, END_NS)
        assert gone_ns >= came_ns + 0.5 * SECOND_NS - 2 or gone_ns == END_NS
    assert len(plan.drops) - len(plan.logins) <= 2
    assert all(0 <= at < END_NS for one in vars(plan).values() for at in one.values())


def test_rates_are_those_of_the_plan() -> None:
    load = LOAD(clients=40, room_size=20, movers=5, speak_rate_per_s=2.0)
    plans = [planned.room_plan(load, 5, room, END_NS) for room in range(2)]
    spoken = sum(len(plan.messages) for plan in plans) / 20
    assert spoken == pytest.approx(messages_per_s(load), rel=0.1)
    assert heard_per_s(load) == messages_per_s(load) * 19


# --- what is written ----------------------------------------------------------------------------


@given(st.integers(0, 999_999), st.integers(0, 999_999))
def test_an_id_tells_whose_it_is(member: int, number: int) -> None:
    assert text.member_of(text.id_of(member, number)) == member


@given(st.integers(0, 10**10 - 1), st.binary(min_size=10, max_size=80))
def test_a_number_changes_no_length(position: int, line: bytes) -> None:
    got = text.numbered(line, position)
    assert len(got) == len(line)
    assert got[:-10] == line[:-10]
    assert text.position_of(got) == position


def test_a_notice_is_no_message() -> None:
    assert text.read_notice(text.notice(text.WENT, 12, 3)) == (b"-", 12, 3)
    assert text.read_notice(text.numbered(text.notice(text.CAME, 1, 2), 7)) == (b"+", 1, 2)
    assert text.read_notice(b"12 3 4 ........") is None
    assert text.position_of(b"12 3 4 ............") is None


@pytest.mark.parametrize("line", [b"short", b"two\nlines of text", b"two\rlines of text"])
def test_what_is_no_line_of_text(line: bytes) -> None:
    assert not text.is_text(line)
    assert text.is_text(b"a line of text")


# --- bytes: held against other implementations ----------------------------------------------------


@pytest.mark.parametrize("size", [64, 100, 2000])
def test_amqp_frames_are_those_of_pamqp(size: int) -> None:
    properties = aio_pika.Message(b"").properties
    properties.message_id = "0" * 32  # aiormq gives each message one
    head = frame.marshal(header.ContentHeader(0, size, properties), 1)
    content = len(head) + len(frame.marshal(body.ContentBody(b"x" * size), 1))
    publish = frame.marshal(commands.Basic.Publish(0, "room.1", "", False, False), 1)
    deliver = frame.marshal(commands.Basic.Deliver("c" * 38, 1, False, "room.1", ""), 1)
    properties_bytes = filled.PROPERTIES
    assert framing.publish_bytes(size, "room.1", properties_bytes) == len(publish) + content
    assert framing.deliver_bytes(size, "room.1", 38, properties_bytes) == len(deliver) + content
    assert filled.TAG_BYTES == 38


@pytest.mark.parametrize(("size", "head"), [(0, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10)])
def test_websocket_frames_are_those_of_the_standard(size: int, head: int) -> None:
    assert framing.frame_bytes(size, masked=False) == size + head
    assert framing.frame_bytes(size, masked=True) == size + head + 4


def test_the_law_of_pushes_is_that_of_the_ledger() -> None:
    load = LOAD(clients=40, room_size=20, payload_bytes=100)
    assert filled.websocket_bytes(load, {}) == (100 + 6 + 104) + 19 * (100 + 2 + 104)


@pytest.mark.parametrize(("rate", "interval_s", "members"), [(0.1, 1.0, 20), (2.0, 0.5, 5)])
def test_the_bytes_of_polls_are_those_of_a_simulation(
    rate: float, interval_s: float, members: int
) -> None:
    """Events and polls drawn one by one: each poll takes the others' messages since the last."""
    chance, polls, spoken = random.Random(1), 4000, 0
    carried = 0.0
    for _ in range(polls):
        news = 0
        for speaker in range(members):
            at = chance.expovariate(rate)
            while at < interval_s:
                news += speaker > 0
                spoken += 1
                at += chance.expovariate(rate)
        size = news * 101 - 1 if news else 0
        carried += 90 + 3 * 52 + (150 + size if news else 100)
    # Each member polls: a room's polls are those of one, `members` times; its messages are shared.
    expected = carried * members / spoken
    law = laws.polls_of_message(members, rate, interval_s, 100, 90, 100, lambda _: 150)
    assert law == pytest.approx(expected, rel=0.05)


def test_polls_and_pushes_carry_the_same_where_the_law_says_so() -> None:
    load = LOAD(clients=100, room_size=20)
    rate = filled.rate_alike(load, {}, {})
    at = LOAD(clients=100, room_size=20, speak_rate_per_s=rate)
    assert filled.short_poll_bytes(at, {}) == pytest.approx(filled.websocket_bytes(at, {}))
    assert 0.1 < rate < 1
    more = LOAD(clients=100, room_size=20, speak_rate_per_s=rate / 2)
    assert filled.short_poll_bytes(more, {}) > filled.websocket_bytes(more, {})


def test_the_law_of_polls_reckons_with_the_messages_that_were_planned() -> None:
    """Few messages: the seed decides how many polls there are for each."""
    load = LOAD(clients=40, room_size=20, speak_rate_per_s=0.1, duration_s=4.0, warmup_s=0.5)
    start_ns, end_ns = SECOND_NS // 2, 9 * SECOND_NS // 2
    for seed in range(3):
        spoken = sum(
            start_ns <= at < end_ns
            for member in range(40)
            for at in takewhile(lambda at: at < end_ns, planned.spoken(load, seed, member))
        )
        alike = LOAD(clients=40, room_size=20, speak_rate_per_s=spoken / 4.0 / 40)
        digits = abs(
            filled.short_poll_bytes(load, {"seed": seed}) / filled.short_poll_bytes(alike, {}) - 1
        )
        assert digits < 0.01


def test_a_law_speaks_in_its_domain_only() -> None:
    quiet = LOAD(clients=40, room_size=20, speak_rate_per_s=0.1)
    for law in BYTES.values():
        assert law(quiet, {"seed": 1}) > 0
    busy = LOAD(clients=40, room_size=20, speak_rate_per_s=2.0)
    assert math.isnan(BYTES["websocket"](busy, {}))
    assert math.isnan(BYTES["websocket"](LOAD(clients=40, room_size=20, movers=1), {}))
    assert LATENESS(quiet, {"rtt_us": 1000.0}) == pytest.approx(501)


@given(st.floats(0.01, 5), st.floats(0, 1))
def test_a_polls_wait_is_uniform(interval_s: float, rtt_s: float) -> None:
    halves = [laws.polled_quantile(q / 100, interval_s, rtt_s) for q in range(101)]
    assert statistics.fmean(halves) == pytest.approx(laws.polled_mean(interval_s, rtt_s))


# --- metrics --------------------------------------------------------------------------------------

OPERATIONS = ("connect", "tick", *EXPERIMENT.operations)


def row(operation: str, client: int, sequence: int, **times: int) -> tuple[Any, ...]:
    code, outcome = OPERATIONS.index(operation), times.get("outcome", samples.OK)
    sent, done = times.get("sent", 0), times.get("done", 0)
    sizes = times.get("up", 0), times.get("down", 0)
    return (code, outcome, 0, client, sequence, times.get("due", 5), sent, done, done, *sizes)


def trial(*rows: tuple[Any, ...]) -> TrialData:
    return TrialData(
        load={"clients": 4},
        operations=OPERATIONS,
        outcome_operation="heard",
        rows=np.array(list(rows), samples.DTYPE),
        events=np.zeros(0, samples.EVENT_DTYPE),
        t0_ns=0,
        t1_ns=1000,
    )


def value(key: str, *rows: tuple[Any, ...]) -> float:
    return float(measured.METRICS[key].function(trial(*rows)))


FIRST, SECOND, OTHER = text.id_of(1, 0), text.id_of(1, 1), text.id_of(2, 0)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ([FIRST, SECOND, OTHER], 0),
        ([OTHER, FIRST, SECOND], 0),  # of different speakers any order will do
        ([SECOND, FIRST], 1),
        ([SECOND, OTHER, FIRST], 1),
    ],
)
def test_order_is_that_of_each_speaker(order: list[int], expected: int) -> None:
    rows = [row("heard", 0, one, done=10 + place) for place, one in enumerate(order)]
    assert value("out_of_speakers_order", *rows) == expected
    # Another member heard them the other way round: whose order it is counts, too.
    others = [row("heard", 3, one, done=90 - place) for place, one in enumerate(order[:1])]
    assert value("out_of_speakers_order", *rows, *others) == expected


def test_messages_of_one_reply_keep_the_order_in_which_they_were_written_down() -> None:
    rows = [row("heard", 0, one, done=10) for one in (FIRST, SECOND)]
    assert value("out_of_speakers_order", *rows) == 0
    assert value("out_of_speakers_order", *reversed(rows)) == 1


def test_what_was_missed_is_lost_and_what_came_again_is_no_gain() -> None:
    rows = [
        row("heard", 0, FIRST, done=9),
        row("again", 0, FIRST, done=10),
        row("heard", 0, SECOND, outcome=samples.PENDING, done=99),
    ]
    assert value("completeness", *rows) == 0.5
    assert value("heard_again", *rows) == 1


def test_requests_are_polls_and_those_that_carry_messages() -> None:
    rows = [row("request", 0, 0, done=6), row("request", 1, 0, done=7)]
    posted = row("spoken", 0, FIRST, done=6, up=200, down=100)
    framed = row("spoken", 1, OTHER, done=6, up=106)
    assert value("requests_per_message", *rows, posted) == 3
    assert value("requests_per_message", framed) == 0
    assert value("spoken_messages", posted, framed) == 2


def test_presence_counts_from_when_it_happened() -> None:
    rows = [
        row("knows_drop", 0, FIRST, due=100, done=2_000_100),
        row("knows_drop", 2, FIRST, due=100, done=4_000_100),
        row("knows_drop", 3, FIRST, due=100, done=900, outcome=samples.PENDING),
        row("drop", 1, FIRST, due=100, done=101),
    ]
    assert value("drop_known_mean", *rows) == pytest.approx(3.0)
    assert value("drop_known_share", *rows) == pytest.approx(2 / 3)
    assert value("drops", *rows) == 1
    # Three members who had to know of one drop are one observation, not three.
    counts = measured.METRICS["drop_known_share"].counts(trial(*rows))
    assert (counts.hits, counts.of) == (pytest.approx(2 / 3), 1)
    assert math.isnan(value("login_known_share", *rows))
