"""Servers of `reconnect_storm` over sockets: handshakes, tickets, and requests that are none."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import ssl
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

import pytest
import uvloop

from bench.load.clients.http1 import Http1Connection, get
from scenarios.reconnect_storm._resuming import ResumingContext
from scenarios.reconnect_storm.load import LOAD

LEAST_S = 60.0


def run(work: Coroutine[Any, Any, None]) -> None:
    uvloop.run(asyncio.wait_for(work, LEAST_S))


@contextlib.asynccontextmanager
async def served(pattern: str, folder: Path, **load: Any) -> AsyncIterator[tuple[Any, Any]]:
    module = importlib.import_module(f"targets.reconnect_storm.{pattern}")
    target = module.Target(LOAD(**load), 1, {})
    target.data = folder / pattern
    port = await target.start(0)
    try:
        yield target, target.address(port)
    finally:
        await target.stop()


async def visit(address: Any, trust: ResumingContext | None) -> bool:
    """One request on a new connection; whether its TLS session was resumed."""
    _, connection = await asyncio.get_running_loop().create_connection(
        Http1Connection,
        address.host,
        address.port,
        ssl=trust,
        server_hostname=address.host if trust else None,
    )
    reply = await connection.request(get("/", address.host, address.port))
    assert (reply.status, reply.body) == (200, b"ok\n")
    tls = connection.transport.get_extra_info("ssl_object")
    if trust is not None:
        trust.session = tls.session
    connection.close()
    return tls is not None and tls.session_reused


@pytest.mark.parametrize("key", ["ecdsa", "rsa"])
@pytest.mark.parametrize(
    ("pattern", "is_resumed"),
    [("plain", False), ("full_handshake", False), ("resumption", True)],
)
def test_who_was_here_before_resumes_where_there_are_tickets(
    tmp_path: Path, pattern: str, is_resumed: bool, key: str
) -> None:
    async def work() -> None:
        async with served(pattern, tmp_path, key=key) as (target, address):
            trust = None
            if address.ca_file:
                trust = ResumingContext(ssl.PROTOCOL_TLS_CLIENT)
                trust.load_verify_locations(address.ca_file)
            assert not await visit(address, trust)
            for _ in range(3):
                assert await visit(address, trust) == is_resumed
            assert target.counts() == {"connections": 4, "resumed": 3 * is_resumed}

    run(work())


def test_a_ticket_of_another_server_takes_a_full_handshake(tmp_path: Path) -> None:
    async def work() -> None:
        async with served("resumption", tmp_path) as (_, address):
            trust = ResumingContext(ssl.PROTOCOL_TLS_CLIENT)
            trust.load_verify_locations(address.ca_file)
            await visit(address, trust)
        async with served("resumption", tmp_path) as (target, address):  # its identity is kept
            assert not await visit(address, trust)
            assert target.counts()["resumed"] == 0

    run(work())


@pytest.mark.parametrize("data", [b"POST / HTTP/1.1\r\n\r\n", b"GET /else\r\n\r\n", b"x" * 9000])
def test_what_is_no_request_is_refused(tmp_path: Path, data: bytes) -> None:
    async def work() -> None:
        async with served("plain", tmp_path) as (_, address):
            reader, writer = await asyncio.open_connection(address.host, address.port)
            writer.write(data)
            assert (await reader.read()).startswith(b"HTTP/1.1 400 ")
            writer.close()

    run(work())
