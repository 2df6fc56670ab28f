"""Whether the values of a description go together: one line for the first mistake.  Pure.

Must not know a pattern: what it needs of a URL is told.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from urllib.parse import urljoin, urlsplit

from bench.model.errors import UsageError
from bench.model.ownserver.broker_checks import of_brokers
from bench.model.ownserver.description import ASKED, TOGETHER, OwnServer
from bench.model.ownserver.events import place_of
from bench.model.ownserver.filling import (
    AFTER,
    BYTES,
    CLIENT,
    FOLDER,
    HOST,
    PAYLOAD,
    PORT,
    REPLY,
    SECRET,
    SEQUENCE,
    STAND_IN,
    fill,
    listed,
    placeholders,
    unknown,
)
from bench.model.ownserver.places import is_broker
from bench.model.ownserver.url_checks import WS, WSS, of_urls

HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
OURS_TO_SET = {"host", "content-length", "transfer-encoding", "connection", "upgrade"}
OF_CLIENTS = (HOST, PORT, CLIENT, AFTER)
OF_EVENTS = (HOST, PORT, CLIENT, PAYLOAD, SEQUENCE, BYTES)
OF_CALLS = (HOST, PORT, CLIENT, SEQUENCE)
OF_UPLOADS = (HOST, PORT, CLIENT)
OF_QUEUES = (CLIENT,)

PLACED = (
    ("subscribe", ("url", "position", "say"), OF_CLIENTS),
    ("subscribe", ("exchange", "routing_key", "queue"), OF_QUEUES),
    ("publish", ("url", "say", "body", "exchange", "routing_key"), OF_EVENTS),
    ("call", ("url", "body"), OF_CALLS),
    ("grpc", ("url", "method"), (HOST, PORT)),
    ("grpc", ("request",), OF_CALLS),
    ("tus", ("url", "metadata"), OF_UPLOADS),
    ("page", ("url",), OF_UPLOADS),
)
"""Texts of a table, and the placeholders that they may have."""

OF_HEADERS = {
    "subscribe": (*OF_CLIENTS, REPLY, SECRET),
    "publish": (*OF_EVENTS, SECRET),
    "call": (*OF_CALLS, SECRET),
    "grpc": (*OF_CALLS, SECRET),
    "tus": (*OF_UPLOADS, SECRET),
    "page": (*OF_UPLOADS, SECRET),
}
"""The tables that have headers, and the placeholders of these."""

EXAMPLES = {
    "subscribe": 'url = "http://{host}:{port}/events"',
    "publish": 'url = "http://{host}:{port}/publish"',
    "call": 'url = "http://{host}:{port}/orders/1"',
    "grpc": (
        'url = "http://{host}:{port}", method = "shop.Orders/Get" and descriptors = "orders.pb"'
    ),
    "tus": 'url = "http://{host}:{port}/files/"',
    "page": 'url = "http://{host}:{port}/" and resources = ["/", "/style.css"]',
}
METHOD = re.compile(r"[A-Z]+")
FULL_METHOD = re.compile(r"\w+(\.\w+)*/\w+")


def check(own: OwnServer, named: Collection[str]) -> None:
    """UsageError naming the key, what is wrong and the remedy; nothing where all is well.

    `named` are the tables and keys that the file has.
    """
    for problem in _problems(own, named):
        raise UsageError(problem)


def _problems(own: OwnServer, named: Collection[str]) -> Iterator[str]:
    yield from _of_tables(named)
    yield from _of_process(own)
    yield from _of_texts(own)
    yield from of_urls(own, named)
    if "publish" in named:
        yield from _of_publishing(own)
    yield from of_brokers(own)
    yield from _of_places(own)
    yield from _of_page(own)
    if own.call.url and not METHOD.fullmatch(own.call.method):
        yield f"call.method = {own.call.method!r}: is no method; write e.g. POST"
    if own.grpc.url:
        yield from _of_grpc(own)


def _of_tables(named: Collection[str]) -> Iterator[str]:
    for name in named:
        if (other := TOGETHER.get(name, name)) not in named:
            yield f"[{other}]: is missing; {example(other)}"
    if not set(ASKED) & set(named):
        listed = ", ".join(f"[{name}]" for name in ASKED)
        yield f"says not how the server is asked: add one of {listed}; e.g. {example(ASKED[0])}"


def _of_grpc(own: OwnServer) -> Iterator[str]:
    grpc = own.grpc
    if not FULL_METHOD.fullmatch(grpc.method):
        yield (
            f"grpc.method = {grpc.method!r}: is no full name; write package, service and method, "
            "e.g. shop.Orders/Get"
        )
    if not grpc.descriptors:
        yield (
            "grpc.descriptors: is empty; have them written by `protoc --include_imports "
            "--descriptor_set_out=orders.pb orders.proto`"
        )
    if urlsplit(fill(grpc.url, STAND_IN)).path not in ("", "/"):
        yield f"grpc.url = {grpc.url}: has a path; write host and port, and the rest in grpc.method"
    for name in grpc.headers:
        if name.lower().endswith("-bin"):
            yield f"grpc.headers.{name}: is binary, which a text is not; use another one"


def _of_page(own: OwnServer) -> Iterator[str]:
    page = own.page
    if page.url and not page.resources:
        yield 'page.resources: is empty; name what the page consists of, e.g. ["/", "/style.css"]'
    for text in page.resources:
        if not text or any(letter <= " " for letter in text):
            yield f"page.resources: {text!r} is no path; write e.g. /style.css"
        elif _netloc_beside(text) != "here":
            yield f"page.resources: {text} is on another server; name those of page.url alone"
        for name in unknown(text, OF_UPLOADS):
            yield f"page.resources: unknown placeholder {{{name}}}; there is {listed(OF_UPLOADS)}"


def _netloc_beside(resource: str) -> str:
    """Where a resource of http://here/ is; "" where it is no URL."""
    try:
        return urlsplit(urljoin("http://here/", resource)).netloc
    except ValueError:
        return ""


