"""Where a described server is, as far as it takes no look at a file.  Pure."""

from __future__ import annotations

from pathlib import PurePath
from urllib.parse import urlsplit

from bench.model.ownserver.description import OwnServer

USUAL_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443, "amqp": 5672, "amqps": 5671}
SECURE = ("https", "wss", "amqps")
BROKERS = ("amqp", "amqps")


def is_secure(url: str) -> bool:
    """Whether it is reached over TLS."""
    return urlsplit(url).scheme in SECURE


def is_broker(url: str) -> bool:
    """Whether it is an AMQP broker."""
    return url.partition(":")[0] in BROKERS


def port_of(url: str) -> int:
    """The port that a URL names, or means; 0 where it asks for a free one."""
    parts = urlsplit(url)
    return USUAL_PORTS.get(parts.scheme, 80) if parts.port is None else parts.port


def ca_file_of(own: OwnServer, folder: str) -> str:
    """The file of the certificates to trust, of a description in a folder; "" for the usual."""
    return str(PurePath(folder) / own.tls.ca) if own.tls.ca else ""
