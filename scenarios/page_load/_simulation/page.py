"""What a page is, where it is loaded, and what its replies take on a connection.  Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scenarios.page_load._simulation import versions
from scenarios.page_load._simulation.channel import Channel
from scenarios.page_load._simulation.server import Costs, Server
from scenarios.page_load._simulation.timeline import Timeline


@dataclass(frozen=True)
class Page:
    """The sizes of its resources in bytes, and the server's delay for each."""

    sizes: Sequence[int]
    delay_s: float
    is_encrypted: bool = True
    """Of HTTP/1.1; the other protocols always are."""


@dataclass(frozen=True)
class Path:
    """The link: round trip, bandwidth in bits per second (0: no limit), its queue, and TCP's cc."""

    rtt_s: float
    rate_down: float = 0.0
    rate_up: float = 0.0
    queue_s: float = 0.1
    control: str = "cubic"


class Simulation:
    """The parts that a page's simulation consists of, at time 0."""

    def __init__(self, page: Page, path: Path, costs: Costs) -> None:
        self.timeline = Timeline()
        self.path = path
        one_way_s = path.rtt_s / 2
        self.up = Channel(self.timeline, one_way_s, path.rate_up, path.queue_s)
        self.down = Channel(self.timeline, one_way_s, path.rate_down, path.queue_s)
        self.server = Server(self.timeline, page.delay_s, costs)


def reply_bytes(size: int, more: int, frame: int = 0) -> int:
    """A body with headers, in TLS records; of HTTP/2 each record holds one frame."""
    records = max(1, -(-size // versions.RECORD))
    return size + more + (records - 1) * (versions.RECORD_OVERHEAD + frame)
