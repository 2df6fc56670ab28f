"""HTTP/1.1 over TLS 1.3 on TCP: a connection is the addresses and ports of its two ends."""

from __future__ import annotations

import ssl

from aiohttp import web

from targets._target import BACKLOG
from targets.address_change._acting import ActingTarget
from targets.address_change._actions import NoRequest

TITLE = "TCP, reconnecting"
EXAMPLE = "curl -ik https://{host}:{port}/do/1"


class Target(ActingTarget):
    """GET /do/ID does an action; `?once` does it once, however often it is asked for.

    A connection whose client has another address stays open: nobody tells the server.
    """

    runner: web.AppRunner | None = None

    async def listen(self, port: int) -> int:
        self._peers: set[tuple[str, int]] = set()
        app = web.Application()
        app.add_routes([web.get("/{path:.*}", self.act)])
        self.runner = web.AppRunner(
            app, access_log=None, keepalive_timeout=3600, shutdown_timeout=0.1
        )
        await self.runner.setup()
        shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        shown.minimum_version = ssl.TLSVersion.TLSv1_3
        shown.load_cert_chain(self.identity.cert, self.identity.key)
        site = web.TCPSite(self.runner, self.host, port, ssl_context=shown, backlog=BACKLOG)
        await site.start()
        return int(self.runner.addresses[0][1])

    async def act(self, request: web.Request) -> web.Response:
        if request.transport is not None:  # a connection that asks has had its handshake
            self._peers.add(request.transport.get_extra_info("peername"))
            self.actions.handshakes = len(self._peers)
        try:
            body = await self.actions.reply_to(request.path_qs)
        except NoRequest as error:
            raise web.HTTPNotFound(text=f"{error}\n") from None
        return web.Response(body=body)

    async def stop(self) -> None:
        if self.runner is not None:
            await self.runner.cleanup()
