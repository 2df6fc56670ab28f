"""What the harness puts before a target that asks for it, in one of three kinds.

{"kind": "page", "streams": 100}             HTTP/1.1, TLS (HTTP/2 or 1.1), HTTP/3
{"kind": "multiplexing", "streams": 100}     HTTP/1.1 in, one HTTP/2 connection out
{"kind": "demultiplexing", "connections": 6, "streams": 100}
                                             HTTP/2 in, so many HTTP/1.1 connections out
"""

from __future__ import annotations

from bench.lab.proxies.proxyset import ProxySet
from bench.lab.side import Side
from bench.model.errors import TrialFailed
from bench.model.messages import Address, Values
from bench.model.proxy import Endpoint, Limits, Listener, Proxy, Upstream


class Front:
    """A proxy before the server at `port` of `place`, running once made."""

    def __init__(self, wish: Values, pins: list[int], place: Side, port: int) -> None:
        self._set = ProxySet({"backend": place}, pins)
        try:
            self._set.declare([_proxy(wish)])
            self._set.start_all({"server": [Endpoint(place.host, port)]})
        except BaseException:
            self._set.stop()
            raise

    def before(self, server: Address) -> Address:
        """The server's address with what clients must know of this proxy."""
        return self._set.before(server)

    @property
    def pids(self) -> list[int]:
        return self._set.pids

    @property
    def alive(self) -> bool:
        return not self._set.dead()

    def log_tail(self) -> list[str]:
        return self._set.log_tail()

    def counts(self) -> dict[str, float]:
        """Envoy's counters of connections, handshakes and requests by their own names."""
        return self._set.counts()

    def stop(self) -> None:
        self._set.stop()


def _proxy(wish: Values) -> Proxy:
    streams = int(wish.get("streams") or 100)
    server = ("server",)
    if wish["kind"] == "page":
        listeners = (
            Listener("http1"),
            Listener("tls", ("http2", "http1"), tls=True, max_streams=streams),
            Listener("quic", ("http3",), tls=True, max_streams=streams),
        )
        return Proxy("proxy", listeners, (Upstream("up", server),))
    if wish["kind"] == "multiplexing":
        one = Upstream("up", server, "http2", max_streams=streams, limits=Limits(connections=1))
        return Proxy("proxy", (Listener("http1"),), (one,))
    if wish["kind"] == "demultiplexing":
        few = Upstream("up", server, limits=Limits(connections=int(wish["connections"] or 0)))
        return Proxy("proxy", (Listener("http2", ("http2",), max_streams=streams),), (few,))
    raise TrialFailed(f"the target wants a front of unknown kind {wish['kind']!r}")
