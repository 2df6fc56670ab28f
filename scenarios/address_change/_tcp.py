"""A client whose connection is TCP with TLS 1.3: with another address nothing comes over it.

A pattern says which HTTP it speaks.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar

from scenarios.address_change._asking import AskingClient


class Connection(Protocol):
    """What a pattern's protocol has beside its requests."""

    closed: bool

    @property
    def transport(self) -> asyncio.Transport: ...

    def close(self) -> None: ...


Kind = TypeVar("Kind", bound=Connection)


class TcpClient(AskingClient, Generic[Kind]):
    """A connection is its two addresses; a broken one is replaced by a new one."""

    abstract = True
    application = "http/1.1"
    """By its name in TLS (ALPN)."""

    connection: Kind | None = None
    trust: ssl.SSLContext | None = None

    def protocol(self) -> Kind:
        """An asyncio protocol for a new connection."""
        raise NotImplementedError

    @property
    def is_open(self) -> bool:
        return self.connection is not None and not self.connection.closed

    async def open(self) -> None:
        session = self.session
        if self.trust is None:
            self.trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            self.trust.minimum_version = ssl.TLSVersion.TLSv1_3
            self.trust.set_alpn_protocols([self.application])
            self.trust.load_verify_locations(session.address.ca_file)
        factory: Callable[[], Any] = self.protocol
        _, self.connection = await session.engine.loop.create_connection(
            factory,
            session.host,
            session.port,
            ssl=self.trust,
            server_hostname=session.host,
        )

    def give_up(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def move(self) -> None:
        self.give_up()

    def transports(self) -> Sequence[asyncio.Transport]:
        return [self.connection.transport] if self.is_open and self.connection else []
