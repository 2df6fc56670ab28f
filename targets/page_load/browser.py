"""A headless Chromium fetches the resources from a page's script, over the chosen protocol."""

from __future__ import annotations

from aiohttp import web

from scenarios.page_load._document import DOCUMENT
from targets.page_load._page import PageTarget

TITLE = "browser"
REQUIRES = ("envoy", "chromium")
PROXIES = ("proxy",)
EXAMPLE = "curl -i 'http://{host}:{port}/page'"

OTHER_ORIGINS = {"Access-Control-Allow-Origin": "*", "Timing-Allow-Origin": "*"}


class Target(PageTarget):
    """The common application and GET /page, whose script fetches from another origin.

    Replies let a page of another origin read them and see their times, by two headers
    that the other patterns' replies do not have.
    """

    more_headers = OTHER_ORIGINS

    def routes(self) -> list[web.RouteDef]:
        return [*super().routes(), web.get("/page", self.page)]

    async def page(self, _: web.Request) -> web.Response:
        return web.Response(text=DOCUMENT, content_type="text/html")
