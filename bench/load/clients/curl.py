"""A client that fetches many resources at once over HTTP/1.1, HTTP/2 or HTTP/3: libcurl.

Each client has connections of its own.  Requests leave in the order in which they
were asked for: curl wakes those that wait for a connection in any order, so they wait
here (`_admit`).

Knows nothing of patterns, samples, Locust or gevent.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import pycurl  # type: ignore[import-untyped]

from bench.clock import now_ns
from bench.load.clients.curl_loop import CurlLoop
from bench.load.clients.curl_timing import Fetched
from bench.load.clients.curl_transfer import Asked, Sink, Transfer

VERSIONS = {
    "1.1": pycurl.CURL_HTTP_VERSION_1_1,
    "2": pycurl.CURL_HTTP_VERSION_2TLS,
    "2-prior": pycurl.CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE,
    "3": pycurl.CURL_HTTP_VERSION_3ONLY,
}
MANY_CONNECTIONS = 10_000
"""More than any client opens: curl's own limit would close idle ones."""

FIRST_STREAMS = 100
"""HTTP/2 streams before the server has said how many it allows: it should allow these
(RFC 9113, 6.5.2).  What exceeds its limit would wait in curl after it counts as sent.
"""

NOWHERE = "nowhere://"
"""A URL that curl gives up at once."""

OnSocket = Callable[[int], None]


