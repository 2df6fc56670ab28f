"""Client side of NDJSON: a request, and its response as lines of JSON."""

from __future__ import annotations

import msgspec

from scenarios.streamed_reply._http import HttpReader, Sink
from scenarios.streamed_reply._reader import Reading


class Line(msgspec.Struct):
    """One line."""

    text: str


DECODE = msgspec.json.Decoder(Line).decode


class Client(HttpReader):
    """Takes the text of each line."""

    accept = "application/x-ndjson"

    def parser(self, reading: Reading) -> Sink:
        rest = b""

        def take(part: bytes, read_ns: int) -> None:
            nonlocal rest
            *lines, rest = (rest + part).split(b"\n")
            for line in lines:
                reading.take(DECODE(line).text.encode(), read_ns)

        return take
