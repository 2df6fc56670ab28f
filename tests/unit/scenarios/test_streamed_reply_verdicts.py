"""Verdicts of `streamed_reply` on evidence of the shape that its runs have: trials all alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import measured
import pytest
from claim_builders import around, cell

from bench.model.metric import Counts
from bench.verdicts.claims import judge
from bench.verdicts.evidence import Cell, Evidence
from scenarios.streamed_reply.claims import NORMAL, THROUGH_PROXY
from scenarios.streamed_reply.load import LOAD
from scenarios.streamed_reply.predictions import (
    DELAY,
    FOR_NOBODY,
    FOR_NOBODY_WHOLE,
    PUSHES,
    STREAM_BYTES,
    WHOLE,
)

CLAIMS = {claim.id: claim for claim in measured.EXPERIMENTS["streamed_reply"].claims}
FACTS = {"head_bytes": 178.0, "rtt_us": 50.0, "seed": 31.0}
SSE, WEBSOCKET = "sse", "websocket"

# --- L2: bytes that are the same in all repeats -----------------------------------------------

BATCHES: dict[float, float] = {0.0: 100, 0.04: 85, 0.06: 75, 0.1: 60, 0.4: 45}
"""CPU per piece."""

REPLIES = 60


def batch(pattern: str, seconds: float, off: float, replies: float = REPLIES) -> Cell:
    """Bytes off their law by a share, in all six repeats alike."""
    load = {"piece_size_bytes": 10, "pieces": 100, "piece_interval_s": 0.02, "batch_s": seconds}
    typed = LOAD(**load)
    each = STREAM_BYTES[pattern].function(typed, FACTS) * (1 + off)
    pieces = replies * 100
    values = {
        "ends_cpu_us_per_piece": around(BATCHES[seconds], 0.02 if seconds else -0.02),
        **{key: [fact] * 6 for key, fact in FACTS.items()},
    }
    if seconds >= 0.1:
        values["piece_delay_mean"] = around(DELAY.function(typed, FACTS), 0.005)
    counts = [Counts(round(each * pieces), pieces, "amount", replies)] * 6
    return cell(pattern, values, LOAD, {"wire_bytes_down_per_piece": counts}, **load)


def batches(off: float = 0.0, replies: float = REPLIES) -> Evidence:
    cells = [
        batch(pattern, seconds, off if pattern == WEBSOCKET else 0.0, replies)
        for pattern in (SSE, WEBSOCKET)
        for seconds in BATCHES
    ]
    return Evidence(cells, NORMAL)


@pytest.mark.parametrize(
    ("off", "replies", "verdict"),
    [
        (0.0, REPLIES, "confirmed"),
        (-0.03, REPLIES, "confirmed"),
        (-0.05, REPLIES, "not settled"),  # on the band's edge
        (0.0, 2, "not settled"),  # 0 of 12 replies: 26 % may be unlike them
        (-0.2, REPLIES, "refuted"),
    ],
)
def test_bytes_that_are_alike_in_all_repeats_are_held_against_their_law(
    off: float, replies: float, verdict: str
) -> None:
    found = judge(CLAIMS["L2"], batches(off, replies)).numbers
    parts = {one.verdict for one in found if one.kind == "value" and one.pattern == WEBSOCKET}
    assert verdict in parts
    assert parts <= {verdict, "confirmed"}


def test_where_bytes_are_halved_is_found_though_all_repeats_are_alike() -> None:
    found = judge(CLAIMS["L2"], batches())
    assert found.verdict == "depends"
    assert "not known" not in found.words
    crossings = [one for one in found.numbers if one.kind == "crossing"]
    assert [one.pattern for one in crossings] == [SSE, WEBSOCKET]
    for one in crossings:
        assert one.low < one.value < one.high
        assert one.value == pytest.approx(one.law, rel=0.05)


# --- L3: pieces made after a reader left, the same number in all repeats ----------------------

LEAVE: dict[str, Any] = {"leave_rate_per_s": 1.0, "pieces": 50, "piece_interval_s": 0.02}
DEPARTURES = 55


def left(pattern: str, after: float, nobody: Sequence[float] = (), **more: Any) -> Cell:
    """So many pieces after each departure, in all six repeats alike."""
    values: dict[str, Sequence[float]] = {
        "departures": [DEPARTURES] * 6,
        "unread_without_leaving": [0.0] * 6,
        **{key: [fact] * 6 for key, fact in FACTS.items()},
    }
    counts = [Counts(after * DEPARTURES, DEPARTURES, "count")] * 6
    if nobody:
        values["for_nobody_share"] = nobody
    metric = "made_after_leaving_per_departure"
    return cell(pattern, values, LOAD, {metric: counts}, **LEAVE, **more)


def leavers(after_write: float, after_close: float) -> Evidence:
    def share(law: Callable[[Any, Any], float], notice: str) -> list[float]:
        return around(law(LOAD(**LEAVE, notice=notice), FACTS), 0.01)

    cells = [
        *(left(pattern, after_close) for pattern in PUSHES),
        *(left(THROUGH_PROXY, after_close, proxy=one) for one in ("passes", "buffers")),
        left(SSE, after_write, notice="write"),
        left(WHOLE, 20, share(FOR_NOBODY_WHOLE.function, "write"), notice="write"),
        left(SSE, 20, share(FOR_NOBODY.function, "never"), notice="never"),
    ]
    return Evidence(cells, NORMAL)


@pytest.mark.parametrize(
    ("after_write", "after_close", "verdict"),
    [(1, 0, "confirmed"), (2, 0, "not settled"), (3, 0, "depends"), (1, 1, "not settled")],
)
def test_pieces_that_are_counted_alike_in_all_repeats_are_judged(
    after_write: float, after_close: float, verdict: str
) -> None:
    assert judge(CLAIMS["L3"], leavers(after_write, after_close)).verdict == verdict
