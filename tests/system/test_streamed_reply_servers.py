"""Servers of replies over sockets: what they refuse, who holds them up, whose leaving they notice.

Nothing here measures a time; what is awaited is a count.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import picows
import pytest
import uvloop

from bench.load.clients.http1 import Http1Connection, Reply
from scenarios.streamed_reply._plan import text
from scenarios.streamed_reply.load import LOAD

HOST = "127.0.0.1"
LEAST = 60.0
STREAMS = ("sse", "ndjson", "whole_reply")


def run(work: Coroutine[Any, Any, None]) -> None:
    async def timed() -> None:
        await asyncio.wait_for(work, LEAST)

    uvloop.run(timed())


@contextlib.asynccontextmanager
async def served(pattern: str, **load: Any) -> AsyncIterator[tuple[Any, int]]:
    kind = importlib.import_module(f"targets.streamed_reply.{pattern}").Target
    target = kind(LOAD(**load), 1, {})
    port = await target.start(0)
    try:
        yield target, port
    finally:
        await target.stop()
        await target.runner.cleanup()


async def connected(port: int) -> Http1Connection:
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(Http1Connection, HOST, port)
    return connection


def head(method: str, path: str) -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 0\r\n\r\n".encode()


async def ask(port: int, method: str, path: str) -> Reply:
    connection = await connected(port)
    try:
        return await connection.request(head(method, path))
    finally:
        connection.close()


async def until(holds: Callable[[], bool]) -> None:
    while not holds():
        await asyncio.sleep(0.002)


# --- what is refused ------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", STREAMS)
@pytest.mark.parametrize("asked", ["0", "-3", "many", "", "100001"])
def test_no_number_of_pieces_is_a_bad_request(pattern: str, asked: str) -> None:
    async def work() -> None:
        async with served(pattern) as (target, port):
            found = await ask(port, "GET", f"/reply?pieces={asked}")
            assert found.status == 400
            assert found.body.count(b"\n") == 1
            assert b"must be" in found.body
            assert target.counts()["made"] == 0

    run(work())


def test_a_reply_that_is_too_large_is_a_bad_request() -> None:
    async def work() -> None:
        async with served("sse", piece_size_bytes=60_000) as (_, port):
            found = await ask(port, "GET", "/reply?pieces=100000")
            assert found.status == 400
            assert b"a reply has at most 64000000" in found.body

    run(work())


def test_each_state_of_a_handle_has_its_status() -> None:
    async def work() -> None:
        async with served("polling", piece_interval_s=0.001, piece_size_bytes=4) as (_, port):

            async def status(method: str, path: str) -> int:
                return (await ask(port, method, path)).status

            for method, path in (("GET", "/replies/none?position=0"), ("DELETE", "/replies/none")):
                found = await ask(port, method, path)
                assert (found.status, found.body.count(b"\n")) == (404, 1)
            assert await status("PUT", "/replies/a.b?pieces=3") == 400
            assert await status("PUT", "/replies/a?pieces=no") == 400
            assert await status("PUT", "/replies/a?pieces=3") == 202
            assert await status("PUT", "/replies/a?pieces=3") == 202
            assert await status("PUT", "/replies/a?pieces=4") == 409
            while (found := await ask(port, "GET", "/replies/a?position=0")).status == 202:
                await asyncio.sleep(0.001)
            assert (found.status, found.body) == (200, text(0, 12))
            assert (await ask(port, "GET", "/replies/a?position=5")).body == text(5, 7)
            assert (await ask(port, "GET", "/replies/a?position=12")).body == b""
            beyond = await ask(port, "GET", "/replies/a?position=13")
            assert beyond.status == 416
            assert beyond.body == b"position=13: 12 bytes have been made\n"
            for position in ("-1", "soon", ""):
                assert await status("GET", f"/replies/a?position={position}") == 400
            assert await status("DELETE", "/replies/a") == 204
            for method in ("DELETE", "PUT", "GET"):  # collected twice, or asked for again
                assert await status(method, "/replies/a?pieces=3&position=0") == 410
            assert await status("PUT", "/replies/b?pieces=100000") == 202
            assert await status("DELETE", "/replies/b") == 409

    run(work())


class Listener(picows.WSListener):
    """Keeps what comes, and how it ended."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.code = 0
        self.ended = asyncio.Event()

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        if frame.msg_type == picows.WSMsgType.CLOSE:
            self.code = int(frame.get_close_code())
            transport.disconnect()
        else:
            self.messages.append(frame.get_payload_as_bytes())

    def on_ws_disconnected(self, transport: picows.WSTransport) -> None:
        self.ended.set()


async def socket_to(port: int) -> tuple[picows.WSTransport, Listener]:
    transport, listener = await picows.ws_connect(Listener, f"ws://{HOST}:{port}/socket")
    return transport, listener  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        (picows.WSMsgType.TEXT, b"many"),
        (picows.WSMsgType.TEXT, b"0"),
        (picows.WSMsgType.BINARY, b"5"),
    ],
)
def test_a_message_that_is_no_number_ends_the_connection(
    kind: picows.WSMsgType, asked: bytes
) -> None:
    async def work() -> None:
        async with served("websocket") as (_, port):
            transport, listener = await socket_to(port)
            transport.send(kind, asked)
            await listener.ended.wait()
            assert (listener.code, listener.messages) == (1008, [])

    run(work())


