"""Whose rates the load of `address_change` has, and how it is said.  Words only."""

from __future__ import annotations

from bench.model.load import Load
from bench.model.rates import Rates, counted
from scenarios.address_change.load import AddressLoad

RETRIES = {
    "none": "what breaks is given up",
    "blind": "what breaks is sent again",
    "idempotency_key": "what breaks is sent again with its key",
}


def sentence(load: Load[AddressLoad]) -> str:
    """How many clients ask, and what they do with what breaks."""
    who = counted(load.window.clients, "client")
    return f"{who}, one request after the other; {RETRIES[load.own.retry]}"


RATES = Rates(
    sentence,
    about="There is no rate: each client sends its next request when it has the answer.",
    is_paced=lambda _: False,
)
