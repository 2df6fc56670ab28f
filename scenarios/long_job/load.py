"""The load: the experiment's own parameters, and what they make of the shared ones."""

from __future__ import annotations

from dataclasses import dataclass

from bench.model.errors import UsageError
from bench.model.load import Change, Load, LoadType, parameter
from bench.model.units import show

MOST_THREADS = 64


@dataclass(frozen=True, kw_only=True)
class LongJobLoad:
    """Jobs that come at random times, the workers that do them, and callers that go away."""

    job_rate_per_s: float = parameter(
        20.0,
        "/s",
        "jobs per second over all clients, Poisson, while all of them are there: a client that is "
        "away asks for nothing",
        low=0.001,
        high=100_000,
    )
    job_time_s: float = parameter(
        0.5, "s", "time that a worker takes for a job", low=0.001, high=3600
    )
    service: str = parameter(
        "fixed",
        "",
        "whether every job takes job_time, or an exponential time with that mean",
        choices=("fixed", "exponential"),
    )
    work: str = parameter(
        "sleep",
        "",
        "what a worker does: wait for job_time, or compute: use so much CPU time",
        choices=("sleep", "compute"),
    )
    backend_workers: int = parameter(
        20, "", "jobs that the backend does at the same time", low=1, high=100_000
    )
    leave_rate_per_s: float = parameter(
        0.0,
        "/s",
        "departures per second of a client that is there, at random times (Poisson); it closes its "
        "connections",
        low=0,
        high=1000,
    )
    away_s: float = parameter(
        1.0, "s", "how long a client stays away, on average (exponential)", low=0.001, high=3600
    )
    poll_interval_s: float = parameter(
        0.2, "s", "short polling: time between two questions", low=0.001, high=3600
    )
    long_poll_timeout_s: float = parameter(
        30.0, "s", "long polling: longest time a request is held", low=0.01, high=3600
    )
    keep_s: float = parameter(
        3600.0, "s", "handles: a result that nobody collects is kept so long", low=0.1, high=1e7
    )


LOAD = LoadType(
    LongJobLoad,
    changes={
        "clients": Change(
            default=50, high=100_000, meaning="clients; each asks for its own jobs and goes away"
        )
    },
    without=frozenset({"second_path"}),
)


def offered(load: Load[LongJobLoad]) -> float:
    """a: workers that the jobs keep busy while all clients are there."""
    return load.own.job_rate_per_s * load.own.job_time_s


def check(load: Load[LongJobLoad]) -> None:
    """UsageError where workers that compute would be more threads than a process should have."""
    own = load.own
    if own.work == "compute" and own.backend_workers > MOST_THREADS:
        raise UsageError(
            f"backend_workers={own.backend_workers}: each is a thread where work=compute, and "
            f"{MOST_THREADS} are the most; use backend_workers={MOST_THREADS} or fewer"
        )
    if own.long_poll_timeout_s > own.keep_s:
        raise UsageError(
            f"long_poll_timeout={show(own.long_poll_timeout_s, 's')}: results are kept for "
            f"{show(own.keep_s, 's')} only; use a larger keep"
        )
