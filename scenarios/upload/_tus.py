"""The requests of a tus 1.0 client, and what it reads of replies.  Pure.

Knows neither sockets nor files; tested against servers of others.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

VERSION = "Tus-Resumable: 1.0.0\r\n"
BODY_TYPE = "Content-Type: application/offset+octet-stream\r\n"


def creation(size: int) -> str:
    """The headers of a POST that creates an upload of `size` bytes."""
    return f"{VERSION}Upload-Length: {size}\r\nContent-Length: 0\r\n"


def continuation(offset: int) -> str:
    """The headers of a PATCH that goes on at `offset`."""
    return f"{VERSION}{BODY_TYPE}Upload-Offset: {offset}\r\n"


def path_of(headers: Mapping[bytes, bytes], created_at: str = "/") -> str:
    """Where an upload is that was created at a path; ValueError where the reply does not say."""
    found = urlsplit(urljoin(created_at, _header(headers, b"location")))
    return found.path + (f"?{found.query}" if found.query else "")


def offset_of(headers: Mapping[bytes, bytes]) -> int:
    """How much of an upload has come; ValueError where the reply does not say."""
    return int(_header(headers, b"upload-offset"))


def _header(headers: Mapping[bytes, bytes], name: bytes) -> str:
    if name not in headers:
        raise ValueError(f"the reply has no header {name.decode()}")
    return headers[name].decode()
