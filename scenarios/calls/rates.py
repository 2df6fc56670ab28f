"""Whose rates the load of `calls` has, and how it is said.  Words only."""

from __future__ import annotations

from bench.model.load import Load
from bench.model.rates import Rates, counted, per_second
from scenarios.calls.load import CallsLoad


def sentence(load: Load[CallsLoad]) -> str:
    """Whose calls they are, or that there is no rate."""
    rate, clients = load.own.call_rate_per_s, load.window.clients
    who = counted(clients, "client")
    if not rate:
        return f"{who}, each calls again as soon as it has its answer (no rate)"
    each = per_second(rate / clients, "call")
    return f"{who}, {each} from each of them = {per_second(rate, 'call')}"


RATES = Rates(
    sentence,
    about="Whose calls? --set call_rate=200/s is the rate of all clients together; "
    "--per-client 2/s is that of each of them. Without a rate (the default) each client calls "
    "again as soon as it has its answer.",
    per_client=lambda rate, clients: {"call_rate": rate * clients},
    level="call_rate",
    is_paced=lambda load: load.own.call_rate_per_s > 0,
)
