"""The reply is sent when all of it is made."""

from __future__ import annotations

from aiohttp import web

from bench.clock import now_ns
from scenarios.streamed_reply._plan import Plan
from targets.streamed_reply._server import BEGUN, ReplyServer, stamp

TITLE = "whole reply"
EXAMPLE = "curl -i 'http://{host}:{port}/reply?pieces=50'"


class Target(ReplyServer):
    """GET /reply; nothing is written before the end, so no write can fail before it."""

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/reply", self.reply)]

    async def reply(self, request: web.Request) -> web.StreamResponse:
        plan, begun_ns = self.wanted(request), now_ns()
        response = web.Response(content_type="text/plain", headers={BEGUN: stamp(begun_ns)})
        await self.attended(self._send(request, response, plan, begun_ns))
        return response

    async def _send(
        self, request: web.Request, response: web.Response, plan: Plan, begun_ns: int
    ) -> None:
        pieces = [batch.text async for batch in self.batches(plan, begun_ns, batch_s=0)]
        response.body = b"".join(pieces)
        await self.hand(response.prepare(request))
        await self.hand(response.write_eof())
