"""Whose rates the load of `chain` has, and how it is said.  Words only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.load import Load
from bench.model.rates import Rates, counted, per_second
from scenarios.chain.load import ChainLoad


def sentence(load: Load[ChainLoad]) -> str:
    """How many requests go through how many services, and what is wrong with one of these."""
    own = load.own
    who = counted(load.window.clients, "client")
    found = f"{per_second(own.request_rate_per_s, 'request')} in all, from {who}, through "
    found += counted(own.services, "service")
    if own.bypass:
        found += f"; {own.bypass:.0%} leave out service {own.troubled}"
    return found


def per_client(rate: float, clients: int) -> Mapping[str, Any]:
    """Each client's requests make the rate of all."""
    return {"request_rate": rate * clients}


RATES = Rates(
    sentence,
    about="request_rate is that of all clients together.",
    per_client=per_client,
    level="request_rate",
)
