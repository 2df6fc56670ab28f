"""What the harness puts before a target that asks for it: an Envoy of the trial's own.

The target only says what kind of front it wants; ports, certificates and the
process are the lab's.  Knows nothing of patterns.

    {"kind": "page", "streams": 100}             HTTP/1.1, TLS (HTTP/2 or 1.1), HTTP/3
    {"kind": "multiplexing", "streams": 100}     HTTP/1.1 in, one HTTP/2 connection out
    {"kind": "demultiplexing", "connections": 6, "streams": 100}
                                                 HTTP/2 in, so many HTTP/1.1 connections out
"""

from __future__ import annotations

import shutil
import socket
from typing import Any

import msgspec

from bench.lab.certificates import fingerprint, make_certificates
from bench.lab.proxies import envoy_config
from bench.lab.proxies.envoy import Envoy
from bench.lab.scratch import make_folder
from bench.lab.side import Side
from bench.model.errors import TrialFailed
from bench.model.messages import Address, Listener, Values

FOLDER_PREFIX = "patternbench-front-"
COUNTED = (
    r"^(http\..*downstream_(cx|rq)_(total|active|http[123]_total)|listener\..*ssl\.handshake"
    r"|cluster\..*upstream_(cx|rq)_(total|http[123]_total)|cluster\..*upstream_cx_active)$"
)


class Front:
    """A proxy before the server at `port` of `place`, running once made."""

    def __init__(self, wish: Values, pins: list[int], place: Side, port: int) -> None:
        self._folder = make_folder(FOLDER_PREFIX)
        self._trust = {"ca_file": ""}
        try:
            self._envoy = Envoy(pins, self._config(wish, place, port), place)
            self._envoy.start()
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise

    def _config(self, wish: Values, place: Side, port: int) -> dict[str, Any]:
        streams = int(wish.get("streams") or 100)
        ports = place.free_ports(3)
        if wish["kind"] == "page":
            certificates = make_certificates(self._folder, [place.host])
            self._trust = {
                "ca_file": str(certificates.ca),
                "key_fingerprint": fingerprint(certificates.cert),
            }
            return envoy_config.front(
                place.host,
                ports[0],
                ports[1],
                place.free_port(socket.SOCK_DGRAM),
                envoy_config.Upstream(place.host, port),
                envoy_config.Certificate(str(certificates.cert), str(certificates.key)),
                ports[2],
                streams,
            )
        if wish["kind"] == "multiplexing":
            return envoy_config.multiplexer(
                place.host, ports[0], place.host, port, ports[1], streams
            )
        if wish["kind"] == "demultiplexing":
            connections = int(wish["connections"] or 0)
            return envoy_config.demultiplexer(
                place.host, ports[0], place.host, port, connections, ports[1], streams
            )
        raise TrialFailed(f"the target wants a front of unknown kind {wish['kind']!r}")

    @property
    def listeners(self) -> dict[str, Listener]:
        """The ways into it."""
        return msgspec.convert(self._envoy.service["listeners"], dict[str, Listener])

    def before(self, server: Address) -> Address:
        """The server's address with what clients must know of this proxy."""
        return msgspec.structs.replace(server, listeners=self.listeners, **self._trust)

    @property
    def pids(self) -> list[int]:
        return self._envoy.pids

    @property
    def alive(self) -> bool:
        return self._envoy.alive

    def log_tail(self) -> list[str]:
        return self._envoy.log_tail()

    def counts(self) -> dict[str, float]:
        """Envoy's counters of connections, handshakes and requests by their own names."""
        return {name: float(value) for name, value in self._envoy.counters(COUNTED).items()}

    def stop(self) -> None:
        self._envoy.stop()
        shutil.rmtree(self._folder, ignore_errors=True)
