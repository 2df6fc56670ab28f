"""Whose rates the load of `durability` has, and how it is said.  Words only."""

from __future__ import annotations

from bench.model.load import Load
from bench.model.rates import Rates, counted
from bench.model.units import show
from scenarios.durability.load import DurabilityLoad


def sentence(load: Load[DurabilityLoad]) -> str:
    """How many store what."""
    who = counted(load.window.clients, "client")
    size = show(load.own.record_bytes, "B")
    return f"{who}, records of {size}, one after the other (no rate)"


RATES = Rates(
    sentence,
    about="There is no rate: each client stores its next record when the last one is acknowledged.",
    is_paced=lambda _: False,
)
