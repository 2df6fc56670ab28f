"""An aiohttp application on a free port, as every HTTP target wants it.

Knows nothing of what the application does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from targets._target import BACKLOG, BaseTarget


class WebTarget(BaseTarget):
    """A target that is an aiohttp application; a pattern adds its routes."""

    runner: web.AppRunner | None = None
    server_settings: Mapping[str, Any] = {}
    """Further settings of aiohttp's server, such as how long a header may be."""

    def routes(self) -> list[web.RouteDef]:
        """The application's routes."""
        raise NotImplementedError

    async def start(self, port: int) -> int:
        app = web.Application()
        app.add_routes(self.routes())
        # Connections stay: a client that polls once a minute keeps its own.
        self.runner = web.AppRunner(
            app,
            access_log=None,
            keepalive_timeout=3600,
            handler_cancellation=True,
            shutdown_timeout=0.1,
            **self.server_settings,
        )
        await self.runner.setup()
        site = web.TCPSite(self.runner, self.host, port, backlog=BACKLOG)
        await site.start()
        return int(self.runner.addresses[0][1])


def whole_number(request: web.Request, name: str, default: int | None = None) -> int:
    """A query parameter as a number; HTTP 400 where it is missing or none."""
    text = request.query.get(name)
    if text is None and default is not None:
        return default
    return whole_number_of(name, text)


def whole_number_of(name: str, text: str | None) -> int:
    """A text of a request as a number; HTTP 400 where it is none."""
    try:
        return int(text or "")
    except ValueError:
        raise web.HTTPBadRequest(text=f"{name}={text}: must be a whole number\n") from None
