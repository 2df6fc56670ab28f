"""Whose rates the load of `competing_consumers` has, and how it is said.  Words only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.load import Load
from bench.model.rates import Rates, counted, per_second
from scenarios.competing_consumers.load import CompetingLoad, offered


def sentence(load: Load[CompetingLoad]) -> str:
    """What comes, and how busy it keeps how many."""
    items = per_second(load.own.item_rate_per_s, "item")
    consumers = load.window.clients
    busy = f"{offered(load) / consumers:.0%} of {counted(consumers, 'consumer')} busy"
    added = f"; {counted(load.own.added, 'consumer')} added halfway" if load.own.added else ""
    return f"{items} with {counted(load.own.keys, 'key')}; they keep {busy}{added}"


def per_client(rate: float, clients: int) -> Mapping[str, Any]:
    """What each consumer is to do makes the rate of all."""
    return {"item_rate": rate * clients}


RATES = Rates(
    sentence,
    about="item_rate is that of all items; what a consumer gets of them the pattern says.",
    per_client=per_client,
    level="item_rate",
)
