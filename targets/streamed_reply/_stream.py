"""A reply over HTTP in chunks: each batch is written as soon as it is to be sent.

Knows nothing of how a batch looks; a pattern says so.
"""

from __future__ import annotations

from aiohttp import web

from bench.clock import now_ns
from scenarios.streamed_reply._plan import Plan
from targets.streamed_reply._server import BEGUN, ReplyServer, stamp


class StreamServer(ReplyServer):
    """GET /reply sends its headers at once, a chunk for each batch, and the end with the last."""

    content_type = "text/plain"

    def frame(self, text: bytes) -> bytes:
        """A batch as it is written."""
        raise NotImplementedError

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/reply", self.reply)]

    async def reply(self, request: web.Request) -> web.StreamResponse:
        plan, begun_ns = self.wanted(request), now_ns()
        response = web.StreamResponse(
            headers={
                "Content-Type": self.content_type,
                "Cache-Control": "no-store",
                BEGUN: stamp(begun_ns),
            }
        )
        response.enable_chunked_encoding()
        await response.prepare(request)
        await self.attended(self._send(response, plan, begun_ns))
        return response

    async def _send(self, response: web.StreamResponse, plan: Plan, begun_ns: int) -> None:
        async for batch in self.batches(plan, begun_ns):
            data = self.frame(batch.text)
            await self.hand(response.write_eof(data) if batch.is_last else response.write(data))
