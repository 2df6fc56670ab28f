"""The proxies of each way: a pair that sees requests, and a pair that passes bytes on.

Knows neither server nor client.
"""

from __future__ import annotations

from bench.model.load import Load
from bench.model.proxy import (
    CacheResponses,
    Filter,
    Listener,
    Proxy,
    Retry,
    TraceRequests,
    Upstream,
)
from scenarios.sidecar_features.load import FeaturesLoad
from targets._sidecars import (
    APPLICATION,
    CLIENT_SIDECAR,
    MESH,
    PLAIN,
    SERVER_SIDECAR,
    THERE,
    client_sidecar,
    server_sidecar,
)

SPANS = Upstream("spans", ("collector",))
PASSED = (CLIENT_SIDECAR, CLIENT_SIDECAR, SERVER_SIDECAR, SERVER_SIDECAR)
"""Each sidecar makes a span for what comes in and one for what it passes on."""


def layer7(load: Load[FeaturesLoad]) -> tuple[Proxy, Proxy]:
    """HTTP/1.1, then HTTP/2 and mTLS, then HTTP/1.1; with all that the load asks for."""
    own = load.own
    kept: tuple[Filter, ...] = (CacheResponses(),) if own.is_cached else ()
    upstreams = (SPANS,) if own.is_traced else ()
    near = client_sidecar(
        per_client=False, filters=(*_traced(load, CLIENT_SIDECAR), *kept), upstreams=upstreams
    )
    far = server_sidecar(
        filters=_traced(load, SERVER_SIDECAR),
        upstreams=upstreams,
        retry=Retry(own.retries) if own.retries else None,
        from_file=own.is_discovered,
    )
    return near, far


def _traced(load: Load[FeaturesLoad], name: str) -> tuple[Filter, ...]:
    return (TraceRequests(SPANS.name, name),) if load.own.is_traced else ()


def layer4(load: Load[FeaturesLoad]) -> tuple[Proxy, Proxy]:
    """The same with proxies that see no requests: mTLS between them, and nothing else."""
    own = load.own
    kept: tuple[Filter, ...] = (CacheResponses(),) if own.is_cached else ()
    upstreams = (SPANS,) if own.is_traced else ()
    retry = Retry(own.retries) if own.retries else None
    mesh = f"{SERVER_SIDECAR}.{MESH}"
    near = Proxy(
        CLIENT_SIDECAR,
        (Listener(PLAIN, ("tcp",)),),
        (Upstream(THERE, (mesh,), protocol="tcp", tls=True, client_certificate=True), *upstreams),
        filters=(*_traced(load, CLIENT_SIDECAR), *kept),
        side="clients",
    )
    far = Proxy(
        SERVER_SIDECAR,
        (Listener(MESH, ("tcp",), tls=True, client_certificate=True),),
        (
            Upstream(
                APPLICATION, ("server",), protocol="tcp", from_file=own.is_discovered, retry=retry
            ),
            *upstreams,
        ),
        filters=_traced(load, SERVER_SIDECAR),
    )
    return near, far