class CurlClient:
    """Fetches from one origin ("https://127.0.0.1:8443"), within a running loop.

    `credential` are the files of a certificate to be shown to a server that asks for one, and of
    its key.  HTTP/2 and HTTP/3 use one connection, HTTP/1.1 at most `connections` (None: as many
    as there are requests).  `on_open(fd)` is called for each new TCP socket and
    `on_close(fd)` while it is still open, just before its end; QUIC's are not told.
    TLS sessions are resumed within a client, never between two.
    """

    def __init__(
        self,
        origin: str,
        version: str,
        *,
        connections: int | None,
        ca_file: str = "",
        credential: tuple[str, str] | None = None,
        streams: int = 1000,
        header: Sequence[str] = (),
        on_open: OnSocket | None = None,
        on_close: OnSocket | None = None,
    ) -> None:
        if version not in VERSIONS:
            raise ValueError(f"{version!r} is none of {', '.join(VERSIONS)}")
        if connections is not None and connections < 1:
            raise ValueError(f"{connections} connections carry nothing")
        self._origin = origin.rstrip("/")
        self._version = version
        self._ca_file, self._credential = ca_file, credential
        self._headers = ["User-Agent: patternbench", *header]
        self._on_open = on_open
        self._on_close = on_close
        if version == "1.1":
            self._limit = self._later_limit = connections or MANY_CONNECTIONS
        else:
            connections = 1
            self._limit, self._later_limit = min(streams, FIRST_STREAMS), streams
        self._waiting: deque[Asked] = deque()
        self._running: dict[Any, Transfer] = {}
        self._idle: list[Transfer] = []
        self._transfers: list[Transfer] = []
        self._openers: dict[int, Transfer] = {}
        self._bereft: list[Transfer] = []
        self.closed = False
        self._curl = CurlLoop(self._ended, self._turned)
        self._curl.setopt(pycurl.M_PIPELINING, 2)  # CURLPIPE_MULTIPLEX
        self._curl.setopt(pycurl.M_MAX_CONCURRENT_STREAMS, streams)
        self._curl.setopt(pycurl.M_MAX_HOST_CONNECTIONS, connections or 0)
        self._curl.setopt(pycurl.M_MAXCONNECTS, MANY_CONNECTIONS)

    # --- asking -----------------------------------------------------------------------

    def fetch(self, path: str) -> Coroutine[Any, Any, Fetched]:
        """Fetch it; the body is counted, not kept.  ConnectionError when that fails.

        To be awaited; the time of asking is that of this call.
        """
        return self._perform(path, None, now_ns())

    def stream(self, path: str, on_data: Sink) -> Coroutine[Any, Any, Fetched]:
        """As `fetch`, with each part of the body given to `on_data` as it comes.

        It may go on for ever; cancelling the task ends it.  What `on_data` raises
        ends it too and is raised here.
        """
        return self._perform(path, on_data, now_ns())

    async def _perform(self, path: str, sink: Sink | None, intended_ns: int) -> Fetched:
        if self.closed:
            raise ConnectionError("the client is closed")
        asked = Asked(self._origin + path, sink, intended_ns)
        self._waiting.append(asked)
        self._admit()
        try:
            return await asked.future
        finally:
            if asked.transfer is not None:  # cancelled under way
                self._abandon(asked, asked.transfer)

    def _admit(self) -> None:
        """Hand curl what may begin: no more than have a connection or a stream to go on."""
        while self._waiting and len(self._running) < self._limit:
            asked = self._waiting.popleft()
            if asked.future.done():  # cancelled while it waited
                continue
            transfer = self._idle.pop() if self._idle else self._new_transfer()
            transfer.begin(asked)
            asked.transfer = transfer
            self._running[transfer.easy] = transfer
            self._curl.add(transfer.easy)

    def _new_transfer(self) -> Transfer:
        transfer = Transfer()
        self._transfers.append(transfer)
        setopt = transfer.easy.setopt
        setopt(pycurl.HTTP_VERSION, VERSIONS[self._version])
        setopt(pycurl.HTTPHEADER, self._headers)
        setopt(pycurl.NOSIGNAL, 1)
        setopt(pycurl.NOPROXY, "*")
        setopt(pycurl.TCP_NODELAY, 1)
        if self._ca_file:
            setopt(pycurl.CAINFO, self._ca_file)
        if self._credential is not None:
            setopt(pycurl.SSLCERT, self._credential[0])
            setopt(pycurl.SSLKEY, self._credential[1])
        if self._version != "1.1":
            setopt(pycurl.PIPEWAIT, 1)
        if self._version != "3" and (self._on_open or self._on_close):
            setopt(pycurl.SOCKOPTFUNCTION, lambda fd, _: self._opens(fd, transfer))
            setopt(pycurl.CLOSESOCKETFUNCTION, self._closes)
        return transfer

    # --- endings ----------------------------------------------------------------------

    def _ended(self, easy: Any, now: int, failure: str) -> None:
        transfer = self._running.pop(easy, None)
        if transfer is None or transfer.asked is None:  # one that was sent nowhere
            return
        asked, transfer.asked = transfer.asked, None
        asked.transfer = None
        transfer.stamps.ended_ns = now
        fetched = None if failure else transfer.fetched()
        if fetched is not None:
            self._limit = self._later_limit
        self._spare(transfer)
        if asked.future.done():  # cancelled in this turn
            return
        if fetched is None:
            asked.future.set_exception(transfer.error or ConnectionError(failure))
        elif fetched.http_version != self._version.partition("-")[0]:
            words = f"requested HTTP/{self._version}, but the reply came in {fetched.http_version}"
            asked.future.set_exception(ConnectionError(words))
        else:
            asked.future.set_result(fetched)

    def _turned(self) -> None:
        while self._bereft:
            self._spare(self._bereft.pop())
        self._admit()

    def _spare(self, transfer: Transfer) -> None:
        """Take a handle out to use it again, unless a connection that it opened lives.

        pycurl tells of a connection's end only while the handle that opened it is in.
        """
        if not transfer.sockets:
            self._curl.remove(transfer.easy)
            self._idle.append(transfer)

    def _abandon(self, asked: Asked, transfer: Transfer) -> None:
        """Give up what is under way: HTTP/1.1 loses its connection, others reset the stream."""
        asked.transfer = transfer.asked = None
        if self.closed:
            return
        self._curl.remove(transfer.easy)
        del self._running[transfer.easy]
        if transfer.sockets:  # it must be in: see `_spare`
            transfer.easy.setopt(pycurl.URL, NOWHERE)
            self._curl.add(transfer.easy)
        else:
            self._idle.append(transfer)
        self._turned()

    def close(self) -> None:
        """Close all connections at once; what is under way or waits fails."""
        if self._curl.inside:  # curl allows it in no callback
            asyncio.get_running_loop().call_soon(self.close)
            return
        if self.closed:
            return
        self.closed = True
        for asked in [*(transfer.asked for transfer in self._running.values()), *self._waiting]:
            if asked is not None and not asked.future.done():
                asked.future.set_exception(ConnectionError("the client was closed"))
        on_close, self._on_close = self._on_close, None
        if on_close is not None:
            for fd in self._openers:
                on_close(fd)
        self._curl.close({*self._running, *(opener.easy for opener in self._openers.values())})
        for transfer in self._transfers:
            transfer.easy.close()
        for held in (self._running, self._openers, self._waiting, self._transfers, self._idle):
            held.clear()

    # --- sockets ----------------------------------------------------------------------

    def _opens(self, fd: int, transfer: Transfer) -> int:
        self._openers[fd] = transfer
        transfer.sockets += 1
        if self._on_open is not None:
            self._on_open(fd)
        return pycurl.SOCKOPT_OK  # type: ignore[no-any-return]

    def _closes(self, fd: int) -> int:
        opener = self._openers.pop(fd)
        opener.sockets -= 1
        if not opener.sockets and opener.easy not in self._running:
            self._bereft.append(opener)
        try:
            if self._on_close is not None:
                self._on_close(fd)
        finally:
            os.close(fd)
        return 0
