"""tus 1.0 to a server of your own, which a TOML file describes (docs/own/README.md)."""

from __future__ import annotations

from bench.model.messages import Address
from bench.model.ownserver import DESCRIBED
from bench.model.ownserver.filling import HOST, PORT, secrets_in
from targets._own import described_in
from targets.upload._relay import RelayTarget

TITLE = "resumable (tus), your own server"
REQUIRES = ("own_server",)
SERVICES = {"own_server": {"side": "backend"}}
PARTS = ({"name": "relay", "role": "relay", "entrance": True},)
STANDS_FOR = "resumable"
SCHEME = "http"
READS = ("tus",)
ON_REQUEST = True


class Relay(RelayTarget):
    """Cuts connections between the clients and the server that the user's file describes."""

    def server_address(self) -> Address:
        server, _ = described_in(self.services)
        return Address(str(server[HOST]), int(str(server[PORT])))

    def address(self, port: int) -> Address:
        """Its own; how the server is asked is told with it."""
        server, _ = described_in(self.services)
        more = {name: str(server[name]) for name in (DESCRIBED, HOST, PORT)}
        more |= secrets_in(server)
        return Address(self.host, port, more=more)
