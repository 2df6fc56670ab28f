"""A proxy as data: what it listens for, where it sends requests, what it does with them.

A pattern's target describes the proxies that it needs in these words.  Knows no proxy
program, no port and no process: the lab finds addresses and starts what carries it out.

    Proxy("mesh", (Listener("http1"),), (Upstream("up", ("server",), protocol="http2"),))

An upstream's endpoints are references: "server" is every process of that part, "server.1"
its second one, "b.tls" the listener `tls` of the proxy `b`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from bench.model.errors import UsageError

Protocol = Literal["http1", "http2", "http3", "tcp"]
UpstreamProtocol = Literal["http1", "http2", "tcp"]
RetryReason = Literal["connect_failure", "reset", "refused_stream", "server_error"]
Balance = Literal["round_robin", "least_request", "random"]

ROLE = "proxy"
"""Of its processes in the meters."""

RESERVED = ("admin", "http", "tcp", "cluster", "listener", "server", "path", "clients")
"""Names that counters, parts or faults use for something else."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")


class Endpoint(msgspec.Struct, frozen=True):
    """Where something listens."""

    host: str
    port: int


class Route(msgspec.Struct, frozen=True):
    """Requests whose path begins with `prefix` go to `upstream` ("": the proxy's first)."""

    prefix: str = "/"
    upstream: str = ""


class Listener(msgspec.Struct, frozen=True):
    """One port that clients connect to.

    With several `protocols` the client chooses: by ALPN under TLS (the first is
    preferred), otherwise by how its connection begins.  `name` is its prefix in the
    counters.  `max_streams` is what one HTTP/2 or HTTP/3 connection may have open.
    The first route that fits a request is taken; `tcp` has one route, whose prefix means
    nothing.  An HTTP/1.1 upgrade that is not among `upgrades` is answered with 403.
    """

    name: str
    protocols: tuple[Protocol, ...] = ("http1",)
    tls: bool = False
    client_certificate: bool = False
    max_streams: int = 100
    routes: tuple[Route, ...] = (Route(),)
    upgrades: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_name("listener", self.name)
        if not self.protocols or not self.routes:
            raise UsageError(f"listener {self.name}: name at least one protocol and one route")
        if self.is_quic and (len(self.protocols) > 1 or not self.tls):
            raise UsageError(f"listener {self.name}: HTTP/3 needs its own listener, with TLS")
        if self.is_tcp and (len(self.protocols) > 1 or len(self.routes) > 1 or self.upgrades):
            raise UsageError(
                f"listener {self.name}: tcp sees no requests; leave out other protocols, "
                "further routes and upgrades"
            )
        if self.client_certificate and not self.tls:
            raise UsageError(f"listener {self.name}: a client certificate needs TLS; add tls=True")

    @property
    def is_quic(self) -> bool:
        return "http3" in self.protocols

    @property
    def is_tcp(self) -> bool:
        return "tcp" in self.protocols


class Limits(msgspec.Struct, frozen=True):
    """A circuit breaker; None: no limit.

    Requests beyond `connections` wait for a connection, at most `pending` of them;
    those beyond `pending` or `requests` are answered with 503.  `requests` is what may
    be under way at a time.  A request for which a connection is being opened is pending too.
    """

    connections: int | None = None
    pending: int | None = None
    requests: int | None = None


class Ejection(msgspec.Struct, frozen=True):
    """Outlier detection: an endpoint that fails so often in a row gets no requests for a while.

    It fails where it cannot be reached, does not answer in time, or answers with a status from
    500 on.  Where every endpoint is ejected, requests are answered with 503 at once.
    """

    failures: int = 5
    rest_s: float = 30.0


class Retry(msgspec.Struct, frozen=True):
    """How often a request is sent again, and after what; another endpoint is preferred.

    `try_timeout_s` ends one attempt (0: never), which counts as `reset`.
    """

    attempts: int = 1
    on: tuple[RetryReason, ...] = ("connect_failure", "reset", "refused_stream")
    try_timeout_s: float = 0.0


