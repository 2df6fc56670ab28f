"""Where the sides of an emulated network are, what joins them, and who is behind whom.  Pure.

    clients ---clients--- backend ---services--- services ---standby--- standby

A link has the name of the side that it leads to, seen from the backend.  A side whose
link is not asked for is no place of its own: it is where the link would begin (services
on the backend, a standby with its services, clients on the backend).
Knows nothing of devices and packets.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bench.model.links import BACKEND, CLIENTS, SERVICES, STANDBY

PREFIX = 24
FIRST_SPARE, LAST_SPARE = 3, 254
"""The last bytes of addresses that a path's near side may get in place of its first."""


@dataclass(frozen=True)
class Span:
    """What a link may be made of: its two sides; for each path a subnet (three bytes) and devices.

    `near` has the address .1 and `far` .2; `up` leads from near to far.  A path's device
    has the same name on both sides.
    """

    link: str
    near: str
    far: str
    subnets: tuple[str, ...]
    devices: tuple[str, ...]

    def address(self, side: str, path: int = 0) -> str:
        """The IPv4 address that one of its sides has on a path."""
        return f"{self.subnets[path]}.{1 + (self.near, self.far).index(side)}"

    def following(self, address: str) -> str:
        """The near side's next address on a path after this one: .3 to .254, and round again."""
        subnet, _, last = address.rpartition(".")
        found = int(last) + 1
        return f"{subnet}.{found if FIRST_SPARE <= found <= LAST_SPARE else FIRST_SPARE}"

    def other(self, side: str) -> str:
        return self.far if side == self.near else self.near


SPANS = (
    Span(CLIENTS, CLIENTS, BACKEND, ("10.77.0", "10.78.0"), ("path0", "path1")),
    Span(SERVICES, BACKEND, SERVICES, ("10.79.0",), ("services",)),
    Span(STANDBY, SERVICES, STANDBY, ("10.80.0",), ("standby",)),
    Span(STANDBY, BACKEND, STANDBY, ("10.81.0",), ("standby-direct",)),
)


def spans_of(links: Collection[str]) -> dict[str, Span]:
    """The span of each of these links, by its name."""
    behind = SERVICES if SERVICES in links else BACKEND
    return {
        span.link: span
        for span in SPANS
        if span.link in links and not (span.link == STANDBY and span.near != behind)
    }


def where(side: str, links: Collection[str]) -> str:
    """The side on which those of `side` are, where only these links are asked for."""
    if side == STANDBY and STANDBY not in links:
        side = SERVICES
    return side if side in (BACKEND, *links) else BACKEND


def host(side: str, links: Collection[str], path: int = 0) -> str:
    """The address by which all sides reach those of `side`; `path` is one of the clients' link."""
    place = where(side, links)
    # Of the backend always the same: the address stays while its device is down.
    if place in (CLIENTS, BACKEND):
        return SPANS[0].address(place, path)
    return spans_of(links)[place].address(place)


def behind(side: str, span: Span, spans: Collection[Span]) -> Iterator[str]:
    """The sides that are reached from `side` over `span`, the nearest first."""
    nearest = span.other(side)
    yield nearest
    for further in spans:
        if further != span and nearest in (further.near, further.far):
            yield from behind(nearest, further, spans)


def subnets_behind(side: str, span: Span, spans: Collection[Span]) -> list[str]:
    """The subnets of others that `side` reaches over the first path of `span`."""
    sides = set(behind(side, span, spans))
    further = [one for one in SPANS if one == SPANS[0] or one in spans]
    own = {subnet for one in spans if side in (one.near, one.far) for subnet in one.subnets}
    return [
        subnet
        for one in further
        # The backend's own address is on the clients' link, even where nobody asked for that.
        if one.near in sides or one.far in sides
        for subnet in one.subnets
        if subnet not in own
    ]
