"""ClientUser: one Locust user as one simulated client, one coroutine on the engine.

Locust decides who runs; everything else happens on the engine's thread.
A scenario derives `Client` from it and writes `connect`, `live` and `close`.
Knows nothing of any protocol.
"""

from __future__ import annotations

import asyncio
from typing import Any

from locust import User, constant, task
from locust.env import Environment

from bench.clock import now_ns
from bench.load.session import Session
from bench.load.standalone import standalone_session
from bench.model.samples import FAILED, OK

CONNECT_SECONDS = 30.0
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
    has_processes = False
    """Whether it starts processes: they count as the generator's."""

    wait_time = constant(0)

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        session = getattr(environment, "patternbench", None)
        self.session: Session = session or standalone_session(environment, type(self))
        self.number = self.session.next_client()

    # --- what a scenario writes -----------------------------------------------------

    async def connect(self) -> None:
        """Be ready to be told: connected, subscribed, position known."""
        raise NotImplementedError

    async def live(self) -> None:
        """Act until cancelled; raise ConnectionError when the connection is lost."""
        raise NotImplementedError

    async def close(self) -> None:
        """Give up what `connect` opened; may be called after a failed connect."""

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
                session.failed(error)
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
            finally:
                done = now_ns()
                code = session.recorder.code("connect")
                session.recorder.add(
                    code, outcome, self.number, 0, intended, sent, done, done, 0, 0
                )
