"""ClientUser: one Locust user as one simulated client, one coroutine on the engine.

Locust decides who runs; everything else happens on the engine's thread.
A scenario derives `Client` from it and writes `connect`, `live` and `close`.
Knows nothing of any protocol.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Sequence
from typing import Any

from locust import User, constant, task
from locust.env import Environment

from bench.clock import now_ns
from bench.load.locust_options import adopt
from bench.load.session import Session
from bench.load.standalone import sessions_of
from bench.model.samples import FAILED, OK, PENDING

CONNECT_SECONDS = 30.0
CONNECTION = "connection"
SLOW_READER_BUFFER_BYTES, CAUGHT_UP_BUFFER_BYTES = 4096, 1 << 20
CLOSE_BY_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of 0 s: what is closed sends a reset."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.05, 1.0


def environment_for(user_class: type[User], session: Session) -> Environment:
    """A Locust environment whose users find their session in it."""
    environment = Environment(user_classes=[user_class])
    environment.patternbench = session  # type: ignore[attr-defined]
    return environment


class ClientUser(User):
    """One simulated client.  `number` is its place among all clients, from 0."""

    abstract = True
    experiment = ""
    pattern = ""
    """Experiment and pattern are those of its file (see `adopt`)."""

    living = CONNECTION
    """What fails where `live` does, as an operation: a connection, unless a scenario knows more."""

    wait_time = constant(0)

    def __init_subclass__(cls, **named: Any) -> None:
        super().__init_subclass__(**named)
        adopt(cls)

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        session = getattr(environment, "patternbench", None)
        self.session: Session = session or sessions_of(environment).of(type(self))
        self.number = self.session.next_client()
        self.session.users[self.number] = self

    # --- what a scenario writes -----------------------------------------------------

    async def connect(self) -> None:
        """Be ready to be told: connected, subscribed, position known."""
        raise NotImplementedError

    async def live(self) -> None:
        """Act until cancelled; raise ConnectionError when the connection is lost."""
        raise NotImplementedError

    async def close(self) -> None:
        """Give up what `connect` opened; may be called after a failed connect."""

    def transports(self) -> Sequence[asyncio.Transport]:
        """Its connections, to be followed, or paused or cut by a fault; none where it has none now.

        NotImplementedError where they are not asyncio's.
        """
        raise NotImplementedError

    # --- faults -------------------------------------------------------------------------

    def pause(self) -> bool:
        """Read nothing more; False where this kind of client cannot."""
        # Otherwise the kernel takes megabytes in the client's place.
        return self._disturb(lambda transport: transport.pause_reading(), SLOW_READER_BUFFER_BYTES)

    def resume(self) -> bool:
        """Read again."""
        return self._disturb(lambda transport: transport.resume_reading(), CAUGHT_UP_BUFFER_BYTES)

    def cut(self) -> bool:
        """Reset the connection (RST); the client then acts as after any loss."""
        return self._disturb(self._reset)

    def _reset(self, transport: asyncio.Transport) -> None:
        sock = transport.get_extra_info("socket")
        # TLS tells of its end only when the socket is closed, and nothing can be read of it then.
        self.session.wire.closes(sock.fileno())
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, CLOSE_BY_RESET)
        transport.abort()

    def _disturb(self, act: Callable[[asyncio.Transport], None], buffer_bytes: int = 0) -> bool:
        try:
            transports = self.transports()
        except NotImplementedError:
            return False
        for transport in transports:
            if not transport.is_closing():
                if buffer_bytes:
                    sock = transport.get_extra_info("socket")
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
                act(transport)
        return True

    # --- the life of a client ---------------------------------------------------------

    @task
    def be_client(self) -> None:
        self.session.engine.run(self.lifetime())

    async def lifetime(self) -> None:
        """Connect and live; after a loss, connect again with a growing pause."""
        session = self.session
        pause_s = FIRST_PAUSE_S
        while True:
            connected = False
            try:
                await self._connect()
                connected = True
                session.connected += 1
                pause_s = FIRST_PAUSE_S
                await self.live()
                raise ConnectionError("the server ended the connection")
            except (OSError, TimeoutError) as error:
                session.failed(error, self.living if connected else "connect")
            finally:
                session.connected -= connected
                await self.close()
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _connect(self) -> None:
        session = self.session
        intended = now_ns()
        async with session.engine.connecting:
            sent = now_ns()
            outcome = FAILED
            try:
                await asyncio.wait_for(self.connect(), CONNECT_SECONDS)
                outcome = OK
            except asyncio.CancelledError:
                outcome = PENDING  # the client was stopped, and nothing failed
                raise
            finally:
                done = now_ns()
                code = session.recorder.code("connect")
                session.recorder.add(
                    code, outcome, self.number, 0, intended, sent, done, done, 0, 0
                )
