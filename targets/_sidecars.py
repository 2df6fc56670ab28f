"""Sidecars as descriptions: a proxy beside the client, and one beside the server.

    client -- HTTP/1.1 --> client sidecar == HTTP/2, TLS 1.3, both show a certificate ==>
    server sidecar -- HTTP/1.1 --> server

What else they do (traces, a cache, retries, endpoints from a file) is said by whoever asks
for them.  Pure: knows no pattern, no port, and nothing of what carries a proxy out.
"""

from __future__ import annotations

from collections.abc import Sequence

from bench.model.proxy import Balance, Filter, Limits, Listener, Proxy, Retry, Upstream

CLIENT_SIDECAR, SERVER_SIDECAR = "client_sidecar", "server_sidecar"
"""Their names, by which faults, counters and meters call them."""

PLAIN, MESH = "http1", "mesh"
"""Listeners: where the application connects, and where the other sidecar does."""

THERE, APPLICATION = "there", "application"
"""Upstreams: the server sidecar as the client's sees it, and the server as its own sees it."""

STREAMS = 1000
"""Requests that may be under way on one HTTP/2 connection between them."""

NOBODY_WAITS = Limits()


def client_sidecar(
    *,
    name: str = CLIENT_SIDECAR,
    to: Sequence[str] = (f"{SERVER_SIDECAR}.{MESH}",),
    per_client: bool = True,
    filters: Sequence[Filter] = (),
    upstreams: Sequence[Upstream] = (),
    retry: Retry | None = None,
    from_file: bool = False,
    balance: Balance = "round_robin",
    timeout_s: float = 0.0,
    access_log: bool = False,
) -> Proxy:
    """The one beside a client, on the clients' side: HTTP/1.1 in, HTTP/2 with mTLS out.

    `to` are listeners of server sidecars, or the endpoints at the start where they stand in a
    file (`from_file`).  `filters` apply in order; `upstreams` are further ones that they need,
    such as a collector of traces.  With `per_client` each client has its own.
    """
    there = Upstream(
        THERE,
        tuple(to),
        protocol="http2",
        tls=True,
        client_certificate=True,
        max_streams=STREAMS,
        from_file=from_file,
        balance=balance,
        retry=retry,
        timeout_s=timeout_s,
    )
    return Proxy(
        name,
        (Listener(PLAIN),),
        (there, *upstreams),
        filters=tuple(filters),
        access_log=access_log,
        side="clients",
        per_client=per_client,
    )


def server_sidecar(
    *,
    name: str = SERVER_SIDECAR,
    to: Sequence[str] = ("server",),
    filters: Sequence[Filter] = (),
    upstreams: Sequence[Upstream] = (),
    retry: Retry | None = None,
    from_file: bool = False,
    balance: Balance = "round_robin",
    limits: Limits = NOBODY_WAITS,
    timeout_s: float = 0.0,
    access_log: bool = False,
    side: str = "backend",
) -> Proxy:
    """The one beside a server: HTTP/2 with mTLS in, HTTP/1.1 out.

    Who shows no certificate of the trial's authority is not heard.
    """
    application = Upstream(
        APPLICATION,
        tuple(to),
        from_file=from_file,
        balance=balance,
        limits=limits,
        retry=retry,
        timeout_s=timeout_s,
    )
    mesh = Listener(MESH, ("http2",), tls=True, client_certificate=True, max_streams=STREAMS)
    return Proxy(
        name,
        (mesh,),
        (application, *upstreams),
        filters=tuple(filters),
        access_log=access_log,
        side=side,
    )


def sidecars(*, per_client: bool = True) -> tuple[Proxy, Proxy]:
    """The pair as it is without anything else."""
    return client_sidecar(per_client=per_client), server_sidecar()


def tcp_sidecars(*, per_client: bool = True) -> tuple[Proxy, Proxy]:
    """A pair at the same places that passes bytes on and sees no requests (layer 4)."""
    near = Proxy(
        CLIENT_SIDECAR,
        (Listener(PLAIN, ("tcp",)),),
        (Upstream(THERE, (f"{SERVER_SIDECAR}.{MESH}",), protocol="tcp"),),
        side="clients",
        per_client=per_client,
    )
    far = Proxy(
        SERVER_SIDECAR,
        (Listener(MESH, ("tcp",)),),
        (Upstream(APPLICATION, ("server",), protocol="tcp"),),
    )
    return near, far
