"""tus 1.0 behind a proxy that buffers bodies: what a cut breaks off never reaches the server."""

from __future__ import annotations

from collections.abc import Sequence

from bench.model.proxy import BufferBodies, Listener, Proxy, Upstream
from targets.upload._relay import RelayTarget
from targets.upload.resumable import Server as Resumable

TITLE = "resumable, buffering proxy"
REQUIRES = ("envoy",)
PROXIES = ("proxy",)
PARTS = (
    {"name": "server", "role": "server"},
    {"name": "relay", "role": "relay", "entrance": True},
)
ON_REQUEST = True
EXAMPLE = (
    "curl -i -X POST -H 'Tus-Resumable: 1.0.0' -H 'Upload-Length: 3' 'http://{host}:{port}/files'"
)


class Server(Resumable):
    """The same server behind Envoy, which holds a PATCH back until all of it has come."""

    def proxies(self) -> Sequence[Proxy]:
        most = self.load.own.file_size_bytes + 1
        return [
            Proxy(
                "proxy",
                (Listener("http1"),),
                (Upstream("up", ("server",)),),
                filters=(BufferBodies("requests", most),),
            )
        ]


class Relay(RelayTarget):
    """Cuts connections between the clients and the proxy."""
