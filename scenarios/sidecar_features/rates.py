"""Whose rates the load of `sidecar_features` has, and how it is said.  Words only."""

from __future__ import annotations

from bench.model.load import Load
from bench.model.rates import Rates, counted
from bench.model.units import show
from scenarios.sidecar_features.load import FeaturesLoad


def sentence(load: Load[FeaturesLoad]) -> str:
    """Who calls whom, and what goes wrong."""
    own = load.own
    who = counted(load.window.clients, "client")
    found = f"{who} of one program, each calls again {show(own.think_time_s, 's')} after its "
    found += f"answer; {counted(own.backends, 'server')}, {own.method}"
    if own.is_cached:
        found += f", {counted(own.keys, 'item')} that may be kept for {show(own.max_age_s, 's')}"
    if own.break_every:
        found += f", each client's answer {own.break_every}, {2 * own.break_every}, ... is lost"
    return found


RATES = Rates(
    sentence,
    about="There is no rate: each client sends its next call a while after it has an answer.",
    is_paced=lambda _: False,
)
