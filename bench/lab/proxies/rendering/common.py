"""What all parts of a configuration need: where a proxy stands, addresses, typed extensions.

Opens no socket and writes no file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.model.proxy import Endpoint

Config = dict[str, Any]
"""A part of Envoy's configuration, as its JSON has it."""

PLENTY = 1_000_000
"""For limits that are not to be met.  Left out, they are 1024, and Envoy answers 503."""

_TYPES = "type.googleapis.com/envoy"


ADMIN = "admin"
"""The socket's name in its folder, where the proxy runs: a whole path may be too long for one."""


@dataclass(frozen=True)
class CertificateFiles:
    """Paths of the trial's PEM files: whom to trust, and what server and client show."""

    ca: str
    cert: str
    key: str
    client_cert: str
    client_key: str


@dataclass(frozen=True)
class Placement:
    """Where one proxy process stands: its name, ports, and the addresses of its endpoints.

    `ports` are by listener, `endpoints` by upstream.  `folder` is the process's own, for
    the files that it reads and writes.
    """

    name: str
    host: str
    ports: Mapping[str, int]
    endpoints: Mapping[str, Sequence[Endpoint]]
    folder: str
    certificates: CertificateFiles | None = None

    def needed_certificates(self) -> CertificateFiles:
        """ValueError where TLS is asked for and there are none."""
        if self.certificates is None:
            raise ValueError(f"proxy {self.name}: TLS needs certificates")
        return self.certificates

    def endpoints_path(self, upstream: str) -> str:
        """The file that holds the endpoints of an upstream whose endpoints can change."""
        return f"{self.folder}/endpoints-{upstream}.json"

    @property
    def admin_path(self) -> str:
        """The Unix socket that tells the counters: no port, and no packet on any link."""
        return f"{self.folder}/{ADMIN}"

    @property
    def access_log_path(self) -> str:
        return f"{self.folder}/access.log"


def address(found: Endpoint, protocol: str = "TCP") -> Config:
    return {
        "socket_address": {
            "protocol": protocol,
            "address": found.host,
            "port_value": found.port,
        }
    }


def any_of(kind: str, **fields: Any) -> Config:
    """A message with its type; `kind` counts from Envoy's own package."""
    return {"@type": f"{_TYPES}.{kind}", **fields}


def extension(name: str, kind: str, **fields: Any) -> Config:
    """A typed extension; `kind` counts from Envoy's package of extensions."""
    return {"name": name, "typed_config": any_of(f"extensions.{kind}", **fields)}


def seconds(value: float) -> str:
    """A duration as Envoy writes it; "0s" switches a timeout off."""
    return f"{value:.9f}".rstrip("0").rstrip(".") + "s"


def lines(config: Any) -> int:
    """The lines that a configuration has in YAML: one for each value, and each name of others."""
    if not config:
        return 1
    if isinstance(config, Mapping):
        inner = ((value, 0 if _is_plain(value) else 1) for value in config.values())
        return sum(extra + lines(value) for value, extra in inner)
    if isinstance(config, Sequence) and not isinstance(config, str):
        return sum(lines(value) for value in config)
    return 1


def _is_plain(value: Any) -> bool:
    """Whether it stands on the line of its name: a word, a number, or nothing."""
    return not value or isinstance(value, str | int | float)
