"""Servers of `address_change` over sockets, asked by libcurl and by the clients' own protocols."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import importlib
import ssl
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

import pytest
from aioquic.h3.connection import H3_ALPN
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection

from bench.load.clients.curl import CurlClient
from bench.load.wire import WireMeter
from scenarios.address_change._http2 import Http2Connection
from scenarios.address_change._http3 import Http3
from scenarios.address_change.load import LOAD
from targets.address_change._http3 import Tickets

HOST = "127.0.0.1"
LEAST_S = 60.0
LARGE = 300_000
"""More than HTTP/2's first window of 65,535 bytes."""


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, LEAST_S))


@contextlib.asynccontextmanager
async def served(pattern: str, folder: Path, **load: Any) -> AsyncIterator[tuple[Any, Any]]:
    load = {"work_time_s": 0.0, **load}
    target = importlib.import_module(f"targets.address_change.{pattern}").Target(
        LOAD(**load), 1, {}
    )
    target.data = folder
    port = await target.start(0)
    try:
        yield target, target.address(port)
    finally:
        await target.stop()


def trust(address: Any) -> ssl.SSLContext:
    found = ssl.create_default_context(cafile=address.ca_file)
    found.set_alpn_protocols(["h2"])
    return found


async def http2_to(address: Any, wire: WireMeter) -> Http2Connection:
    loop = asyncio.get_running_loop()
    _, found = await loop.create_connection(
        lambda: Http2Connection(wire), address.host, address.port, ssl=trust(address)
    )
    return found


def path_of(number: int) -> str:
    return f"/do/0-{number}-abc"


def test_curl_gets_answers_over_http2(tmp_path: Path) -> None:
    async def work() -> None:
        async with served("http2_reconnect", tmp_path, reply_bytes=LARGE) as (target, address):
            client = CurlClient(
                f"https://{address.host}:{address.port}",
                "2",
                connections=1,
                ca_file=address.ca_file,
            )
            found = await asyncio.gather(*(client.fetch(path_of(n)) for n in range(20)))
            assert {(one.status, one.body_bytes) for one in found} == {(200, LARGE)}
            assert (await client.fetch("/else")).status == 404
            client.close()
            assert target.counts() == {"done": 20, "doubled": 0, "handshakes": 1, "moves": 0}

    run(work())


def test_a_connection_of_http2_carries_many_requests_and_breaks_with_all_of_them(
    tmp_path: Path,
) -> None:
    async def work() -> None:
        async with served("http2_reconnect", tmp_path, work_time_s=0.05) as (_, address):
            wire = WireMeter()
            connection = await http2_to(address, wire)
            where = f"{address.host}:{address.port}"
            replies = [connection.ask(where, path_of(n)) for n in range(10)]
            assert {(await one).status for one in replies} == {200}
            lost = [connection.ask(where, path_of(n)) for n in range(10, 13)]
            connection.close()
            for one in lost:
                with pytest.raises(ConnectionError, match="given up"):
                    await one
            with pytest.raises(ConnectionError, match="closed"):
                connection.ask(where, path_of(14))
            assert (await wire.snapshot()).open == 0

    run(work())


def test_what_is_no_http2_is_refused_at_both_ends(tmp_path: Path) -> None:
    async def work() -> None:
        async with served("http2_reconnect", tmp_path) as (target, address):
            reader, writer = await asyncio.open_connection(
                address.host, address.port, ssl=trust(address)
            )
            writer.write(b"GET /do/1 HTTP/1.1\r\n\r\n")
            with contextlib.suppress(ConnectionError):
                await reader.read()
            writer.close()
            assert target.counts()["done"] == 0
        async with served("tcp_reconnect", tmp_path) as (target, address):
            connection = await http2_to(address, WireMeter())
            with pytest.raises(ConnectionError):
                await connection.ask("x", path_of(0))

    run(work())


@pytest.mark.parametrize(
    ("pattern", "is_early"), [("quic_early_data", True), ("quic_reconnect", False)]
)
def test_a_ticket_lets_a_request_go_before_the_handshake(
    tmp_path: Path, pattern: str, is_early: bool
) -> None:
    async def work() -> None:
        async with served(pattern, tmp_path) as (target, address):
            tickets: list[Any] = []
            configuration = QuicConfiguration(
                is_client=True, alpn_protocols=H3_ALPN, server_name=address.host
            )
            configuration.load_verify_locations(address.ca_file)

            @contextlib.asynccontextmanager
            async def begun(one: QuicConfiguration) -> AsyncIterator[Http3]:
                made: Any = await asyncio.get_running_loop().create_datagram_endpoint(
                    lambda: Http3(
                        QuicConnection(configuration=one, session_ticket_handler=tickets.append)
                    ),
                    local_addr=(HOST, 0),
                )
                made[1].connect((address.host, address.port))
                yield made[1]
                made[1].close()
                made[0].close()

            async with begun(configuration) as first:
                await first.wait_connected()
                assert (await first.ask("x", path_of(0))).status == 200
            assert bool(tickets) == is_early
            if not is_early:
                return
            again = dataclasses.replace(configuration, session_ticket=tickets[0])
            for number in (1, 2):  # the second time the same ticket takes a full handshake
                async with begun(again) as connection:
                    assert (await connection.ask("x", path_of(number))).status == 200
                    assert connection.quic.tls.early_data_accepted == (number == 1)
            assert target.counts()["done"] == 3

    run(work())


def test_a_ticket_is_taken_once() -> None:
    class Ticket:
        ticket = b"label"

    found = Tickets()
    found.give(Ticket())  # type: ignore[arg-type]
    assert found.take(b"label") is not None
    assert found.take(b"label") is None
    assert found.take(b"guessed") is None
