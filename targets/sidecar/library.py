"""Client and service themselves speak HTTP/2 over TLS 1.3, and both show a certificate."""

from __future__ import annotations

from typing import Any

from bench.certificates import make_certificates
from bench.model.messages import Address
from targets.sidecar import _secured as secured
from targets.sidecar._server import Service

TITLE = "library"
EXAMPLE = "curl -ik 'https://{host}:{port}/item'"


class Target(Service):
    """The same service; what differs is what its server is told."""

    version = "_secured.py"

    async def start(self, port: int) -> int:
        self.data.mkdir(parents=True, exist_ok=True)
        self.certificates = make_certificates(self.data, [self.host, "localhost"])
        return await super().start(port)

    def settings(self) -> dict[str, Any]:
        return secured.settings(self.certificates)

    def address(self, port: int) -> Address:
        made = self.certificates
        return Address(
            self.host,
            port,
            ca_file=str(made.ca),
            client_cert=str(made.client_cert),
            client_key=str(made.client_key),
            refused={name: (str(one.cert), str(one.key)) for name, one in made.refused.items()},
        )