def test_one_socket_has_one_reply_after_the_other() -> None:
    async def work() -> None:
        async with served("websocket", piece_interval_s=0.0, piece_size_bytes=3) as (target, port):
            transport, listener = await socket_to(port)
            for pieces in (2, 3):
                listener.messages.clear()
                transport.send(picows.WSMsgType.TEXT, str(pieces).encode())
                await until(lambda: listener.messages[-1:] == [b""])
                begun, *batches, _ = listener.messages
                assert begun.isdigit()
                assert b"".join(batches) == text(0, 3 * pieces)
                assert len(batches) == pieces
            transport.disconnect()
            assert target.counts()["made"] == 5

    run(work())


# --- who reads nothing, and who leaves ------------------------------------------------------


async def deaf(port: int, request: bytes) -> socket.socket:
    """A socket that asks, and whose window is small: nobody reads from it."""
    loop = asyncio.get_running_loop()
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.setblocking(False)
    await loop.sock_connect(sock, (HOST, port))
    await loop.sock_sendall(sock, request)
    return sock


@pytest.mark.parametrize("pattern", ["sse", "ndjson"])
def test_a_reader_that_does_not_read_holds_up_the_making(pattern: str) -> None:
    """60 MB are asked for; what is made fits into the kernel's buffers and one of the server's."""

    async def work() -> None:
        load = {"pieces": 60_000, "piece_size_bytes": 1000, "piece_interval_s": 0.0}
        async with served(pattern, **load) as (target, port):
            sock = await deaf(port, head("GET", "/reply?pieces=60000"))
            made = -1
            while made != (now := target.counts()["made"]) or not made:
                made = now
                await asyncio.sleep(0.2)
            assert 0 < made < 20_000
            sock.close()
            await until(lambda: target.counts()["noticed"] == 1)

    run(work())


LONG = {"pieces": 100_000, "piece_interval_s": 0.002, "piece_size_bytes": 4}


@pytest.mark.parametrize("pattern", STREAMS)
def test_a_server_that_is_told_stops(pattern: str) -> None:
    async def work() -> None:
        async with served(pattern, **LONG) as (target, port):
            connection = await connected(port)
            connection.request(head("GET", "/reply?pieces=100000")).add_done_callback(
                lambda found: found.exception()
            )
            await until(lambda: target.counts()["made"] > 3)
            connection.close()
            await until(lambda: target.counts()["noticed"] == 1)
            made = target.counts()["made"]
            await asyncio.sleep(0.1)
            assert target.counts()["made"] == made < 100_000

    run(work())


def test_a_stream_finds_out_at_its_next_write() -> None:
    async def work() -> None:
        async with served("sse", notice="write", **LONG) as (target, port):
            connection = await connected(port)
            connection.request(head("GET", "/reply?pieces=100000")).add_done_callback(
                lambda found: found.exception()
            )
            await until(lambda: target.counts()["made"] > 3)
            connection.close()
            await until(lambda: target.counts()["noticed"] == 1)
            assert target.counts()["made"] < 100_000

    run(work())


@pytest.mark.parametrize(
    ("pattern", "notice", "noticed"),
    [("whole_reply", "write", 1), ("sse", "never", 0), ("whole_reply", "never", 0)],
)
def test_who_is_not_told_makes_a_reply_to_its_end(pattern: str, notice: str, noticed: int) -> None:
    """A whole reply has no write before its end that could fail."""

    async def work() -> None:
        load = {"pieces": 60, "piece_interval_s": 0.005, "notice": notice}
        async with served(pattern, **load) as (target, port):
            connection = await connected(port)
            connection.request(head("GET", "/reply?pieces=60")).add_done_callback(
                lambda found: found.exception()
            )
            await until(lambda: target.counts()["made"] > 3)
            connection.close()
            await until(lambda: target.counts()["made"] == 60)
            await until(lambda: target.counts()["noticed"] == noticed)
            await asyncio.sleep(0.02)
            assert target.counts()["noticed"] == noticed

    run(work())


def test_a_socket_that_closes_in_mid_reply_is_noticed() -> None:
    async def work() -> None:
        async with served("websocket", **LONG) as (target, port):
            transport, listener = await socket_to(port)
            transport.send(picows.WSMsgType.TEXT, b"100000")
            await until(lambda: len(listener.messages) > 3)
            transport.disconnect()
            await until(lambda: target.counts()["noticed"] == 1)
            assert target.counts()["made"] < 100_000

    run(work())


@pytest.mark.parametrize(("notice", "noticed"), [("close", 1), ("never", 0)])
def test_a_reply_for_which_nobody_asks_is_given_up(notice: str, noticed: int) -> None:
    async def work() -> None:
        load = {**LONG, "abandon_s": 0.1, "poll_interval_s": 0.05, "notice": notice}
        async with served("polling", **load) as (target, port):
            assert (await ask(port, "PUT", "/replies/a?pieces=100000")).status == 202
            await until(lambda: len(target.replies) == 0)
            made = target.counts()["made"]
            assert target.counts()["noticed"] == noticed
            assert (await ask(port, "GET", "/replies/a?position=0")).status == 404
            if not noticed:
                await until(lambda: target.counts()["made"] > made)

    run(work())
