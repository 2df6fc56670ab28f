"""Whose rates the load of `cold_cache` has, and how it is said.  Words only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.load import Load
from bench.model.rates import Rates, counted, per_second
from scenarios.cold_cache.load import CacheLoad


def sentence(load: Load[CacheLoad]) -> str:
    """How many lookups of how many keys, and who answers them."""
    own = load.own
    alike = f" by Zipf's law with {own.skew:g}" if own.skew else ", all alike"
    return (
        f"{per_second(own.lookup_rate_per_s, 'lookup')} of {counted(own.keys, 'key')}{alike}, "
        f"from {counted(load.window.clients, 'client')}, answered by "
        f"{counted(own.backends, 'backend')}"
    )


def per_client(rate: float, clients: int) -> Mapping[str, Any]:
    """Each client's lookups make the rate of all."""
    return {"lookup_rate": rate * clients}


RATES = Rates(
    sentence,
    about="lookup_rate is that of all clients together.",
    per_client=per_client,
    level="lookup_rate",
)
