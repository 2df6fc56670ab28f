"""How the application is served by a library: HTTP/2, TLS 1.3, clients show a certificate."""

from __future__ import annotations

from typing import Any

from granian.constants import HTTPModes, SSLProtocols
from granian.http import HTTP2Settings

from bench.certificates import Certificates

STREAMS = 1000
"""Requests that may be under way on one connection."""


def settings(certificates: Certificates) -> dict[str, Any]:
    """What the server is told of protocol and transport."""
    return {
        "http": HTTPModes.http2,
        "http2_settings": HTTP2Settings(max_concurrent_streams=STREAMS),
        "ssl_cert": certificates.cert,
        "ssl_key": certificates.key,
        "ssl_ca": certificates.ca,
        "ssl_client_verify": True,
        "ssl_protocol_min": SSLProtocols.tls13,
    }
