"""Whose rates the load of `waiting` has, and how it is said.  Words only."""

from __future__ import annotations

from bench.model.load import Load
from bench.model.rates import Rates, counted
from bench.model.units import show
from scenarios.waiting.load import WaitingLoad


def sentence(load: Load[WaitingLoad]) -> str:
    """How many waits of which length, batch after batch."""
    waits = f"batches of {counted(load.own.waits, 'wait')} of {show(load.own.wait_time_s, 's')}"
    return f"one program, {waits}, one batch after the other (no rate)"


RATES = Rates(
    sentence,
    about="There is no rate: the program begins the next batch when the last one is answered.",
    is_paced=lambda _: False,
)
