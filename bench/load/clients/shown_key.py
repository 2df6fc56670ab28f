"""The key that a server shows over TLS, for a client that is told keys and not authorities.

Asked for once, over a connection of its own.  Knows neither who wants it nor what is served.
"""

from __future__ import annotations

import asyncio
import ssl

from bench.certificates import UNTRUSTED, fingerprint_of_shown

SECONDS = 10.0


async def shown_key(host: str, port: int, trusted: ssl.SSLContext) -> str:
    """The key's fingerprint; ConnectionError where nobody who is trusted vouches for the server."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(SECONDS):
            transport, _ = await loop.create_connection(asyncio.Protocol, host, port, ssl=trusted)
    except ssl.SSLCertVerificationError as error:
        raise ConnectionError(f"{host}:{port}: {error.verify_message}; {UNTRUSTED}") from None
    except (OSError, TimeoutError) as error:
        words = str(error) or type(error).__name__
        raise ConnectionError(f"{host}:{port}: no TLS ({words}); look at the server") from None
    try:
        shown = transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
    finally:
        transport.abort()
    return fingerprint_of_shown(shown)
