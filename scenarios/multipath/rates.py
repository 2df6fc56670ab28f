"""Whose rates the load of `multipath` has, and how it is said.  Words only."""

from __future__ import annotations

from bench.model.load import Load
from bench.model.rates import Rates, counted
from bench.model.units import show
from scenarios.multipath.load import MultipathLoad


def sentence(load: Load[MultipathLoad]) -> str:
    """How many transfer how much."""
    who = counted(load.window.clients, "client")
    size = show(load.own.transfer_bytes, "B")
    return f"{who}, transfers of {size}, one after the other (no rate)"


RATES = Rates(
    sentence,
    about="There is no rate of transfers: each client begins the next when it has the last one. "
    "rate is the bandwidth of a path (--link).",
    is_paced=lambda _: False,
)
