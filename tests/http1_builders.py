"""HTTP/1.1 replies as bytes, and what h11 reads of them; for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import h11
from hypothesis import strategies as st
from load_builders import FakeTransport, pieces

from bench.load.clients.http1 import (
    Http1Connection,
    get,
)

REQUEST = get("/", "host", 80)

INTERIM = (
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n",
)

BODYLESS = (204, 304)


@dataclass(frozen=True)
class Wire:
    """A reply's bytes and how its end is known."""

    data: bytes
    framing: str
    closes: bool


def head(status: int, headers: Sequence[tuple[str, str]]) -> bytes:
    lines = [f"HTTP/1.1 {status} Reason", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode()


def chunked(body: bytes, cuts: Sequence[int], trailer: bool) -> bytes:
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in pieces(body, cuts))
    return chunks + b"0\r\n" + (b"X-Sum: 1\r\n" if trailer else b"") + b"\r\n"


@st.composite
def replies(draw: st.DrawFn, framings: Sequence[str] = ("length", "chunked", "close")) -> Wire:
    """A correct reply of any status, with any framing, after any interim replies."""
    status = draw(st.sampled_from([200, 201, 404, 500, *BODYLESS]))
    framing = draw(st.sampled_from(framings))
    body = b"" if status in BODYLESS else draw(st.binary(max_size=60))
    headers = draw(
        st.lists(st.sampled_from([("Server", "x"), ("X-Empty", ""), ("Vary", "a, b")]), max_size=2)
    )
    closes = framing == "close" or draw(st.booleans())
    if status in BODYLESS:
        framing = "none"
    elif framing == "length":
        headers.append(
            (draw(st.sampled_from(["Content-Length", "content-length"])), str(len(body)))
        )
    elif framing == "chunked":
        headers.append(("Transfer-Encoding", "chunked"))
        body = chunked(body, draw(st.lists(st.integers(0, 60))), draw(st.booleans()))
    if closes:
        headers.append(("Connection", "close"))
    interim = b"".join(draw(st.lists(st.sampled_from(INTERIM), max_size=2)))
    return Wire(interim + head(status, headers) + body, framing, closes)


def oracle(data: bytes, ended: bool) -> tuple[int, bytes]:
    """Status and body by h11."""
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method="GET", target="/", headers=[("Host", "host")]))
    client.send(h11.EndOfMessage())
    client.receive_data(data)
    if ended:
        client.receive_data(b"")
    status, body = 0, b""
    while not isinstance(event := client.next_event(), h11.EndOfMessage):
        if isinstance(event, h11.Response):
            status = event.status_code
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
        else:
            assert isinstance(event, h11.InformationalResponse), event
    return status, body


def opened(kind: type[Http1Connection] = Http1Connection) -> Http1Connection:
    connection = kind()
    connection.connection_made(FakeTransport())  # type: ignore[arg-type]
    return connection
