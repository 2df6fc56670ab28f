"""A server that answers each request with the same few bytes, and counts handshakes.

A pattern says whether TLS is spoken.
"""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Any

from bench.model.messages import Address
from targets._target import BACKLOG, BaseTarget

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n"
REFUSAL = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
HEAD_END = b"\r\n\r\n"
MOST_HEAD_BYTES = 8192


class Connection(asyncio.Protocol):
    """One client's."""

    def __init__(self, target: AnsweringTarget) -> None:
        self._target, self._head = target, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        target = self._target
        target.opened.add(self._transport)
        target.connections += 1
        tls = transport.get_extra_info("ssl_object")
        target.resumed += bool(tls is not None and tls.session_reused)

    def connection_lost(self, _: Exception | None) -> None:
        self._target.opened.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._head += data
        *asked, self._head = self._head.split(HEAD_END)
        if any(not one.startswith(b"GET / ") for one in asked) or (
            len(self._head) > MOST_HEAD_BYTES
        ):
            self._transport.write(REFUSAL)
            self._transport.close()
            return
        for _ in asked:
            self._transport.write(ANSWER)


class AnsweringTarget(BaseTarget):
    """GET / is answered with two letters."""

    resumes = False
    """Whether clients get tickets to resume their TLS session with."""

    connections = resumed = 0
    _server: Any = None

    async def start(self, port: int) -> int:
        self.opened: set[asyncio.Transport] = set()
        self._server = await asyncio.get_running_loop().create_server(
            lambda: Connection(self), self.host, port, ssl=self.tls(), backlog=BACKLOG
        )
        return int(self._server.sockets[0].getsockname()[1])

    def tls(self) -> ssl.SSLContext | None:
        """How the server proves who it is; None: not at all."""
        return None

    def counts(self) -> dict[str, float]:
        return {"connections": self.connections, "resumed": self.resumed}

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for transport in list(self.opened):
            transport.abort()


class TlsTarget(AnsweringTarget):
    """The same over TLS 1.3, with a key as the load asks for."""

    @property
    def _ca(self) -> Path:
        return self.data / "ca.pem"

    def tls(self) -> ssl.SSLContext:
        self._make_identity()
        shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        shown.minimum_version = ssl.TLSVersion.TLSv1_3
        shown.num_tickets = 1 if self.resumes else 0
        shown.load_cert_chain(self.data / "server.pem")
        return shown

    def _make_identity(self) -> None:
        """An authority and a leaf of its own, made where there is none yet."""
        import trustme  # noqa: PLC0415 - its cryptography takes a while to load

        file = self.data / "server.pem"
        if file.exists():
            return
        self.data.mkdir(parents=True, exist_ok=True)
        kind = trustme.KeyType[self.load.own.key.upper()]
        authority = trustme.CA(key_type=kind)
        leaf = authority.issue_cert(self.host, key_type=kind)
        authority.cert_pem.write_to_path(self._ca)
        file.touch(mode=0o600)
        leaf.private_key_and_cert_chain_pem.write_to_path(file)

    def address(self, port: int) -> Address:
        return Address(self.host, port, ca_file=str(self._ca))
