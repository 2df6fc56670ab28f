"""A handle at once; the reader asks every T for what has been made since its position.

    PUT /replies/HANDLE?pieces=N          202 and when it was begun; again, and it is the same
    GET /replies/HANDLE?position=BYTES    the text from there on: 202 while more will come, 200
                                          where it is the end
    DELETE /replies/HANDLE                204: the reader has all of it

404: no such reply, or it was given up.  409: another reply, or not made to its end.  410:
collected already.  416: the position is beyond what has been made.  503: too many replies.
"""

from __future__ import annotations

import asyncio
import re

from aiohttp import web

from bench.clock import now_ns
from scenarios.streamed_reply.load import NEVER
from targets._web import whole_number
from targets.streamed_reply._replies import Full, Other, Replies, Reply, State
from targets.streamed_reply._server import ReplyServer, stamp

TITLE = "polling"
EXAMPLE = "curl -i -X PUT 'http://{host}:{port}/replies/abc?pieces=50'"
HANDLE = re.compile(r"[A-Za-z0-9_-]{1,64}")
SWEEPS = 10
"""In the time after which a reply is given up: it is given up at most a tenth of that later."""

RETRY_AFTER_S = 1


class Target(ReplyServer):
    """A reply is made whoever asks; one for which nobody has asked for long is given up."""

    def routes(self) -> list[web.RouteDef]:
        return [
            web.put("/replies/{handle}", self.ask),
            web.get("/replies/{handle}", self.read),
            web.delete("/replies/{handle}", self.collect),
        ]

    async def start(self, port: int) -> int:
        self.replies = Replies()
        port = await super().start(port)
        self._sweeping = asyncio.create_task(self._sweep())
        return port

    async def ask(self, request: web.Request) -> web.Response:
        handle, plan = request.match_info["handle"], self.wanted(request)
        if not HANDLE.fullmatch(handle):
            raise web.HTTPBadRequest(
                text=f"handle={handle[:70]}: must be 1 to 64 letters, digits, - or _\n"
            )
        if self.replies.state(handle) is State.COLLECTED:
            raise _gone(handle)
        try:
            reply, is_new = self.replies.begin(handle, plan)
        except Other as error:
            raise web.HTTPConflict(text=f"{error}\n") from None
        except Full as error:
            raise web.HTTPServiceUnavailable(
                text=f"{error}\n", headers={"Retry-After": str(RETRY_AFTER_S)}
            ) from None
        if is_new:
            reply.task = self.go_on(self._make(reply))
        return web.Response(status=202, text=stamp(reply.begun_ns))

    async def read(self, request: web.Request) -> web.Response:
        reply = self.known(request)
        position = whole_number(request, "position")
        if position < 0:
            raise web.HTTPBadRequest(text=f"position={position}: must be 0 or more\n")
        if position > len(reply.text):
            raise web.HTTPRequestRangeNotSatisfiable(
                text=f"position={position}: {len(reply.text)} bytes have been made\n",
                headers={"Content-Range": f"bytes */{len(reply.text)}"},
            )
        reply.asked_ns = now_ns()
        return web.Response(
            status=200 if reply.is_complete else 202,
            body=bytes(reply.text[position:]),
            content_type="text/plain",
        )

    async def collect(self, request: web.Request) -> web.Response:
        reply, handle = self.known(request), request.match_info["handle"]
        if not reply.is_complete:
            raise web.HTTPConflict(text=f"reply {handle} is not made to its end\n")
        self.replies.collect(handle)
        return web.Response(status=204)

    def known(self, request: web.Request) -> Reply:
        """The reply that a request names; HTTP 404 or 410 where there is none."""
        handle = request.match_info["handle"]
        match self.replies.state(handle):
            case State.UNKNOWN:
                raise web.HTTPNotFound(
                    text=f"reply {handle[:70]}: no such reply, or it was given up\n"
                )
            case State.COLLECTED:
                raise _gone(handle)
        return self.replies.get(handle)

    async def _make(self, reply: Reply) -> None:
        async for batch in self.batches(reply.plan, reply.begun_ns, batch_s=0):
            reply.text += batch.text

    async def _sweep(self) -> None:
        """Give up replies for which nobody asks."""
        abandon_s = self.load.own.abandon_s
        while True:
            await asyncio.sleep(abandon_s / SWEEPS)
            for reply in self.replies.forget_abandoned(abandon_s):
                if reply.task is not None and not reply.task.done():
                    if self.load.own.notice == NEVER:
                        continue
                    reply.task.cancel()
                    self.account.notice()

    async def stop(self) -> None:
        self._sweeping.cancel()
        await super().stop()


def _gone(handle: str) -> web.HTTPGone:
    return web.HTTPGone(text=f"reply {handle}: it was collected\n")
