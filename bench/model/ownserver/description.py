"""What a TOML file says of a server that is not ours: its form, and what each key means.  Pure.

Types and words only; reading.py reads the file, checks.py says whether the values go together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

NOTHING_NEW = (204, 304)

EVENTS = ("subscribe", "publish")
"""The tables of a server that tells its clients of events."""

DESCRIBED = "description"
"""Under this name the address of a described server has the text that describes it."""

SEEN_ONLY = "events_are_those_seen"
"""A fact of a trial whose server publishes by itself: its events are those that arrived."""

UNTIMED = "events_have_no_time"
"""A fact of a trial whose events do not say when they came up: nothing can be called late."""

ASKED = ("subscribe", "call", "grpc", "tus", "page")
"""Tables that say how a server is asked: at least one of them is there."""

TOGETHER: Mapping[str, str] = {"subscribe": "publish", "publish": "subscribe"}
"""Tables of which neither means anything without the other."""

KEYS: Mapping[str, tuple[str, str]] = {
    "title": ("text", "its name in tables and figures"),
    "server.command": ("a list of texts", "starts it: metered, pinned, stopped and killed by us"),
    "server.pid": ("a whole number", "it runs already: metered, and left alone"),
    "server.files": ("a table of texts", "files that are written into {folder} before it starts"),
    "server.env": ("a table of texts", "environment variables beside ours"),
    "subscribe.url": ("text", "what each client asks for, or connects to"),
    "subscribe.headers": ("a table of texts", "headers of that request"),
    "subscribe.position": ("text", "polls: a URL whose reply is the first {after}"),
    "subscribe.first": ("text", "what {after} is before anything has come"),
    "subscribe.say": ("text", "WebSocket: the message that a client sends first"),
    "subscribe.empty": ("a list of whole numbers", "polls: statuses that mean: nothing new"),
    "subscribe.ready": ("a number of seconds", "a held first request is waited for so long"),
    "subscribe.exchange": ("text", "AMQP: each client's own queue is bound to it"),
    "subscribe.routing_key": ("text", "AMQP: the key of that binding"),
    "subscribe.queue": ("text", "AMQP, instead: a queue that is there already for each client"),
    "event.payload": ("text", "where in a message the payload stands"),
    "event.after": ("text", "where the next {after} stands; without: the sequence number"),
    "event.sequence": ("text", "published by itself: where the event's number stands"),
    "event.timestamp": ("text", "published by itself: where its time stands; without: no latency"),
    "event.timestamp_unit": ('"s", "ms", "us" or "ns"', "the unit of that time since 1970"),
    "publish.url": ("text", "events are posted there, or sent over a WebSocket"),
    "publish.say": ("text", "WebSocket: the message that the publisher sends first"),
    "publish.body": ("text", "what is posted or sent"),
    "publish.exchange": ("text", "AMQP: events are published to it"),
    "publish.routing_key": ("text", "AMQP: with this key"),
    "publish.headers": ("a table of texts", "headers of that request"),
    "publish.command": ("a list of texts", "a program that publishes one event"),
    "publish.by_itself": ("true", "it publishes on its own; its events need a number"),
    "call.url": ("text", "what each call asks for"),
    "call.method": ("text", "how it is asked for: GET, POST, ..."),
    "call.headers": ("a table of texts", "headers of that request"),
    "call.body": ("text", "what is sent with it"),
    "call.status": ("a list of whole numbers", "statuses of a good answer"),
    "call.fields": ("a list of texts", "the values that a caller reads of the answer's JSON"),
    "grpc.url": ("text", "where the gRPC server is"),
    "grpc.method": ("text", "the method with its package and service, as shop.Orders/Get"),
    "grpc.descriptors": ("text", "a file of descriptors that has the method, as protoc writes it"),
    "grpc.request": ("text", "the request message, in JSON"),
    "grpc.headers": ("a table of texts", "metadata of each call"),
    "grpc.fields": ("a list of texts", "the values that a caller reads of the answer"),
    "tus.url": ("text", "where tus creates uploads"),
    "tus.headers": ("a table of texts", "headers of every request of an upload"),
    "tus.metadata": ("text", "the header Upload-Metadata of a new upload"),
    "tus.read": ("true", "the stored file can be read with GET: its SHA-256 is compared"),
    "page.url": ("text", "where the page is"),
    "page.resources": ("a list of texts", "what it consists of: paths, or URLs of that server"),
    "page.headers": ("a table of texts", "headers of each of their requests"),
    "tls.ca": ("text", "https, wss: a file of the certificates that vouch for the server"),
    "limit.per_second": ("a number", "most requests and deliveries per second on another host"),
}
"""Every key, with its form and what it is for.  The documentation is checked against it."""


class Process(Struct, frozen=True, forbid_unknown_fields=True):
    """What runs: a command that starts it, or the pid of one that runs; nothing: not metered."""

    command: list[str] = field(default_factory=list)
    pid: int = 0
    files: dict[str, str] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)


class Subscribe(Struct, frozen=True, forbid_unknown_fields=True):
    """How a client asks for events."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)
    position: str = ""
    first: str = ""
    say: str = ""
    empty: list[int] = field(default_factory=lambda: list(NOTHING_NEW))
    ready: Annotated[float, Meta(ge=0, le=10)] = 0.1
    exchange: str = ""
    routing_key: str = ""
    queue: str = ""


