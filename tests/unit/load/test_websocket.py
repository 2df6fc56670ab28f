"""Messages out of WebSocket frames: fragments, permessage-deflate, control frames."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import picows
import pytest
from hypothesis import given
from hypothesis import strategies as st
from load_builders import FakeMeter, in_loop, pieces

from bench.load.clients import websocket
from bench.load.clients.websocket import EXTENSION, WebSocket

Kind = picows.WSMsgType
NEGOTIATED = f"{EXTENSION}; server_max_window_bits=15"


@dataclass
class Frame:
    msg_type: Any
    payload: bytes = b""
    fin: bool = True
    rsv1: bool = False

    def get_payload_as_bytes(self) -> bytes:
        return self.payload


class Transport:
    """What picows hands to a listener."""

    def __init__(self, extension: str) -> None:
        headers = {"Sec-WebSocket-Extensions": extension} if extension else {}
        self.response = SimpleNamespace(headers=headers)
        self.underlying_transport = object()
        self.disconnects = 0

    def disconnect(self) -> None:
        self.disconnects += 1

    async def wait_disconnected(self) -> None:
        """What picows raises here is why it ended the connection."""


def received(
    frames: list[Frame], extension: str = NEGOTIATED
) -> tuple[list[bytes], int, list[int]]:
    """The messages that the sink gets, how often it hung up, and what the meter heard."""
    messages: list[bytes] = []

    async def run() -> tuple[list[bytes], int, list[int]]:
        meter = FakeMeter()
        socket = WebSocket(lambda message, _: messages.append(message), meter)  # type: ignore[arg-type]
        transport = Transport(extension)
        socket.on_ws_connected(transport)  # type: ignore[arg-type]
        assert socket.extension == extension
        for frame in frames:
            socket.on_ws_frame(transport, frame)  # type: ignore[arg-type]
        assert not socket.ended.done()
        socket.on_ws_disconnected(transport)  # type: ignore[arg-type]
        assert socket.ended.done()
        return messages, transport.disconnects, meter.closed

    return in_loop(run)


def deflated(deflater: Any, message: bytes) -> bytes:
    """RFC 7692 7.2.1: an empty block at the end, its four last bytes taken off."""
    data = deflater.compress(message) + deflater.flush(zlib.Z_SYNC_FLUSH)
    assert data.endswith(b"\0\0\xff\xff")
    return bytes(data[:-4])


def frames_of(data: bytes, compressed: bool, cuts: list[int]) -> list[Frame]:
    """A message in one or more frames, with a ping between any two."""
    parts = pieces(data, cuts) or [b""]
    frames: list[Frame] = []
    for number, part in enumerate(parts):
        first, last = number == 0, number == len(parts) - 1
        kind = Kind.BINARY if first else Kind.CONTINUATION
        frames += [Frame(kind, part, last, compressed and first), Frame(Kind.PING, b"x")]
    return frames


@given(
    st.lists(
        st.tuples(
            st.binary(max_size=200), st.booleans(), st.lists(st.integers(0, 200), max_size=3)
        ),
        max_size=6,
    ),
    st.booleans(),
)
def test_messages_come_whole_compressed_or_not(
    messages: list[tuple[bytes, bool, list[int]]], takeover: bool
) -> None:
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    frames: list[Frame] = []
    for message, compressed, cuts in messages:
        data = message
        if compressed:
            if not takeover:  # a server may forget its window after each message
                deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
            data = deflated(deflater, message)
        frames += frames_of(data, compressed, cuts)
    assert received(frames)[0] == [message for message, *_ in messages]


def test_the_example_of_the_rfc() -> None:
    """RFC 7692 7.2.3: "Hello" twice with a shared window; also as two fragments."""
    first, second = bytes.fromhex("f248cdc9c90700"), bytes.fromhex("f200110000")
    frames = [Frame(Kind.TEXT, first, rsv1=True), Frame(Kind.TEXT, second, rsv1=True)]
    assert received(frames)[0] == [b"Hello", b"Hello"]
    frames = [
        Frame(Kind.TEXT, first[:3], fin=False, rsv1=True),
        Frame(Kind.CONTINUATION, first[3:]),
    ]
    assert received(frames)[0] == [b"Hello"]


@pytest.mark.parametrize("extension", ["", "x-other"])
def test_without_the_extension_payloads_are_as_they_are(extension: str) -> None:
    assert received([Frame(Kind.BINARY, b"plain")], extension)[0] == [b"plain"]


def test_a_message_that_cannot_be_inflated_hangs_up() -> None:
    frames = [Frame(Kind.TEXT, b"no deflate", rsv1=True), Frame(Kind.TEXT, b"x", fin=False)]
    assert received(frames) == ([], 1, [5])


def test_a_message_that_inflates_beyond_all_bounds_hangs_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(websocket, "MOST_BYTES", 1000)
    bomb = deflated(zlib.compressobj(wbits=-zlib.MAX_WBITS), bytes(100_000))
    assert received([Frame(Kind.BINARY, bomb, rsv1=True)]) == ([], 1, [5])


def test_fragments_without_an_end_hang_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "MOST_BYTES", 1000)
    frames = [Frame(Kind.BINARY, bytes(400), fin=False)]
    frames += [Frame(Kind.CONTINUATION, bytes(400), fin=False)] * 2
    assert received(frames) == ([], 1, [5])


def test_a_close_frame_hangs_up_and_control_frames_are_no_messages() -> None:
    frames = [Frame(Kind.PING), Frame(Kind.PONG), Frame(Kind.CLOSE, b"\x03\xe8")]
    assert received(frames) == ([], 1, [5])
