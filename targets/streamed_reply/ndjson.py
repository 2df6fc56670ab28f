"""The reply is lines of JSON, one for each batch of pieces, in a response of chunks."""

from __future__ import annotations

from targets.streamed_reply._stream import StreamServer

TITLE = "NDJSON"
EXAMPLE = "curl -N 'http://{host}:{port}/reply?pieces=50'"


class Target(StreamServer):
    """GET /reply; each line is an object with the batch as `text`."""

    content_type = "application/x-ndjson"

    def frame(self, text: bytes) -> bytes:
        # The text has nothing that JSON would have to escape.
        return b'{"text":"%b"}\n' % text
