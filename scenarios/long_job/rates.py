"""Whose rates the load of `long_job` has, and how it is said.  Words only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.load import Load
from bench.model.rates import Rates, counted, per_second
from bench.model.units import show
from scenarios.long_job.load import LongJobLoad, offered


def sentence(load: Load[LongJobLoad]) -> str:
    """Whose jobs they are, how busy they keep the workers, and how often clients leave."""
    own = load.own
    jobs = per_second(own.job_rate_per_s, "job")
    workers = own.backend_workers
    who = counted(load.window.clients, "client")
    leave = own.leave_rate_per_s
    away = f"each leaves {leave:g} times per second for {show(own.away_s, 's')}, on average"
    return (
        f"{jobs} in all, from {who}; they keep {offered(load) / workers:.0%} of "
        f"{counted(workers, 'worker')} busy; {away if leave else 'nobody leaves'}"
    )


def per_client(rate: float, clients: int) -> Mapping[str, Any]:
    """Each client's jobs make the rate of all."""
    return {"job_rate": rate * clients}


RATES = Rates(
    sentence,
    about="job_rate is that of all clients together while they are there; leave_rate is that of "
    "each client.",
    per_client=per_client,
    level="job_rate",
)
