"""GraphQL: a query in a POST names the fields that are needed, and JSON brings no others."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any, ClassVar

import graphql
from aiohttp import web
from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLField,
    GraphQLFloat,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
)

from targets.calls import _order
from targets.calls._caller import Answer
from targets.calls._json import LIBRARIES
from targets.calls._web import Reply, WebCaller, WebServer

TITLE = "GraphQL"
EXAMPLE = (
    "curl -i 'http://{host}:{port}/graphql' -H 'Content-Type: application/json' "
    """-d '{{"query": "{{ order(number: 1) {{ lines {{ sku quantity }} }} }}"}}'"""
)
PARTS = (
    {"name": "server", "role": "server"},
    {"name": "caller", "role": "caller", "side": "clients"},
)

PATH = "/graphql"
TYPES = {str: GraphQLString, int: GraphQLInt, float: GraphQLFloat, bool: GraphQLBoolean}


def schema_of(order: dict[str, Any]) -> GraphQLSchema:
    """The types, and a resolver that knows one order; fields are taken from its mappings."""
    line = GraphQLObjectType(
        "Line",
        {name: GraphQLField(GraphQLNonNull(TYPES[kind])) for name, kind in _order.KINDS.items()},
    )
    kind = GraphQLObjectType(
        "Order", {"lines": GraphQLField(GraphQLNonNull(GraphQLList(GraphQLNonNull(line))))}
    )

    def resolve(_: Any, __: Any, number: int) -> dict[str, Any]:
        if number != _order.ORDER:
            raise LookupError(f"there is no order {number}")
        return order

    arguments = {"number": GraphQLArgument(GraphQLNonNull(GraphQLInt))}
    field = GraphQLField(kind, args=arguments, resolve=resolve)
    return GraphQLSchema(GraphQLObjectType("Query", {"order": field}))


def query(fields: Sequence[str]) -> str:
    """The query that names these fields of every line."""
    names = " ".join(fields)
    return f"query Order($number: Int!) {{ order(number: $number) {{ lines {{ {names} }} }} }}"


class Server(WebServer):
    """POST /graphql; each query is parsed, validated and executed, as `graphql()` does it."""

    def __init__(self, *settings: object) -> None:
        super().__init__(*settings)
        self._schema = schema_of(self.order)

    def routes(self) -> list[web.RouteDef]:
        return [web.post(PATH, self.orders)]

    async def orders(self, request: web.Request) -> web.Response:
        body = await request.read()
        with self.messages:
            # It never waits: the fields come from what is in memory.
            reply = await self.reply(body)
        return self.replied(reply)

    async def reply(self, body: bytes) -> Reply:
        """What the query asks for; 400 where it is none, or asks for what there is not."""
        json = LIBRARIES[self.load.own.json]
        try:
            asked = json.read(body)
            text, variables = str(asked["query"]), asked.get("variables")
        except (ValueError, LookupError, TypeError, AttributeError):
            return 400, json.write({"errors": [{"message": "it is no JSON with a query"}]})
        found = await graphql.graphql(self._schema, text, variable_values=variables)
        if found.data is None:  # not executed: the specification wants no entry of data then
            return 400, json.write({"errors": found.formatted["errors"]})
        return 200, json.write(found.formatted)


class Caller(WebCaller):
    """Sends the query with every call, and reads all that comes."""

    request_headers: ClassVar = {"Content-Type": "application/json"}

    async def open(self, host: str, port: int) -> None:
        await super().open(host, port)
        self._json = LIBRARIES[self.load.own.json]
        self._pick = _order.picking(itemgetter, self.fields)
        self._query = query(self.fields)
        self.request_bytes = len(self._question())
        self.facts["format library"] = f"graphql-core {graphql.version}, {self._json.name}"

    def _question(self) -> bytes:
        return self._json.write({"query": self._query, "variables": {"number": _order.ORDER}})

    async def ask(self, _: int) -> Answer:
        with self.messages:
            asked = self._question()
        body = await self.fetch(PATH, asked)
        with self.messages:
            lines = self._json.read(body)["data"]["order"]["lines"]
            return [*map(self._pick, lines)], len(body)
