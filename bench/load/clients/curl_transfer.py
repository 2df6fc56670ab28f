"""One easy handle of libcurl: what is fetched with it, and when its callbacks were called.

Knows nothing of connections, of other transfers or of how the handle is driven.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pycurl  # type: ignore[import-untyped]

from bench.clock import now_ns
from bench.load.clients.curl_timing import CurlTimes, Fetched, Stamps, connected_ns, done_ns

Sink = Callable[[bytes], None]
"""What is given each part of a body."""

SPOKEN = {
    pycurl.CURL_HTTP_VERSION_1_0: "1.0",
    pycurl.CURL_HTTP_VERSION_1_1: "1.1",
    pycurl.CURL_HTTP_VERSION_2_0: "2",
    pycurl.CURL_HTTP_VERSION_3: "3",
}


class Asked:
    """A fetch that was asked for, waiting or under way."""

    __slots__ = ("future", "intended_ns", "sink", "transfer", "url")

    def __init__(self, url: str, sink: Sink | None, intended_ns: int) -> None:
        self.url = url
        self.sink = sink
        self.intended_ns = intended_ns
        self.future: asyncio.Future[Fetched] = asyncio.get_running_loop().create_future()
        self.transfer: Transfer | None = None


class Transfer:
    """One easy handle, used again and again, and what its callbacks note."""

    __slots__ = ("asked", "easy", "error", "sockets", "stamps")

    def __init__(self) -> None:
        self.easy = pycurl.Curl()
        self.asked: Asked | None = None
        self.sockets = 0
        self.stamps = Stamps()
        self.error: Exception | None = None
        self.easy.setopt(pycurl.PREREQFUNCTION, self._ready)
        self.easy.setopt(pycurl.HEADERFUNCTION, self._header)
        self.easy.setopt(pycurl.WRITEFUNCTION, self._body)

    def begin(self, asked: Asked) -> None:
        self.asked = asked
        self.stamps = Stamps(intended_ns=asked.intended_ns)
        self.error = None
        self.easy.setopt(pycurl.URL, asked.url)

    def _ready(self, *_: Any) -> int:
        self.stamps.sent_ns = now_ns()
        return pycurl.PREREQFUNC_OK  # type: ignore[no-any-return]

    def _header(self, _: bytes) -> None:
        if not self.stamps.first_byte_ns:
            self.stamps.first_byte_ns = now_ns()

    def _body(self, part: bytes) -> int:
        self.stamps.last_byte_ns = now_ns()
        if self.asked is not None and self.asked.sink is not None:
            try:
                self.asked.sink(part)
            except Exception as error:  # curl can only be told to give up
                self.error = error
                return -1
        return len(part)

    def fetched(self) -> Fetched:
        """What the handle says of a transfer that has just ended well."""
        info = self.easy.getinfo
        stamps = self.stamps
        times = CurlTimes(
            connect=info(pycurl.CONNECT_TIME_T),
            handshake=info(pycurl.APPCONNECT_TIME_T),
            first_byte=info(pycurl.STARTTRANSFER_TIME_T),
            total=info(pycurl.TOTAL_TIME_T),
        )
        opened = info(pycurl.NUM_CONNECTS)
        body_bytes = info(pycurl.SIZE_DOWNLOAD_T)
        announced_bytes = info(pycurl.CONTENT_LENGTH_DOWNLOAD_T)
        return Fetched(
            status=info(pycurl.RESPONSE_CODE),
            http_version=SPOKEN.get(info(pycurl.INFO_HTTP_VERSION), "?"),
            intended_ns=stamps.intended_ns,
            sent_ns=stamps.sent_ns,
            connected_ns=connected_ns(stamps, times, opened),
            first_byte_ns=stamps.first_byte_ns,
            done_ns=done_ns(stamps, times, body_bytes, announced_bytes),
            header_bytes_up=info(pycurl.REQUEST_SIZE),
            header_bytes_down=info(pycurl.HEADER_SIZE),
            body_bytes=body_bytes,
            opened=opened,
        )
