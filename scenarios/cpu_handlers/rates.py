"""Whose rates the load of `cpu_handlers` has, and how it is said.  Words only."""

from __future__ import annotations

from bench.model.load import Load
from bench.model.rates import Rates, counted, per_second
from scenarios.cpu_handlers.load import CpuHandlersLoad


def sentence(load: Load[CpuHandlersLoad]) -> str:
    """Whose requests they are, and how many of them compute."""
    rate, clients = load.own.request_rate_per_s, load.window.clients
    each = per_second(rate / clients, "request")
    whole = per_second(rate, "request")
    heavy = f"{load.own.heavy_share:.0%} of them compute"
    return f"{counted(clients, 'client')}, {each} from each of them = {whole}; {heavy}"


RATES = Rates(
    sentence,
    about="Whose requests? --set request_rate=200/s is the rate of all clients together; "
    "--per-client 2/s is that of each of them.",
    per_client=lambda rate, clients: {"request_rate": rate * clients},
    level="request_rate",
    is_paced=lambda _: True,
)
