"""How the application is served: HTTP/1.1 in the clear."""

from __future__ import annotations

from typing import Any

from granian.constants import HTTPModes
from granian.http import HTTP1Settings

FOREVER_MS = 86_400_000
"""Slow headers would end a connection otherwise."""


def settings() -> dict[str, Any]:
    """What the server is told of protocol and transport."""
    return {
        "http": HTTPModes.http1,
        "http1_settings": HTTP1Settings(header_read_timeout=FOREVER_MS),
    }
