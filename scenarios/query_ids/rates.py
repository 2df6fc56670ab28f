"""Whose rates the load of `query_ids` has, and how it is said.  Words only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.load import Load
from bench.model.rates import Rates, counted, per_second
from scenarios.query_ids.load import QueryLoad


def sentence(load: Load[QueryLoad]) -> str:
    """How many queries come from how many clients, and how many are attacked."""
    own = load.own
    rate = per_second(own.query_rate_per_s, "query", "queries")
    found = f"{rate} in all, from {counted(load.window.clients, 'client')}"
    if own.forged_share:
        found += f"; to {own.forged_share:.0%} of them forged answers come too"
    return found


def per_client(rate: float, clients: int) -> Mapping[str, Any]:
    """Each client's queries make the rate of all."""
    return {"query_rate": rate * clients}


RATES = Rates(
    sentence,
    about="query_rate is that of all clients together.",
    per_client=per_client,
    level="query_rate",
)
