"""Whether strangers get in: calls to the service's entrance with each kind of credential.

The entrance is what others reach over the network: the server sidecar's listener, or the
service where it has none.  Knows nothing of who guards it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from bench.load.clients.curl import CurlClient
from bench.load.session import Session

PATH = "/item"
ENTRANCE = "server_sidecar.mesh"
PATIENCE_S = 2.0

NONE, FOREIGN, EXPIRED, OWN = "none", "foreign", "expired", "own"
KINDS = (NONE, FOREIGN, EXPIRED, OWN)
"""Of credentials: no certificate, another authority's, one whose time is over, the right one."""


def credentials(session: Session) -> Mapping[str, tuple[str, str] | None]:
    """The files of certificate and key by kind; without TLS no kind has any."""
    address = session.address
    known: dict[str, tuple[str, str] | None] = dict.fromkeys(KINDS)
    if address.ca_file:
        known |= {kind: address.refused.get(kind) for kind in (FOREIGN, EXPIRED)}
        known[OWN] = (address.client_cert, address.client_key)
    return known


async def is_admitted(session: Session, credential: tuple[str, str] | None) -> bool:
    """Whether one who shows this gets an answer."""
    address = session.address
    place = address.listeners.get(ENTRANCE, address)
    is_secured = bool(address.ca_file)
    client = CurlClient(
        f"{'https' if is_secured else 'http'}://{place.host}:{place.port}",
        "2" if is_secured else "1.1",
        connections=1,
        ca_file=address.ca_file,
        credential=credential,
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            reply = await client.fetch(PATH)
    except (OSError, TimeoutError):
        return False
    finally:
        client.close()
    return reply.status == 200