def example(table: str) -> str:
    return f"add [{table}] with e.g. {EXAMPLES[table]}"


def _of_process(own: OwnServer) -> Iterator[str]:
    server = own.server
    if server.command and server.pid:
        yield (
            f"server.pid = {server.pid}: contradicts server.command; keep the command (we start "
            "it) or the pid (it runs already)"
        )
    if server.pid < 0:
        yield f"server.pid = {server.pid}: must be above 0; write the number that `pgrep` shows"
    for key in ("files", "env"):
        if getattr(server, key) and not server.command:
            yield f"server.{key}: belongs to server.command; add the command or remove it"
    for name in server.files:
        if "/" in name or name.startswith("."):
            yield f"server.files.{name}: must be a plain file name; it is written into {{folder}}"


def _of_texts(own: OwnServer) -> Iterator[str]:
    """Placeholders that mean nothing where they stand, and headers that cannot be sent."""
    for key, text, allowed in _texts(own):
        for name in unknown(text, allowed):
            yield f"{key}: unknown placeholder {{{name}}}; there is {listed(allowed)}"
        used = set(placeholders(text)) & {HOST, PORT}
        if used and not own.server.command:
            yield (
                f"{key}: {{{min(used)}}} is only known where server.command starts the server; "
                "write host and port"
            )
    for table in OF_HEADERS:
        for name, value in getattr(own, table).headers.items():
            yield from _of_header(f"{table}.headers.{name}", name, value)


def _of_header(key: str, name: str, value: str) -> Iterator[str]:
    if not HEADER.fullmatch(name):
        yield f"{key}: {name!r} is no header's name; write e.g. Authorization"
    if name.lower() in OURS_TO_SET:
        yield f"{key}: is set from the URL and the body; remove it"
    if "\n" in value or "\r" in value:
        yield f"{key}: has a line end; write it in one line"


def _texts(own: OwnServer) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Each text with its key and the placeholders that it may have."""
    for table, keys, allowed in PLACED:
        for key in keys:
            text = getattr(getattr(own, table), key)
            # What may be told in words, such as a URL of HTTP, has no secrets.
            is_hidden = key == "say" or (key == "url" and is_broker(text))
            secret = (SECRET,) if is_hidden else ()
            yield f"{table}.{key}", text, (*allowed, *secret)
    for table, in_headers in OF_HEADERS.items():
        for name, value in getattr(own, table).headers.items():
            yield f"{table}.headers.{name}", value, in_headers
    for word in own.publish.command:
        yield "publish.command", word, OF_EVENTS
    for word in own.server.command:
        yield "server.command", word, (HOST, PORT, FOLDER)


def secrets_of(own: OwnServer) -> list[str]:
    """The environment variables that its texts name."""
    found = [name for _, text, _ in _texts(own) for name in placeholders(text)]
    return [one.removeprefix(SECRET) for one in dict.fromkeys(found) if one.startswith(SECRET)]


def _of_publishing(own: OwnServer) -> Iterator[str]:
    publish, event = own.publish, own.event
    ways = {
        "url": bool(publish.url),
        "command": bool(publish.command),
        "by_itself": publish.by_itself,
    }
    chosen = [f"publish.{way}" for way, is_chosen in ways.items() if is_chosen]
    if not chosen:
        yield "publish: says no way; add url, command or by_itself = true"
    if len(chosen) > 1:
        yield f"{chosen[1]}: contradicts {chosen[0]}; keep one way to publish"
    if publish.url and "{payload}" not in publish.body:
        yield f"publish.body = {publish.body!r}: lacks {{payload}}; the event must be in it"
    if publish.say and not publish.url.startswith((f"{WS}://", f"{WSS}://")):
        yield "publish.say: belongs to a WebSocket; write publish.url = ws://..., or remove it"
    if publish.command and not any("{payload}" in word for word in publish.command):
        yield "publish.command: lacks {payload}; the event must be one of its words"
    if publish.by_itself and not event.sequence:
        yield 'event.sequence: is missing; publish.by_itself needs it, e.g. sequence = "$.sequence"'
    for key in ("sequence", "timestamp"):
        value = getattr(event, key)
        if value and not publish.by_itself:
            yield f"event.{key} = {value}: our payload has it; remove it, or set publish.by_itself"


def _of_places(own: OwnServer) -> Iterator[str]:
    for key in ("payload", "after", "sequence", "timestamp"):
        text = getattr(own.event, key)
        try:
            if text or key == "payload":
                place_of(text)
        except ValueError as error:
            yield f"event.{key} = {text!r}: {error}"
    for table in ("call", "grpc"):
        asked = getattr(own, table)
        for text in asked.fields:
            try:
                if not place_of(text).is_json:
                    yield f'{table}.fields: {text!r} is no value of JSON; write e.g. "$.name"'
            except ValueError as error:
                yield f"{table}.fields: {text!r} {error}"
        if asked.url and not asked.fields:
            yield f'{table}.fields: is empty; name what a caller reads, e.g. "$.name"'