class Upstream(msgspec.Struct, frozen=True):
    """Where requests go, and how the proxy connects there.

    Connections are opened when requests need them, `limits.connections` at most.
    `max_streams` is what one HTTP/2 connection may have open; it must not be more than
    the server allows.  A new connection is used before the server has said its limit, and
    what is beyond it then fails (503): hypercorn allows 100.

    With `from_file` the endpoints stand in a file that can change while the proxy runs.
    With `tls` the other side must show a certificate of the trial's authority for
    `server_name`; `client_certificate` shows ours.  `timeout_s` ends a request (0: never).
    """

    name: str
    endpoints: tuple[str, ...]
    protocol: UpstreamProtocol = "http1"
    tls: bool = False
    client_certificate: bool = False
    server_name: str = "localhost"
    max_streams: int = 100
    from_file: bool = False
    balance: Balance = "round_robin"
    limits: Limits = Limits()
    retry: Retry | None = None
    timeout_s: float = 0.0
    ejection: Ejection | None = None

    def __post_init__(self) -> None:
        _check_name("upstream", self.name)
        if not self.endpoints and not self.from_file:
            raise UsageError(f"upstream {self.name}: name an endpoint, or set from_file=True")
        if self.client_certificate and not self.tls:
            raise UsageError(f"upstream {self.name}: a client certificate needs TLS; add tls=True")


class BufferBodies(msgspec.Struct, frozen=True, tag="buffer_bodies"):
    """Whole bodies are collected before they are passed on; one over `most_bytes` fails."""

    of: Literal["requests", "responses"] = "responses"
    most_bytes: int = 16_000_000


class CacheResponses(msgspec.Struct, frozen=True, tag="cache_responses"):
    """Responses that HTTP allows to be kept are kept in memory and served from there."""


class StickySessions(msgspec.Struct, frozen=True, tag="sticky_sessions"):
    """A cookie keeps a client's requests at the endpoint that answered its first one."""

    cookie: str = "session"


class TraceRequests(msgspec.Struct, frozen=True, tag="trace_requests"):
    """Each request has a W3C `traceparent` and a span, sent by OTLP over HTTP to `upstream`."""

    upstream: str
    service: str = "proxy"
    path: str = "/v1/traces"


Filter = BufferBodies | CacheResponses | StickySessions | TraceRequests


class Proxy(msgspec.Struct, frozen=True):
    """One proxy, or with `per_client` one for each client.

    `filters` apply, in this order, to all listeners but tcp.  With `access_log` each
    request is a line of a file.  `side` is where it runs.
    """

    name: str
    listeners: tuple[Listener, ...]
    upstreams: tuple[Upstream, ...]
    filters: tuple[Filter, ...] = ()
    access_log: bool = False
    side: str = "backend"
    per_client: bool = False

    def __post_init__(self) -> None:
        _check_name("proxy", self.name)
        if not self.listeners or not self.upstreams:
            raise UsageError(f"proxy {self.name}: give it a listener and an upstream")
        for kind, named in (("listener", self.listeners), ("upstream", self.upstreams)):
            _check_distinct(f"proxy {self.name}: {kind}", [one.name for one in named])
        known = {upstream.name for upstream in self.upstreams}
        for name in self._named_upstreams():
            if name and name not in known:
                raise UsageError(
                    f"proxy {self.name}: no upstream {name!r}; there is {', '.join(sorted(known))}"
                )

    def _named_upstreams(self) -> Iterable[str]:
        for listener in self.listeners:
            yield from (route.upstream for route in listener.routes)
        for one in self.filters:
            if isinstance(one, TraceRequests):
                yield one.upstream

    def upstream(self, name: str) -> Upstream:
        """The upstream of that name, "" for the first."""
        found = {upstream.name: upstream for upstream in self.upstreams}
        return found[name] if name else self.upstreams[0]

    @property
    def uses_tls(self) -> bool:
        return any(one.tls for one in self.listeners) or any(one.tls for one in self.upstreams)


def check_proxies(proxies: Sequence[Proxy]) -> None:
    """UsageError where two have the same name."""
    _check_distinct("proxy", [proxy.name for proxy in proxies])


def _check_name(kind: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise UsageError(f"{kind} {name!r}: a name has a-z, 0-9 and _, and begins with a letter")
    if name in RESERVED:
        raise UsageError(f"{kind} {name}: this name is reserved; choose another one")


def _check_distinct(what: str, names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"{what} {name} is declared twice; give each its own name")
