"""Replies in real trials: bytes to the last one, and the server's account against the readers'."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import measured
import numpy as np
import pytest

from bench.results.store import StoredTrial
from scenarios.streamed_reply import _filled as filled
from scenarios.streamed_reply import laws
from scenarios.streamed_reply.load import LOAD

LOAD_OF: Mapping[str, Any] = {
    "clients": 6,
    "pieces": 30,
    "piece_interval_s": 0.01,
    "piece_size_bytes": 7,
    "pause_s": 0.05,
    "warmup_s": 0.0,
    "duration_s": 1.0,
    "drain_s": 20.0,
}


def rows_of(stored: StoredTrial, operation: str) -> np.ndarray:
    data = stored.data()
    found: np.ndarray = data.rows[data.rows["operation"] == data.operations.index(operation)]
    return found


def without_failures(stored: StoredTrial) -> dict[str, float]:
    record = stored.record
    assert (record.status, record.reason, record.log_tail) == ("ok", "", [])
    assert record.facts["client_failures"] == 0, record.facts["client_errors"]
    return measured.compute(stored.data())


@pytest.mark.parametrize("pattern", ["sse", "websocket"])
def test_a_reply_has_the_bytes_that_its_batches_have(
    measure: Callable[..., StoredTrial], pattern: str
) -> None:
    """Which pieces go together follows from when they are due, so it is known beforehand."""
    load = {**LOAD_OF, "batch_s": 0.035}
    stored = measure(f"streamed_reply/{pattern}", **load)
    found = without_failures(stored)
    frame, end_bytes, _ = filled.FRAMES[pattern]
    own = LOAD(**load).own
    batches = list(laws.batches(own.piece_interval_s, own.pieces, own.batch_s))
    reply = found["head_bytes"] + sum(frame(7 * count) for count in batches) + end_bytes
    replies = len(rows_of(stored, "reply"))
    assert stored.data().wire_change("stream_down") == replies * reply
    pieces = rows_of(stored, "piece")
    assert len(pieces) == 30 * replies
    assert found["pieces_made"] == found["pieces_read"] == 30 * replies
    reads = np.unique(pieces[["client", "sequence", "done_ns"]])
    assert len(reads) <= len(batches) * replies
    assert (pieces["done_ns"] >= pieces["intended_ns"]).all()


def test_what_readers_leave_is_made_to_its_end_where_nobody_notices(
    measure: Callable[..., StoredTrial],
) -> None:
    load = {**LOAD_OF, "leave_rate_per_s": 4.0, "notice": "never"}
    stored = measure("streamed_reply/sse", **load)
    found = without_failures(stored)
    replies = len(rows_of(stored, "reply"))
    assert found["departures"] > 0
    assert found["pieces_made"] == 30 * replies
    assert found["pieces_read"] == len(rows_of(stored, "piece"))
    left = rows_of(stored, "leave")
    unread = 30 * len(left) - int(left["bytes_up"].sum())
    assert found["pieces_for_nobody"] == unread
    assert found["unnoticed_departures"] == found["departures"]
    assert found["unread_without_leaving"] == 0


def test_who_is_told_notices_every_departure(measure: Callable[..., StoredTrial]) -> None:
    load = {**LOAD_OF, "leave_rate_per_s": 4.0, "notice": "close"}
    stored = measure("streamed_reply/websocket", **load)
    found = without_failures(stored)
    assert found["departures"] > 0
    assert found["unread_without_leaving"] == 0
    assert found["pieces_read"] <= found["pieces_made"]
    assert found["pieces_made"] <= 30 * len(rows_of(stored, "reply"))
