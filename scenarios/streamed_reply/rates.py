"""Whose rates the load of `streamed_reply` has, and how it is said.  Words only."""

from __future__ import annotations

from bench.model.load import Load
from bench.model.rates import Rates, counted
from bench.model.units import show
from scenarios.streamed_reply.load import TRACE, StreamedReplyLoad


def sentence(load: Load[StreamedReplyLoad]) -> str:
    """Who reads, how fast replies are made, and how often readers leave."""
    own = load.own
    who = counted(load.window.clients, "reader")
    pieces = counted(own.pieces, "piece")
    how = f"as in {own.trace}" if own.schedule == TRACE else f"one every {_time(own)}"
    leave = f"each leaves {own.leave_rate_per_s:g} times per second while it reads"
    return (
        f"{who}, one reply at a time; a reply has {pieces}, {how}; "
        f"{leave if own.leave_rate_per_s else 'nobody leaves'}"
    )


def _time(own: StreamedReplyLoad) -> str:
    return show(own.piece_interval_s, "s")


RATES = Rates(
    sentence,
    about="A reader asks for its next reply after a pause. leave_rate is that of each reader while "
    "it reads.",
)
