"""How the application calls its service by a library: HTTP/2, TLS, a certificate is shown."""

from __future__ import annotations

from bench.load.clients.curl import CurlClient
from bench.load.session import Session


def open_client(session: Session, host: str, port: int) -> CurlClient:
    """A client of the service at that place; it connects when it is first used."""
    return CurlClient(
        f"https://{host}:{port}",
        "2",
        connections=1,
        ca_file=session.address.ca_file,
        credential=(session.address.client_cert, session.address.client_key),
        on_open=session.wire.opens_descriptor,
        on_close=session.wire.closes,
    )
