"""The reply is an event stream: each batch of pieces is an event (WHATWG event stream)."""

from __future__ import annotations

from targets.streamed_reply._stream import StreamServer

TITLE = "SSE"
EXAMPLE = "curl -N 'http://{host}:{port}/reply?pieces=50'"


class Target(StreamServer):
    """GET /reply; the response ends with the reply."""

    content_type = "text/event-stream"

    def frame(self, text: bytes) -> bytes:
        return b"data: %b\n\n" % text
