"""What every server of `cpu_handlers` does with a request; how it waits for one is its own.

A bare HTTP/1.1, the same for all: requests without bodies, answered in order.
"""

from __future__ import annotations

from collections.abc import Callable
from time import thread_time_ns

END = b"\r\n\r\n"
LIGHT, HEAVY = b"/light", b"/heavy"
ROUNDS = 100


def reply(status: str, body: bytes) -> bytes:
    """A whole reply."""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


DONE = reply("200 OK", b"done")
NOT_FOUND = reply("404 Not Found", b"there is /light and /heavy\n")
BAD = reply("400 Bad Request", b"write GET /light HTTP/1.1\n")


class Requests:
    """The requests of one connection: bytes go in, bytes to send come out."""

    def __init__(self, compute: Callable[[], object]) -> None:
        self._compute = compute
        self._begun = b""

    def answers(self, data: bytes) -> bytes:
        """The answers to what is whole now, computed if need be; b"" where nothing is."""
        *whole, self._begun = (self._begun + data).split(END)
        return b"".join(map(self._answer, whole))

    def _answer(self, request: bytes) -> bytes:
        words = request.split(b"\r\n", 1)[0].split(b" ")
        if len(words) != 3 or words[0] != b"GET":
            return BAD
        if words[1] == HEAVY:
            self._compute()
        return DONE if words[1] in (LIGHT, HEAVY) else NOT_FOUND


def compute(cpu_ns: int) -> int:
    """A loop in Python until this thread has used so much CPU time, however long that takes."""
    until_ns = thread_time_ns() + cpu_ns
    total = 0
    while thread_time_ns() < until_ns:
        for number in range(ROUNDS):
            total = (total * 31 + number) & 0xFFFF
    return total
