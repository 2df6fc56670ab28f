"""What a link is: paths of two directions with delay, jitter, loss, rate and queue.  Pure.

Times are integer nanoseconds, rates bits per second, loss a share of packets.
Knows nothing of how a link is emulated, nor of loads and command lines.
"""

from __future__ import annotations

from dataclasses import dataclass

LOOPBACK = "loopback"
EMULATED = "emulated"

CLIENTS, BACKEND, SERVICES, STANDBY = SIDES = ("clients", "backend", "services", "standby")
"""The places on the network."""

LINKS = (CLIENTS, SERVICES, STANDBY)
"""The links between them, each named after the side that it leads to from the backend:
clients - backend, backend - services, services - standby."""


@dataclass(frozen=True)
class Way:
    """One direction of a path.  `rate` 0 is unlimited; `queue_ns` bounds the wait for it."""

    delay_ns: int = 0
    jitter_ns: int = 0
    loss: float = 0.0
    rate: float = 0.0
    queue_ns: int = 100_000_000


@dataclass(frozen=True)
class Path:
    """Both directions; `up` leads from clients to the backend, and on from there."""

    up: Way = Way()
    down: Way = Way()

    @property
    def rtt_ns(self) -> int:
        return self.up.delay_ns + self.down.delay_ns


@dataclass(frozen=True)
class Link:
    """One path or two, and the congestion control of both ends ("" is the host's)."""

    paths: tuple[Path, ...] = (Path(),)
    congestion: str = ""


@dataclass(frozen=True)
class Named:
    """A link that has a name: the text that it stands for, and who says so."""

    text: str
    source: str


NAMED = {
    "lan": Named("rtt=500us,rate=1gbit", "Gigabit Ethernet; a local network answers within 1 ms"),
    "wifi": Named("rtt=2ms,rate=30mbit/15mbit", 'Firefox developer tools, profile "Wi-Fi"'),
    "4g": Named("rtt=170ms,rate=9mbit", 'WebPageTest, profile "4G (9 Mbps, 170ms RTT)"'),
    "wan": Named(
        "rtt=80ms,rate=100mbit", "about Europe to the east of North America; the rate is ours"
    ),
    "satellite": Named(
        "rtt=560ms,rate=25mbit/3mbit",
        "RFC 2488: at least 558 ms by a geostationary satellite; the rates are the FCC's "
        "definition of broadband from 2015 to 2024",
    ),
}
CHOICES = (LOOPBACK, EMULATED, *NAMED)
CONGESTION = ("host", "reno", "cubic", "bbr")
