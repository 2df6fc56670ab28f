"""Chat servers that a test has to itself, and what it asks of them over sockets."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import uvloop

from bench.load.clients.http1 import Http1Connection, Reply
from bench.load.clients.websocket import WebSocket
from bench.load.wire import WireMeter
from scenarios.chat import _framing as framing
from scenarios.chat.load import LOAD

HOST = "127.0.0.1"
LEAST = 60.0


def run(work: Coroutine[Any, Any, None]) -> None:
    async def timed() -> None:
        await asyncio.wait_for(work, LEAST)

    uvloop.run(timed())


@contextlib.asynccontextmanager
async def served(pattern: str, **load: Any) -> AsyncIterator[tuple[Any, int]]:
    values = {"clients": 4, "room_size": 2, **load}
    target = importlib.import_module(f"targets.chat.{pattern}").Target(LOAD(**values), 1, {})
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


async def ask(port: int, data: bytes) -> Reply:
    connection = await connected(port)
    try:
        return await connection.request(data)
    finally:
        connection.close()


async def poll(port: int, who: str, after: int = 0) -> Reply:
    return await ask(port, framing.poll(who, after, HOST, port))


async def entered(port: int, who: str, heard: list[bytes]) -> WebSocket:
    url = f"ws://{HOST}:{port}/socket?{who}"
    return await WebSocket.open(url, lambda data, _: heard.append(data), WireMeter(), False)


async def until(condition: Any) -> None:
    while not condition():
        await asyncio.sleep(0.005)
