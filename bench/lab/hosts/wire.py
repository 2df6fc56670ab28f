"""Messages over a TCP connection between hosts: four bytes of length, then the message.

Whoever connects proves first that it knows the token.  All waits are bounded, and so is the
length of what is taken from somebody who has proved nothing yet.  Knows nothing of what is said.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
import time
from typing import Any, Literal

import msgspec

from bench.model.hosts import (
    NONCE_BYTES,
    Greeting,
    Hello,
    Refused,
    Software,
    Welcome,
    is_proven,
    proof,
)

LENGTH = struct.Struct("<I")
MOST_BYTES = 64 << 20
MOST_UNPROVEN_BYTES = 1 << 20
HANDSHAKE_SECONDS = 5.0
CHUNK_BYTES = 1 << 16


class WireBroken(OSError):
    """The connection has ended, is silent, or what came over it is no message."""


class Wire:
    """One end of a connection.  Many threads may send; one receives."""

    def __init__(self, connected: socket.socket) -> None:
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = connected
        self._sending = threading.Lock()

    def send(self, message: object) -> None:
        """WireBroken where it cannot be sent."""
        data = msgspec.msgpack.encode(message)
        try:
            with self._sending:
                self.socket.sendall(LENGTH.pack(len(data)) + data)
        except OSError as error:
            raise WireBroken(f"the connection broke ({error.strerror or error})") from None

    def receive(self, kind: Any, seconds: float, most_bytes: int = MOST_BYTES) -> Any:
        """The next message, of one of these kinds, and nothing behind it."""
        deadline = time.monotonic() + seconds
        (length,) = LENGTH.unpack(self._exactly(LENGTH.size, deadline, seconds))
        if length > most_bytes:
            raise WireBroken(f"a message of {length:,} bytes came, which is none of ours")
        data = self._exactly(length, deadline, seconds)
        try:
            return msgspec.msgpack.decode(data, type=kind)
        except msgspec.MsgspecError as error:
            raise WireBroken(f"what came is no message of ours ({error})") from None

    def _exactly(self, count: int, deadline: float, seconds: float) -> bytes:
        data = bytearray()
        while len(data) < count:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                raise WireBroken(f"nothing came for {seconds:g} s")
            try:
                self.socket.settimeout(left_s)
                chunk = self.socket.recv(min(count - len(data), CHUNK_BYTES))
            except TimeoutError:
                raise WireBroken(f"nothing came for {seconds:g} s") from None
            except OSError as error:
                raise WireBroken(f"the connection broke ({error.strerror or error})") from None
            if not chunk:
                raise WireBroken("the other end closed the connection")
            data += chunk
        return bytes(data)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def welcome(wire: Wire, token: str) -> tuple[Hello, bytes]:
    """Greet whoever connected and hear who it is; what it must be shown where it may stay.

    WireBroken where it does not know the token, which it is told.
    """
    nonce = os.urandom(NONCE_BYTES)
    wire.send(Greeting(nonce))
    hello: Hello = wire.receive(Hello, HANDSHAKE_SECONDS, MOST_UNPROVEN_BYTES)
    if not is_proven(token, "host", hello.proof, nonce, hello.nonce):
        wire.send(Refused("its token is not this run's; copy the line that the master printed"))
        raise WireBroken("a wrong token was shown")
    return hello, proof(token, "listener", nonce, hello.nonce)


def join(
    wire: Wire,
    token: str,
    purpose: Literal["host", "load"],
    name: str,
    workers: int = 0,
    software: Software | None = None,
) -> Welcome | Refused:
    """Say who one is and prove it; WireBroken where the listener does not know the token itself."""
    greeting: Greeting = wire.receive(Greeting, HANDSHAKE_SECONDS, MOST_UNPROVEN_BYTES)
    nonce = os.urandom(NONCE_BYTES)
    shown = proof(token, "host", greeting.nonce, nonce)
    wire.send(Hello(purpose, name, nonce, shown, workers, software))
    reply: Welcome | Refused = wire.receive(
        Welcome | Refused, HANDSHAKE_SECONDS, MOST_UNPROVEN_BYTES
    )
    if isinstance(reply, Welcome) and not is_proven(
        token, "listener", reply.proof, greeting.nonce, nonce
    ):
        raise WireBroken("the listener does not know the token")
    return reply


def relay(one: socket.socket, other: socket.socket) -> None:
    """Carry bytes both ways until either end closes; both are closed then."""
    for connected in (one, other):
        connected.settimeout(None)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    back = threading.Thread(target=_pour, args=(other, one), daemon=True)
    back.start()
    _pour(one, other)
    back.join()
    for connected in (one, other):
        connected.close()


def _pour(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(CHUNK_BYTES):
            sink.sendall(chunk)
    for connected in (source, sink):
        with contextlib.suppress(OSError):
            connected.shutdown(socket.SHUT_RDWR)
