"""The service of all patterns of `sidecar`: one application, which knows of no sidecar.

Every request is answered with the same bytes.  How it is served (protocol, TLS) is in
`_plain.py` and `_secured.py`; all else is in `_server.py`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Application:
    """An ASGI application; `requests` counts what it was asked."""

    def __init__(self, body: bytes) -> None:
        self._body = {"type": "http.response.body", "body": body}
        length = str(len(body)).encode()
        headers = [(b"content-type", b"text/plain"), (b"content-length", length)]
        self._head = {"type": "http.response.start", "status": 200, "headers": headers}
        self.requests = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._lifespan(receive, send)
            return
        self.requests += 1
        await send(self._head)
        await send(self._body)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