class EventPlaces(Struct, frozen=True, forbid_unknown_fields=True):
    """Where in a message its parts stand: see events.py."""

    payload: str = "whole"
    after: str = ""
    sequence: str = ""
    timestamp: str = ""
    timestamp_unit: Literal["s", "ms", "us", "ns"] = "ms"


class Publish(Struct, frozen=True, forbid_unknown_fields=True):
    """How an event gets to the server; one of the three ways."""

    url: str = ""
    say: str = ""
    body: str = "{payload}"
    exchange: str = ""
    routing_key: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    command: list[str] = field(default_factory=list)
    by_itself: bool = False


class Call(Struct, frozen=True, forbid_unknown_fields=True):
    """What a caller asks, and what it reads of the answer."""

    url: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    status: list[int] = field(default_factory=lambda: [200])
    fields: list[str] = field(default_factory=lambda: ["$"])


class Grpc(Struct, frozen=True, forbid_unknown_fields=True):
    """A method with one request and one answer; its descriptors are named as `Tls.ca` is."""

    url: str
    method: str
    descriptors: str
    request: str = "{}"
    headers: dict[str, str] = field(default_factory=dict)
    fields: list[str] = field(default_factory=lambda: ["$"])


class Tus(Struct, frozen=True, forbid_unknown_fields=True):
    """Where files go by tus 1.0."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)
    metadata: str = ""
    read: bool = False


class Page(Struct, frozen=True, forbid_unknown_fields=True):
    """A page of many resources."""

    url: str
    resources: list[str]
    headers: dict[str, str] = field(default_factory=dict)


class Tls(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to trust; the file is named as seen from the description's folder."""

    ca: str = ""


class Limit(Struct, frozen=True, forbid_unknown_fields=True):
    """What another host is spared; without effect on this one."""

    per_second: Annotated[float, Meta(gt=0)] = 100.0


class OwnServer(Struct, frozen=True, forbid_unknown_fields=True):
    """A server that somebody else wrote.

    Of the tables that say how it is asked those are there that the file has: see `tables`.
    """

    subscribe: Subscribe = field(default_factory=lambda: Subscribe(""))
    publish: Publish = field(default_factory=Publish)
    call: Call = field(default_factory=lambda: Call(""))
    grpc: Grpc = field(default_factory=lambda: Grpc("", "", ""))
    tus: Tus = field(default_factory=lambda: Tus(""))
    page: Page = field(default_factory=lambda: Page("", []))
    title: str = ""
    server: Process = field(default_factory=Process)
    event: EventPlaces = field(default_factory=EventPlaces)
    tls: Tls = field(default_factory=Tls)
    limit: Limit = field(default_factory=Limit)

    @property
    def tables(self) -> list[str]:
        """The tables that say how it is asked; each of them begins with a URL."""
        return [name for name in ASKED if getattr(self, name).url]

    @property
    def url(self) -> str:
        """Where it is: the first URL by which it is asked."""
        return str(getattr(self, self.tables[0]).url) if self.tables else ""

    @property
    def files(self) -> dict[str, str]:
        """The files that it names, by key, as seen from its folder."""
        named = {"tls.ca": self.tls.ca, "grpc.descriptors": self.grpc.descriptors}
        return {key: name for key, name in named.items() if name}

    @property
    def is_metered(self) -> bool:
        return bool(self.server.command or self.server.pid)

    @property
    def is_untimed(self) -> bool:
        """Whether nobody can know when its events came up."""
        return self.publish.by_itself and not self.event.timestamp

    @property
    def is_started(self) -> bool:
        """Whether it is ours to start, and so to stop, kill and start again."""
        return bool(self.server.command)
