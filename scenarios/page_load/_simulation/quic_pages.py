"""A page over HTTP/3: until its last byte has come.  Pure."""

from __future__ import annotations

from functools import partial

from scenarios.page_load._simulation import versions
from scenarios.page_load._simulation.page import Page, Path, Simulation
from scenarios.page_load._simulation.quic import DATAGRAM, HEADERS, OVERHEAD, TICK_S, QuicSender
from scenarios.page_load._simulation.receiver import QUIC_ACKNOWLEDGING, NoLimit, Receiver
from scenarios.page_load._simulation.server import Costs
from scenarios.page_load._simulation.timeline import Act

HANDSHAKE_PACKETS = 3
"""Of the server: its first flight."""

SENT_BEFORE = HANDSHAKE_PACKETS + 3
"""And what it sends when the handshake is over: settings, a ticket, a token."""

PHASES = 4
"""Of the coarse clock's ticks: a page may come at any, the mean is told."""

PROBED_RATE = 100e6
"""Below it a probe of the MTU is not under way yet when the page is asked for (captured)."""


def http3_s(page: Page, path: Path, costs: Costs) -> float:
    """Seconds for a page whose requests all go at once over one connection."""
    phases = [TICK_S * (one + 0.5) / PHASES for one in range(PHASES)]
    return sum(_Quic(page, path, costs, phase).run() for phase in phases) / PHASES


class _Quic:
    """One connection, with its handshake."""

    def __init__(self, page: Page, path: Path, costs: Costs, phase_s: float) -> None:
        self._simulation = simulation = Simulation(page, path, costs)
        self._page = page
        self._costs = costs
        self._came = 0
        timeline, rtt_s = simulation.timeline, path.rtt_s
        at_client = Receiver(timeline, simulation.up, QUIC_ACKNOWLEDGING, NoLimit())
        self._down = QuicSender(timeline, simulation.down, at_client, rtt_s, SENT_BEFORE, phase_s)

    def run(self) -> float:
        up = self._simulation.up
        up.carry(versions.QUIC_INITIAL, nothing)
        up.carry(versions.QUIC_INITIAL, self._later, self._costs.setup_s / 2, self._answer_hello)
        last_s = self._simulation.timeline.run(lambda: self._came == len(self._page.sizes))
        return last_s + self._costs.exchange_s / 2

    def _later(self, seconds: float, act: Act, *arguments: object) -> None:
        timeline = self._simulation.timeline
        timeline.at(timeline.now + seconds, act, *arguments)

    def _answer_hello(self) -> None:
        down = self._simulation.down
        for _ in range(HANDSHAKE_PACKETS - 1):
            down.carry(versions.QUIC_INITIAL, nothing)
        down.carry(versions.QUIC_INITIAL, self._later, self._costs.setup_s / 2, self._ready)

    def _ready(self) -> None:
        """The first request ends the handshake; the others go when ngtcp2's pacing lets them."""
        path, up = self._simulation.path, self._simulation.up
        is_probed = not path.rate_up or path.rate_up >= PROBED_RATE
        first = versions.QUIC_CLIENT_FLIGHT_PROBED if is_probed else versions.QUIC_CLIENT_FLIGHT
        up.carry(DATAGRAM + HEADERS, self._asked, 0, 1)
        up.carry(first - DATAGRAM + HEADERS, nothing)
        wait_s = first * path.rtt_s / (versions.NGTCP2_PACING * versions.NGTCP2_WINDOW)
        self._later(wait_s, self._ask_rest)

    def _ask_rest(self) -> None:
        count = len(self._page.sizes)
        most = (DATAGRAM - OVERHEAD) // versions.H3_REQUEST
        for first in range(1, count, most):
            last = min(first + most, count)
            size = (last - first) * versions.H3_REQUEST + OVERHEAD + HEADERS
            self._simulation.up.carry(size, self._asked, first, last)

    def _asked(self, first: int, last: int) -> None:
        for size in self._page.sizes[first:last]:
            self._simulation.server.takes(partial(self._reply, size), size)

    def _reply(self, size: int) -> None:
        # Two writes: while nothing is paced yet, each is a packet.
        self._down.write(versions.H3_HEADERS_FRAME)
        self._down.write(size + versions.H3_REPLY - versions.H3_HEADERS_FRAME, self._fetched)

    def _fetched(self) -> None:
        self._came += 1


def nothing() -> None:
    """A packet that has come and that nobody waits for."""
