"""Client side of the whole reply: nothing, and then all of it."""

from __future__ import annotations

from scenarios.streamed_reply._http import HttpReader, Sink
from scenarios.streamed_reply._reader import Reading


class Client(HttpReader):
    """Takes the body when it has all of it."""

    def parser(self, reading: Reading) -> Sink:
        parts: list[bytes] = []
        missing = self.plan.size_bytes

        def take(part: bytes, read_ns: int) -> None:
            nonlocal missing
            parts.append(part)
            missing -= len(part)
            if not missing:
                reading.take(b"".join(parts), read_ns)

        return take
