"""One connection in both directions: each message is a frame, up and down (RFC 6455)."""

from __future__ import annotations

from aiohttp import WSMessage, WSMsgType, web

from scenarios.chat._text import is_text
from targets._feeds import SocketTarget
from targets.chat._chatting import Chatting

TITLE = "WebSocket"
EXAMPLE = "python -m websocket 'ws://{host}:{port}/socket?room=0&member=0'"


class Target(SocketTarget, Chatting):
    """GET /socket, upgraded; a frame that comes up is a message.

    A frame that is too long ends the connection with code 1009, one that is no line of text with
    1007.  The kernel of a killed member closes its connection; a silent one is noticed by pings
    where there are heartbeats: no answer in half an interval, and the server closes.
    """

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/socket", self.socket)]

    def new_socket(self) -> web.WebSocketResponse:
        own = self.load.own
        return web.WebSocketResponse(
            compress=False,
            heartbeat=own.heartbeat_s or None,
            max_msg_size=own.size_limit_bytes + 1,
        )

    async def take(
        self, request: web.Request, socket: web.WebSocketResponse, message: WSMessage
    ) -> None:
        if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
            return
        text = message.data.encode() if message.type is WSMsgType.TEXT else message.data
        if is_text(text):
            self.hear(self.visit_of(request), text)
        else:
            await socket.close(code=1007, message=b"a message is one line of at least 10 bytes")
