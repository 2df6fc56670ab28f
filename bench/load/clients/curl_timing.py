"""What became of one fetch, and its times: from clock stamps and curl's own times.  Pure.

curl tells its times in microseconds since its own start of a transfer, which it
does not tell.  What they mean was found by experiment (libcurl 8.23):

    PRETRANSFER   the request has been written; waiting for a connection, for a
                  stream and for handshakes is over.  POSTTRANSFER is the same
                  moment where there is no request body.
    QUEUE         wrong for a transfer that waited and was woken more than once:
                  it adds up and exceeds the total.  Not used.
    CONNECT, APPCONNECT   0 where the connection was not opened for this transfer.
    STARTTRANSFER the first byte of the headers, told just before the callback
                  for the first header line: the two give the start, to about
                  20 us.
    TOTAL         when curl came to ending the transfer.  With many streams on one
                  connection this is up to some milliseconds after the last byte
                  was handed on, as curl reads on for the others first.

So stamps of this process's clock, taken in curl's callbacks, are preferred, and
curl's times serve only for what no callback tells.

Seen on loopback against servers that stamp what they read and write: a request
arrived 0.03 ms to 0.9 ms after `sent_ns` (nine of ten; median 0.12 ms) and never
before it, and `first_byte_ns` and `done_ns` came 0.03 to 0.9 ms after the server wrote
(median 0.05 to 0.3 ms).  That includes both processes' waking up.

Knows nothing of curl's handles, of sockets or of loops.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fetched:
    """One complete reply.  Times are ns of the one clock.

    Header bytes are as HTTP/1.1 would write them; how HTTP/2 and HTTP/3 compress
    them is seen only on the wire.
    """

    status: int
    http_version: str
    """"1.1", "2" or "3"."""

    intended_ns: int
    """When the fetch was asked for."""

    sent_ns: int
    """When its connection or stream was there and writing the request began."""

    connected_ns: int
    """When the connection that it opened was ready (TLS and QUIC included); 0 if it opened none."""

    first_byte_ns: int
    done_ns: int
    header_bytes_up: int
    header_bytes_down: int
    body_bytes: int
    opened: int
    """How many connections were opened for it."""

    @property
    def reused(self) -> bool:
        return self.opened == 0


@dataclass(slots=True)
class Stamps:
    """When curl called back about one transfer; 0: it did not (yet)."""

    intended_ns: int = 0
    sent_ns: int = 0
    first_byte_ns: int = 0
    last_byte_ns: int = 0
    """The last part of the body."""

    ended_ns: int = 0
    """When curl's word that the transfer is over was read."""


@dataclass(frozen=True, slots=True)
class CurlTimes:
    """Microseconds since curl's start of the transfer, as `getinfo` tells them."""

    connect: int
    handshake: int
    first_byte: int
    total: int


def start_ns(stamps: Stamps, times: CurlTimes) -> int:
    """When curl started the transfer: the earlier of the latest times that two pairs allow.

    A callback and the end are stamped after curl took its own time, never before.
    """
    by_end = stamps.ended_ns - times.total * 1000
    if not stamps.first_byte_ns:
        return by_end
    return min(by_end, stamps.first_byte_ns - times.first_byte * 1000)


def connected_ns(stamps: Stamps, times: CurlTimes, opened: int) -> int:
    """When the connection that the transfer opened was ready; 0 if it opened none."""
    if not opened:
        return 0
    ready_ns = start_ns(stamps, times) + (times.handshake or times.connect) * 1000
    return min(max(ready_ns, stamps.intended_ns), stamps.sent_ns)


def done_ns(stamps: Stamps, times: CurlTimes, body_bytes: int, announced_bytes: int) -> int:
    """When the reply was complete.

    That is the last byte of a body whose length was announced.  Otherwise an end
    mark completes it, for which no callback is called.
    """
    if body_bytes and body_bytes == announced_bytes:
        return stamps.last_byte_ns
    ended_ns = min(stamps.ended_ns, start_ns(stamps, times) + times.total * 1000)
    return max(ended_ns, stamps.last_byte_ns, stamps.first_byte_ns)
