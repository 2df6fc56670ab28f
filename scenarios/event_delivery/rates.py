"""Whose rates the load of `event_delivery` has, and how it is said.  Words only."""

from __future__ import annotations

from bench.model.load import Load
from bench.model.rates import Rates, per_second
from bench.model.units import show
from scenarios.event_delivery.load import DeliveryLoad


def sentence(load: Load[DeliveryLoad]) -> str:
    """What is published, and what is done for it."""
    own = load.own
    kept = "durable" if own.is_durable else "transient"
    confirmed = "confirmed" if own.is_confirmed else "not confirmed"
    acknowledged = "acknowledged" if own.is_acknowledged else "not acknowledged"
    size = show(own.payload_bytes, "B")
    return (
        f"{per_second(own.event_rate_per_s, 'event')} of {size}, {kept}, {confirmed}, "
        f"{acknowledged}, as far as the broker knows that"
    )


RATES = Rates(sentence, about="event_rate is that of the publisher.")
