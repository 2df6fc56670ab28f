"""The program's client in Python: one connection, one call after the other.

    GET /call/CLIENT/NUMBER     or PUT, POST
    GET /item/KEY               what may be kept for a while

It is given a host and a port.  Knows nothing of proxies, and tries nothing again.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass

from bench.clock import now_ns

LIMIT_BYTES = 1 << 20
PAUSE_S = 0.01
"""After a call that failed, beside the usual pause."""

PATIENCE_S = 10.0


@dataclass(frozen=True)
class Plan:
    """Where and how to call, from `start_ns` until `end_ns`, or `most` times (0: no matter)."""

    host: str
    port: int
    method: str
    keys: int
    think_s: float
    start_ns: int
    end_ns: int
    most: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """One call that has ended; `error` says why it failed, "" where it did not.

    `bytes_up` are those of its path, `bytes_down` those of the answer's body, and `process` is
    the server's.
    """

    client: int
    number: int
    sent_ns: int
    made_ns: int
    done_ns: int
    bytes_up: int
    bytes_down: int
    process: int
    error: str


class Refused(ConnectionError):
    """The answer has another status than 200."""


async def converse(plan: Plan, client: int, report: Callable[[Call], None]) -> None:
    """Call until the plan ends, and report each call when it has ended."""
    connection = Connection(plan.host, plan.port)
    await asyncio.sleep(max(0, plan.start_ns - now_ns()) / 1e9)
    number = 0
    try:
        while now_ns() < plan.end_ns and (not plan.most or number < plan.most):
            call = await _one(connection, plan, client, number)
            report(call)
            number += 1
            await asyncio.sleep(plan.think_s + PAUSE_S * bool(call.error))
    finally:
        connection.close()


async def _one(connection: Connection, plan: Plan, client: int, number: int) -> Call:
    path = f"/item/{number % plan.keys}" if plan.keys else f"/call/{client}/{number}"
    head = f"{plan.method} {path} HTTP/1.1\r\nHost: servers\r\n"
    head += "\r\n" if plan.method == "GET" else "Content-Length: 0\r\n\r\n"
    request, sent_ns = head.encode(), now_ns()
    body, made_ns, process, error = b"", 0, 0, ""
    try:
        async with asyncio.timeout(PATIENCE_S):
            body = await connection.exchange(request)
        said = json.loads(body)
        made_ns, process = int(said["made_ns"]), int(said["process"])
    except (OSError, EOFError, TimeoutError, ValueError) as failure:
        error = f"{type(failure).__name__}: {failure}"
        if not isinstance(failure, Refused):
            connection.close()
    return Call(client, number, sent_ns, made_ns, now_ns(), len(path), len(body), process, error)


class Connection:
    """HTTP/1.1, kept open; opened when it is needed."""

    def __init__(self, host: str, port: int) -> None:
        self._place = host, port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def exchange(self, request: bytes) -> bytes:
        """The body of the answer; Refused where its status is not 200."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(*self._place, limit=LIMIT_BYTES)
        reader, writer = self._streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        status = head.split(" ", 2)[1]
        lines = dict(line.split(": ", 1) for line in head.split("\r\n")[1:-2])
        body = await reader.readexactly(int(lines.get("content-length", "0")))
        if lines.get("connection") == "close":
            self.close()
        if status != "200":
            raise Refused(f"HTTP {status}")
        return body

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None
