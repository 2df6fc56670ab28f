"""REST: GET over HTTP/1.1, answered in JSON with all fields of every line."""

from __future__ import annotations

from operator import itemgetter

from aiohttp import web

from targets.calls import _order
from targets.calls._caller import Answer
from targets.calls._json import LIBRARIES
from targets.calls._web import Reply, WebCaller, WebServer

TITLE = "REST with JSON"
EXAMPLE = "curl -i 'http://{host}:{port}/orders/1'"
PARTS = (
    {"name": "server", "role": "server"},
    {"name": "caller", "role": "caller", "side": "clients"},
)


class Server(WebServer):
    """GET /orders/NUMBER; 404 where there is no such order."""

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/orders/{number}", self.orders)]

    async def orders(self, request: web.Request) -> web.Response:
        with self.messages:
            reply = self.reply(request.match_info["number"])
        return self.replied(reply)

    def reply(self, number: str) -> Reply:
        """The order in JSON, written anew for every call."""
        json = LIBRARIES[self.load.own.json]
        if number != str(_order.ORDER):
            return 404, json.write({"error": f"there is no order {number[:20]}"})
        return 200, json.write(self.order)


class Caller(WebCaller):
    """Reads the JSON, and from each line the fields that are needed."""

    async def open(self, host: str, port: int) -> None:
        await super().open(host, port)
        self._json = LIBRARIES[self.load.own.json]
        self._pick = _order.picking(itemgetter, self.fields)
        self.facts["format library"] = self._json.name

    async def ask(self, _: int) -> Answer:
        body = await self.fetch(f"/orders/{_order.ORDER}")
        with self.messages:
            return [*map(self._pick, self._json.read(body)["lines"])], len(body)
