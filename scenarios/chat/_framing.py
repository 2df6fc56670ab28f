"""How many bytes a message takes on its way, from what clients and servers write.  Pure.

Requests are made here, so that their sizes are those that are sent.  Replies and frames are the
servers' (aiohttp, the broker); a test holds what is reckoned here against what they send.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib.metadata import version

DATE = "Thu, 01 Jan 1970 00:00:00 GMT"


def post(path: str, who: str, host: str, port: int, body: bytes) -> bytes:
    """The request that carries a message up."""
    head = (
        f"POST {path}?{who} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: text/plain\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def poll(who: str, after: int, host: str, port: int) -> bytes:
    """The request that asks for what came after (bench/load/listening.py)."""
    return (
        f"GET /events?{who}&after={after} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: */*\r\n\r\n"
    ).encode()


@cache
def _server_lines() -> str:
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return f"Date: {DATE}\r\nServer: Python/{python} aiohttp/{version('aiohttp')}\r\n\r\n"


def empty_reply() -> bytes:
    """HTTP 204: a message was taken, or there is none."""
    return f"HTTP/1.1 204 No Content\r\n{_server_lines()}".encode()


def reply_head(body_bytes: int) -> bytes:
    """The head of a reply with messages."""
    return (
        f"HTTP/1.1 200 OK\r\nContent-Length: {body_bytes}\r\n"
        f"Content-Type: application/octet-stream\r\n{_server_lines()}"
    ).encode()


def stream_bytes(message_bytes: int, digits: int) -> int:
    """An event of a stream (WHATWG) in a chunk of its own (RFC 9112)."""
    event = len("id: ") + digits + len("\ndata: ") + message_bytes + len("\n\n")
    return len(f"{event:x}\r\n") + event + len("\r\n")


def frame_bytes(message_bytes: int, *, masked: bool) -> int:
    """A WebSocket frame (RFC 6455); what a client sends is masked."""
    length = 0 if message_bytes < 126 else 2 if message_bytes < 1 << 16 else 8
    return 2 + length + 4 * masked + message_bytes


AMQP_FRAME = 8
"""Type, channel, size and end of each frame (AMQP 0.9.1)."""


def _content_bytes(message_bytes: int, properties: int) -> int:
    """The frames of a message's properties and body."""
    return AMQP_FRAME + 14 + properties + AMQP_FRAME + message_bytes


def publish_bytes(message_bytes: int, exchange: str, properties: int) -> int:
    """PS-5: basic.publish without a routing key, and what is published."""
    method = 4 + 2 + 1 + len(exchange) + 1 + 1
    return AMQP_FRAME + method + _content_bytes(message_bytes, properties)


def deliver_bytes(message_bytes: int, exchange: str, tag_bytes: int, properties: int) -> int:
    """PS-5: basic.deliver of the same."""
    method = 4 + 1 + tag_bytes + 8 + 1 + 1 + len(exchange) + 1
    return AMQP_FRAME + method + _content_bytes(message_bytes, properties)
