"""A connection in both directions: the reader asks with a message, each batch is a message."""

from __future__ import annotations

from aiohttp import WSCloseCode, WSMsgType, web

from bench.clock import now_ns
from scenarios.streamed_reply._plan import Plan
from targets.streamed_reply._server import ReplyServer, stamp

TITLE = "WebSocket"
EXAMPLE = "python -m websocket 'ws://{host}:{port}/socket'"
MOST_MESSAGE_BYTES = 64


class Target(ReplyServer):
    """GET /socket, upgraded.  A message with a number of pieces is answered by when the reply was
    begun, its batches, and an empty message; one that is no number closes the connection (1008).
    """

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/socket", self.socket)]

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False, max_msg_size=MOST_MESSAGE_BYTES)
        await socket.prepare(request)
        async for message in socket:
            try:
                text = message.data if message.type is WSMsgType.TEXT else ""
                plan = self.plan_of(text)
            except ValueError as error:
                await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=str(error).encode())
                break
            await self.attended(self._send(socket, plan, now_ns()))
        return socket

    async def _send(self, socket: web.WebSocketResponse, plan: Plan, begun_ns: int) -> None:
        await self.hand(socket.send_str(stamp(begun_ns)))
        async for batch in self.batches(plan, begun_ns):
            await self.hand(socket.send_bytes(batch.text))
        await self.hand(socket.send_bytes(b""))
