"""A hostile WebSocket server, through picows: the connection ends, and nothing else happens.

The handshake is damaged, or the frames that follow a good one.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import logging
import random
import re
import struct
import zlib

import pytest
from fuzz_cases import each_case, mutated, read_in_pieces
from load_builders import FakeMeter

from bench.load.clients.websocket import EXTENSION, WebSocket

SOAK = {"FUZZ_CASES": "{fuzz_cases}", "FUZZ_SEED": "{seed}"}

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CONTINUED, CLOSE, PING = 1, 2, 0, 8, 9
WAIT_S = 30.0


def framed(kind: int, payload: bytes, fin: bool = True, rsv1: bool = False) -> bytes:
    first = kind | 0x80 * fin | 0x40 * rsv1
    if len(payload) < 126:
        return bytes([first, len(payload)]) + payload
    return bytes([first, 126]) + struct.pack(">H", len(payload)) + payload


def deflated(message: bytes) -> bytes:
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return (deflater.compress(message) + deflater.flush(zlib.Z_SYNC_FLUSH))[:-4]


FRAMES = [
    framed(TEXT, b"hello") + framed(PING, b"x") + framed(BINARY, bytes(300)),
    framed(BINARY, b"one ", fin=False) + framed(PING, b"") + framed(CONTINUED, b"two"),
    framed(TEXT, deflated(b"hello hello hello"), rsv1=True) + framed(TEXT, b"plain"),
    framed(TEXT, deflated(bytes(5000))[:9], fin=False, rsv1=True)
    + framed(CONTINUED, deflated(bytes(5000))[9:]),
    framed(CLOSE, b"\x03\xe8bye"),
]
PIECES = [b"\xc1\x7f" + b"\xff" * 8, b"\x80\x00", b"\x88\x01", b"\xf2\x05hello", b"\xc1\x00"]


def upgrade(asked: bytes) -> bytes:
    """The server's answer to the client's request."""
    match = re.search(rb"Sec-WebSocket-Key: (\S+)", asked, re.I)
    assert match
    accept = base64.b64encode(hashlib.sha1(match[1] + GUID).digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n"
        b"Sec-WebSocket-Extensions: " + EXTENSION.encode() + b"\r\n\r\n"
    )


async def served(
    dice: random.Random, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Answer the upgrade and send frames, in pieces; then hang up."""
    answer = upgrade(await reader.readuntil(b"\r\n\r\n"))
    if dice.random() < 0.3:
        data = mutated(dice, [answer], [b"\r\n\r\n", b"HTTP/1.1 404 Not Found\r\n"])
    else:
        data = answer + mutated(dice, FRAMES, PIECES)
    with contextlib.suppress(ConnectionError):  # the client has had enough
        for piece in read_in_pieces(dice, data):
            writer.write(piece)
            await asyncio.sleep(0)
        writer.close()
        await writer.wait_closed()


async def once(dice: random.Random) -> None:
    """One server, and one client that connects and waits for the end."""
    tasks: list[asyncio.Task[None]] = []

    def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.append(asyncio.ensure_future(served(dice, reader, writer)))

    server = await asyncio.start_server(accepted, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        client = await asyncio.wait_for(
            WebSocket.open(f"ws://127.0.0.1:{port}/", lambda *_: None, FakeMeter(), True),  # type: ignore[arg-type]
            WAIT_S,
        )
        await asyncio.wait_for(client.ended, WAIT_S)
    except ConnectionError:
        pass
    finally:
        server.close()
        await asyncio.gather(*tasks)


def test_a_hostile_websocket_server(caplog: pytest.LogCaptureFixture) -> None:
    complaints: list[str] = []
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _, context: complaints.append(str(context)))

    def check(dice: random.Random) -> None:
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            loop.run_until_complete(once(dice))
        assert [one.getMessage() for one in caplog.records if one.exc_info] == []
        assert complaints == []

    try:
        each_case("websocket", check)
    finally:
        loop.close()
