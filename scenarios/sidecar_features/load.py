"""The load: the experiment's own parameters, and what it makes of the shared ones."""

from __future__ import annotations

from dataclasses import dataclass

from bench.model.errors import UsageError
from bench.model.load import Change, Load, LoadType, parameter
from bench.model.units import show

ON, OFF = "on", "off"
FILE, FIXED = "file", "fixed"
GET, PUT, POST = "GET", "PUT", "POST"


@dataclass(frozen=True, kw_only=True)
class FeaturesLoad:
    """What is called, what goes wrong, and what the sidecars are asked to do."""

    backends: int = parameter(1, "", "servers that can answer", low=1, high=16)
    method: str = parameter(
        GET,
        "",
        "what a call is. GET reads; PUT sets a value in Redis, which is idempotent; POST adds 1 to "
        "one, which is not",
        choices=(GET, PUT, POST),
    )
    think_time_s: float = parameter(
        0.003, "s", "time from an answer to the client's next call", low=0, high=60
    )
    work_time_s: float = parameter(
        0.001, "s", "time from when a server has done a call until it answers", low=0, high=60
    )
    reply_bytes: int = parameter(200, "B", "size of an answer", low=100, high=1_000_000)
    keys: int = parameter(20, "", "max_age: different items that are read", low=1, high=10_000)
    max_age_s: float = parameter(
        0.0,
        "s",
        "clients read items that may be kept for so many whole seconds (Cache-Control), and the "
        "client's sidecar has a cache; 0: neither",
        low=0,
        high=3600,
    )
    break_every: int = parameter(
        0,
        "",
        "the answer to each so-manieth call of a client is lost: the server does what it is asked "
        "and closes the connection; 0: none",
        low=0,
        high=1_000_000,
    )
    retries: int = parameter(
        2,
        "",
        "how often the servers' sidecar sends a call again that had no answer",
        low=0,
        high=10,
    )
    endpoints: str = parameter(
        FILE,
        "",
        "where the servers' sidecar finds the servers: in a file that is replaced when one of them "
        "is, or in its configuration",
        choices=(FILE, FIXED),
    )
    tracing: str = parameter(
        ON, "", "whether sidecars send spans to the collector", choices=(ON, OFF)
    )
    server_spans: str = parameter(
        OFF,
        "",
        "direct, layer4_pair, envoy_pair: whether the server sends a span of its own, for which it "
        "reads the header traceparent: this is in the application",
        choices=(ON, OFF),
    )

    @property
    def is_cached(self) -> bool:
        return self.max_age_s > 0

    @property
    def is_traced(self) -> bool:
        return self.tracing == ON

    @property
    def is_discovered(self) -> bool:
        return self.endpoints == FILE


LOAD = LoadType(
    FeaturesLoad,
    changes={
        "clients": Change(
            default=4,
            high=64,
            meaning="clients of the program; each has one connection and one call under way",
        ),
    },
    without=frozenset({"second_path"}),
)


def check_machine(pattern: str, load: Load[FeaturesLoad]) -> None:
    """UsageError where a pattern's server cannot do what is asked."""
    if pattern.startswith("node") and load.own.server_spans == ON:
        raise UsageError("server_spans=on: the server in Node.js sends none; use server_spans=off")


def check(load: Load[FeaturesLoad]) -> None:
    """UsageError where values do not go together."""
    own = load.own
    if own.max_age_s % 1:
        raise UsageError(
            f"max_age={show(own.max_age_s, 's')}: Cache-Control has whole seconds; use 1s or 2s"
        )
    if own.is_cached and own.method != GET:
        raise UsageError(
            f"method={own.method}: only what is read can be kept; use method=GET or max_age=0"
        )
    if own.is_cached and own.break_every:
        raise UsageError("break_every: items are not broken off; use max_age=0 or break_every=0")
