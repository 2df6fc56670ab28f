"""The declaration of `streamed_reply`: its load, its traces, its plan, its laws and metrics."""

from __future__ import annotations

import dataclasses
import itertools
import math
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import measured
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.errors import UsageError
from bench.model.metric import Counts
from bench.model.readings import Wire
from bench.plan.trials import loads_of
from scenarios.streamed_reply import _plan as planned
from scenarios.streamed_reply._trace import MOST_PIECES, Piece, read_trace
from scenarios.streamed_reply.experiment import EXPERIMENT, patience_s
from scenarios.streamed_reply.findings import readers_left
from scenarios.streamed_reply.load import LOAD, NOT_BEFORE_END_S, check

TRACE = Path("scenarios/streamed_reply/generated_trace.csv")
MS = 1_000_000

# --- the load -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"pieces": "0"}, "pieces"),
        ({"pieces": "100001"}, "pieces"),
        ({"piece_interval": "-1s"}, "piece_interval"),
        ({"piece_size": "0"}, "piece_size"),
        ({"piece_size": "70kB"}, "piece_size"),
        ({"batch": "-1ms"}, "batch"),
        ({"schedule": "random"}, "schedule"),
        ({"reuse": "perhaps"}, "reuse"),
        ({"notice": "later"}, "notice"),
        ({"proxy": "none"}, "proxy"),
        ({"leave_rate": "often"}, "leave_rate"),
        ({"pieces": "50000", "piece_size": "60kB"}, "pieces"),
        ({"abandon": "100ms"}, "abandon"),
        ({"schedule": "trace"}, "trace"),
        ({"schedule": "trace", "trace": "no/such/file.csv"}, "cannot be read"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(settings: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError) as refused:
        check(LOAD(**loads_of(EXPERIMENT, settings)[0][1]))
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_load_is_said_in_one_line() -> None:
    said = measured.EXPERIMENTS["streamed_reply"].rates
    assert said is not None
    assert "one every 20ms; nobody leaves" in said.sentence(LOAD())
    assert "leaves 2 times per second" in said.sentence(LOAD(leave_rate_per_s=2.0))
    assert "as in x.csv" in said.sentence(LOAD(schedule="trace", trace="x.csv"))


def test_a_reply_has_its_time_after_the_window() -> None:
    load = LOAD(pieces=100, piece_interval_s=0.2, drain_s=5.0)
    assert patience_s(load) == 25.0


# --- traces ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "x.csv: the trace is empty"),
        ("# nothing\n\n", "x.csv: the trace is empty"),
        ("gap_s,size_bytes\n", "x.csv: the trace has no pieces"),
        ("gap_s\n0.1\n", "x.csv: no column size_bytes"),
        ("size_bytes,when\n5,0.1\n", "x.csv: no column gap_s"),
        ("0.1,5\n0.2,5\n", "x.csv: no column gap_s"),
        ("gap_s,size_bytes\n0.1,5\n-0.1,5\n", "x.csv line 3: gap_s=-0.1"),
        ("gap_s,size_bytes\nnan,5\n", "x.csv line 2: gap_s=nan"),
        ("gap_s,size_bytes\n4000,5\n", "x.csv line 2: gap_s=4000"),
        ("gap_s,size_bytes\n0.1,0\n", "x.csv line 2: size_bytes=0"),
        ("gap_s,size_bytes\n0.1,65537\n", "x.csv line 2: size_bytes=65537"),
        ("gap_s,size_bytes\n0.1\n", "x.csv line 2: '0.1'"),
        ("gap_s,size_bytes\n0.1,many\n", "x.csv line 2: '0.1,many'"),
        (
            "gap_s,size_bytes\n" + "0,1\n" * (MOST_PIECES + 1),
            "x.csv: a trace has at most 100,000 pieces",
        ),
    ],
)
def test_each_mistake_in_a_trace_has_its_line(text: str, words: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_trace(text.splitlines(), "x.csv")
    assert str(refused.value).startswith(words)
    assert "\n" not in str(refused.value)


def test_a_trace_is_read_by_the_names_of_its_columns() -> None:
    text = "# a comment\nsize_bytes, model, gap_s\n5,a,0.25\n\n# more\n7,b,0\n"
    assert read_trace(text.splitlines(), "x") == [Piece(0.25, 5), Piece(0.0, 7)]


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "pieces.csv"
    file.write_bytes(b"gap_s,size_bytes\n\xff\xfe\n")
    with pytest.raises(UsageError, match="cannot be read"):
        check(LOAD(schedule="trace", trace=str(file)))


def test_the_trace_that_is_there_is_what_it_says_it_is() -> None:
    """Generated, by the distribution in its comment."""
    chance = random.Random(93)
    found = read_trace(TRACE.read_text().splitlines(), str(TRACE))
    for number, piece in enumerate(found):
        gap = chance.lognormvariate(-4.017, 0.35) if number else 0.35
        if number and chance.random() < 0.02:
            gap += chance.uniform(0.2, 0.6)
        size = 1
        while size < 16 and chance.random() < 3.5 / 4.5:
            size += 1
        assert (piece.gap_s, piece.size_bytes) == (round(gap, 4), size)
    assert len(found) == 300
    assert TRACE.read_text().startswith("# Generated, not recorded.")


# --- the plan -------------------------------------------------------------------------------


def test_a_reply_by_a_trace_starts_again_where_the_trace_ends(tmp_path: Path) -> None:
    file = tmp_path / "pieces.csv"
    file.write_text("gap_s,size_bytes\n0.3,4\n0.01,2\n")
    plan = planned.Plan(LOAD(schedule="trace", trace=str(file)).own, 5)
    assert plan.offsets_ns == [300 * MS, 310 * MS, 610 * MS, 620 * MS, 920 * MS]
    assert plan.ends == [4, 6, 10, 12, 16]
    assert (plan.size_bytes, plan.length_ns, len(plan)) == (16, 920 * MS, 5)


def test_pieces_at_a_constant_interval_carry_no_rounding_error() -> None:
    plan = planned.Plan(LOAD(piece_interval_s=1 / 3).own, 3000)
    assert plan.offsets_ns[-1] == 1000 * 1000 * MS
    assert plan.made(0) == 0
    assert plan.made(plan.offsets_ns[6]) == 7
    assert plan.made(plan.offsets_ns[6] - 1) == 6


@given(
    st.lists(st.integers(1, 70_000), min_size=1, max_size=8),
    st.integers(0, 200_000),
)
def test_the_text_is_one_whatever_the_cuts(lengths: Sequence[int], start: int) -> None:
    ends = [start, *itertools.accumulate(lengths, initial=start)][1:]
    parts = [planned.text(a, b - a) for a, b in itertools.pairwise(ends)]
    whole = planned.text(start, sum(lengths))
    assert b"".join(parts) == whole
    assert not set(whole) & set(b'"\\\r\n\0'), "nothing that a format would have to escape"


def test_a_piece_out_of_its_order_is_seen() -> None:
    plan = planned.Plan(LOAD(piece_size_bytes=8).own, 200)
    assert len({plan.piece(number) for number in range(200)}) == 200
    assert b"".join(map(plan.piece, range(200))) == planned.text(0, plan.size_bytes)
    assert plan.complete(7) == 0
    assert plan.complete(8) == 1
    assert plan.complete(1601) == 200


def test_who_leaves_does_so_at_random_and_not_in_the_last_moments() -> None:
    load = LOAD(leave_rate_per_s=2.0)
    length_ns = 1000 * MS
    found = [planned.leaves_ns(load, 1, 5, number, length_ns) for number in range(4000)]
    left = [one for one in found if one is not None]
    until_s = 1 - NOT_BEFORE_END_S
    assert max(left) < until_s * 1e9
    assert len(left) / len(found) == pytest.approx(1 - math.exp(-2 * until_s), abs=0.03)
    again = [planned.leaves_ns(load, 1, 5, number, length_ns) for number in range(4000)]
    assert found == again
    assert planned.leaves_ns(LOAD(), 1, 5, 0, length_ns) is None


def test_no_two_readers_are_in_step() -> None:
    load = LOAD()
    starts = [planned.start_ns(load, 1, client, 2000 * MS) for client in range(1000)]
    assert len(set(starts)) == 1000
    assert 0 <= min(starts) < 100 * MS
    assert 2100 * MS < max(starts) < 2200 * MS


def test_a_pause_is_exponential_and_may_be_none() -> None:
    load = LOAD(pause_s=0.5)
    found = [planned.pause_ns(load, 1, 2, number) for number in range(4000)]
    assert np.mean(found) == pytest.approx(0.5e9, rel=0.06)
    assert planned.pause_ns(LOAD(pause_s=0.0), 1, 2, 3) == 0


# --- metrics --------------------------------------------------------------------------------

OPERATIONS = (*EXPERIMENT.operations, "connect", "tick")
REPLY, PIECE, REQUEST, LEAVE = range(4)


def row(operation: int, sequence: int, *times_ms: float, **more: Any) -> tuple[Any, ...]:
    """Intended, sent, first byte and done, in ms."""
    times = [round(time * 1e6) for time in times_ms]
    outcome = more.get("outcome", samples.OK)
    return (operation, outcome, 0, 1, sequence, *times, more.get("up", 0), more.get("down", 0))


def trial(rows: list[tuple[Any, ...]], counted: dict[str, float], **load: Any) -> TrialData:
    return TrialData(
        load={**LOAD(**load).values(), "clients": 1},
        operations=OPERATIONS,
        outcome_operation="reply",
        rows=np.array(rows, samples.DTYPE),
        events=np.zeros(0, samples.EVENT_DTYPE),
        t0_ns=0,
        t1_ns=1000 * MS,
        counted={"idle": dict.fromkeys(counted, 0.0), "end": counted},
    )


READ = [
    row(REPLY, 0, 0, 0, 30, 250, down=20),
    # Made at 20, 40, 60, 80; the second and third came together, the last was held up.
    row(PIECE, 0, 20, 20, 30, 30, up=0),
    row(PIECE, 0, 60, 60, 65, 65, up=2),
    row(PIECE, 0, 40, 40, 65, 65, up=1),
    row(PIECE, 0, 80, 80, 250, 250, up=3),
    row(REQUEST, 0, 0, 0, 30, 250, up=90, down=180),
]


def test_times_gaps_and_stalls_of_a_reply() -> None:
    found = measured.compute(trial(READ, {"made": 4.0, "noticed": 0.0, "noticed_s": 0.0}))
    assert found["first_piece_mean"] == 30
    assert found["latency_mean"] == 250
    assert found["piece_delay_mean"] == pytest.approx((10 + 25 + 5 + 170) / 4)
    assert found["piece_gap_max"] == 185
    assert found["stalls_per_reply"] == 1
    assert found["head_bytes"] == 180
    assert (found["pieces_for_nobody"], found["departures"]) == (0, 0)
    assert math.isnan(found["notice_mean"])


def test_pieces_for_nobody_are_those_made_less_those_read() -> None:
    rows = [
        *READ,
        row(REPLY, 1, 300, 300, 325, 345, outcome=samples.PENDING, down=5),
        row(PIECE, 1, 320, 320, 325, 325, up=0),
        # It left at 345, when two had been made and it had one; the server went on until 420.
        row(LEAVE, 1, 345, 345, 300, 345, up=1, down=2),
    ]
    counted = {"made": 4.0 + 6, "noticed": 1.0, "noticed_s": 0.42}
    data = trial(rows, counted, leave_rate_per_s=1.0)
    found = measured.compute(data)
    assert (found["pieces_made"], found["pieces_read"]) == (10, 5)
    assert (found["pieces_for_nobody"], found["departures"]) == (5, 1)
    assert found["for_nobody_share"] == 0.5
    assert found["made_after_leaving_per_departure"] == 4
    assert found["notice_mean"] == pytest.approx(75)
    assert (found["unnoticed_departures"], found["unread_without_leaving"]) == (0, 0)
    assert math.isnan(found["server_cpu_us_per_piece"]), "what those who left cost is in it"
    assert readers_left(data) is not None


def test_what_is_counted_is_said() -> None:
    """So that trials that do not differ still have an interval."""
    rows = [*READ, row(LEAVE, 1, 345, 345, 300, 345, up=1, down=2)]
    nobody = trial(rows, {"made": 9.0, "noticed": 1.0, "noticed_s": 0.4}, leave_rate_per_s=1.0)
    metrics = measured.EXPERIMENTS["streamed_reply"].metrics
    for key in ("made_after_leaving_per_departure", "for_nobody_per_departure"):
        metric = metrics[key]
        assert metric.counts is not None
        counts = metric.counts(nobody)
        assert counts is not None
        assert (counts.of, counts.kind) == (1, "count")
        assert counts.hits / counts.of == metric.function(nobody)
    fewer = trial(rows, {"made": 2.0, "noticed": 1.0, "noticed_s": 0.4}, leave_rate_per_s=1.0)
    for key, data in (("for_nobody_per_departure", fewer), ("wire_bytes_down_per_piece", nobody)):
        asked = metrics[key].counts
        assert asked is not None
        assert asked(data) is None, "fewer made than read, or bytes of those who left"


def test_requests_of_a_reply_are_its_own_whenever_they_were_sent() -> None:
    rows = [
        *READ,
        row(REPLY, 1, 900, 900, 1100, 1400),  # due in the window, read to the end after it
        *(row(REQUEST, 1, at, at, at + 10, at + 20) for at in (900, 1100, 1300)),
        row(REQUEST, 2, 990, 990, 1000, 1010),  # of a reply that never came
    ]
    found = measured.compute(trial(rows, {}))
    assert found["requests_per_reply"] == (1 + 3) / 2
    assert math.isnan(measured.compute(trial([], {}))["requests_per_reply"])


def test_bytes_of_pieces_are_an_amount_of_replies() -> None:
    wire = {"t0": Wire(wire_down=100), "t1": Wire(wire_down=700)}
    data = dataclasses.replace(trial(READ, {"made": 4.0}, pieces=4), wire=wire)
    metric = measured.EXPERIMENTS["streamed_reply"].metrics["wire_bytes_down_per_piece"]
    assert metric.counts is not None
    assert metric.counts(data) == Counts(600, 4, "amount", 1)
    assert metric.function(data) == 150


def test_a_reply_that_broke_off_is_no_departure() -> None:
    rows = [*READ, row(REPLY, 1, 300, 300, 0, 345, outcome=samples.FAILED)]
    data = trial(rows, {"made": 4.0, "noticed": 1.0, "noticed_s": 1.0}, leave_rate_per_s=1.0)
    assert measured.compute(data)["unread_without_leaving"] == 1
    assert readers_left(data) is None


def test_a_departure_that_was_not_noticed_has_no_time() -> None:
    rows = [*READ, row(LEAVE, 1, 345, 345, 300, 345, up=1, down=2)]
    found = measured.compute(trial(rows, {"made": 9.0, "noticed": 0.0, "noticed_s": 0.0}))
    assert found["unnoticed_departures"] == 1
    assert math.isnan(found["notice_mean"])
