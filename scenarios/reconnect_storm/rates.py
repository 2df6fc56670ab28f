"""Whose rates the load of `reconnect_storm` has, and how it is said.  Words only."""

from __future__ import annotations

from bench.model.load import Load
from bench.model.rates import Rates, counted
from bench.model.units import show
from scenarios.reconnect_storm.load import StormLoad


def sentence(load: Load[StormLoad]) -> str:
    """How many clients come back, and within which time."""
    within = (
        f"within {show(load.own.return_within_s, 's')}" if load.own.return_within_s else "at once"
    )
    return (
        f"{counted(load.window.clients, 'client')}; whoever loses its connection is back {within}"
    )


RATES = Rates(
    sentence,
    about="There is no rate: clients act when their connections are cut (fault, return_within).",
    is_paced=lambda _: False,
)
