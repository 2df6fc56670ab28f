"""How the application calls its service: HTTP/1.1 in the clear."""

from __future__ import annotations

from bench.load.clients.curl import CurlClient
from bench.load.session import Session


def open_client(session: Session, host: str, port: int) -> CurlClient:
    """A client of the service at that place; it connects when it is first used."""
    return CurlClient(
        f"http://{host}:{port}",
        "1.1",
        connections=session.load.own.most_connections,
        on_open=session.wire.opens_descriptor,
        on_close=session.wire.closes,
    )
