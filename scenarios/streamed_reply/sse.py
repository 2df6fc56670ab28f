"""Client side of SSE: a request, and its response as an event stream that ends."""

from __future__ import annotations

from bench.load.clients.sse import EventStreamParser
from scenarios.streamed_reply._http import HttpReader, Sink
from scenarios.streamed_reply._reader import Reading


class Client(HttpReader):
    """Takes the data of each event."""

    accept = "text/event-stream"

    def parser(self, reading: Reading) -> Sink:
        stream = EventStreamParser()

        def take(part: bytes, read_ns: int) -> None:
            for event in stream.feed(part):
                reading.take(event.data, read_ns)

        return take
