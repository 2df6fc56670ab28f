"""How long a client waits for a page of somebody else's server, and what it says then.

A QUIC connection whose server died is silent: nobody tells the client, which would wait for ever.
Imports neither Locust nor libcurl, and knows no server.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bench.load.clients.curl_timing import Fetched

TRYING_S = 8.0
"""For the first page, which is tried before anything is measured: the harness waits 10 s for it."""

LEAST_S = 10.0


def patience_s(is_tried: bool, drain_s: float) -> float:
    """For one page.  What takes longer than the drain could not be finished after the window."""
    return TRYING_S if is_tried else max(drain_s, LEAST_S)


async def all_come(
    fetches: Sequence[asyncio.Future[Fetched]], paths: Sequence[str], seconds: float, port: int
) -> list[Fetched]:
    """Every resource; the first error that there is, or TimeoutError saying what has not come.

    `port` is that of UDP, for HTTP/3; 0 for others.
    """
    done, left = await asyncio.wait(fetches, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
    for error in filter(None, (one.exception() for one in done)):
        if port and isinstance(error, ConnectionError):
            raise ConnectionError(f"{error}; {remedy(port)}") from None
        raise error
    if left:
        first = next(path for path, one in zip(paths, fetches, strict=True) if one in left)
        is_silent = len(left) == len(fetches)
        raise TimeoutError(
            f"{len(left)} of {len(fetches)} resources had not come after {seconds:g} s, the first "
            f"of them {first}; {remedy(port if is_silent else 0)}"
        )
    return [one.result() for one in fetches]


def remedy(port: int) -> str:
    """What a user can do; `port` as above."""
    if port:
        return f"HTTP/3 needs a server that answers on UDP, port {port}"
    return "look at the server, or raise drain if it is only slow"
