"""A page over HTTP/1.1 and over HTTP/2: until its last byte has come.  Pure."""

from __future__ import annotations

from collections import deque

from scenarios.page_load._simulation import versions
from scenarios.page_load._simulation.page import Page, Path, Simulation, reply_bytes
from scenarios.page_load._simulation.server import Costs, Together
from scenarios.page_load._simulation.tcp import HANDSHAKE_PACKET, Connection, connection
from scenarios.page_load._simulation.timeline import Act

WRITE_GAP_S = 25e-6
"""How curl's requests on one connection follow each other (captured)."""


def http1_s(page: Page, path: Path, costs: Costs, connections: int) -> float:
    """Seconds for a page over at most this many connections, one request at a time on each."""
    simulation = Simulation(page, path, costs)
    waiting, came = deque(page.sizes), [0]

    def came_one() -> None:
        came[0] += 1

    for _ in range(min(len(page.sizes), connections)):
        _OneAtATime(simulation, page, waiting, came_one).begin()
    last_s = simulation.timeline.run(lambda: came[0] == len(page.sizes))
    return last_s + costs.exchange_s / 2


class _OneAtATime:
    """An HTTP/1.1 connection: it takes the next resource when it has the one before."""

    def __init__(self, simulation: Simulation, page: Page, waiting: deque[int], came: Act) -> None:
        self._simulation, self._page = simulation, page
        self._waiting, self._came = waiting, came
        self._is_first = page.is_encrypted

    def begin(self) -> None:
        _open(self._simulation, self._page.is_encrypted, self._opened)

    def _opened(self, opened: Connection) -> None:
        self._connection = opened
        self._ask()

    def _ask(self) -> None:
        if self._waiting:
            size = self._waiting.popleft()
            self._connection.up.write(versions.H1_REQUEST, lambda: self._asked(size))

    def _asked(self, size: int) -> None:
        more = versions.H1_REPLY + (versions.TICKETS if self._is_first else 0)
        self._is_first = False
        reply = reply_bytes(size, more)
        self._simulation.server.takes(
            lambda: self._connection.down.write(reply, self._fetched), size
        )

    def _fetched(self) -> None:
        self._came()
        timeline = self._simulation.timeline
        timeline.at(timeline.now + self._simulation.server.costs.exchange_s / 2, self._ask)


def _open(simulation: Simulation, is_encrypted: bool, opened: Act) -> None:
    """TCP's handshake, and TLS 1.3's: two round trips, then `opened(connection)`."""
    timeline, path = simulation.timeline, simulation.path

    def answered() -> None:
        made = connection(timeline, simulation.up, simulation.down, path.control, path.rtt_s)
        if not is_encrypted:
            opened(made)
            return

        def ready() -> None:
            made.up.write(versions.FINISHED)
            opened(made)

        def hello() -> None:
            later_s = simulation.server.costs.setup_s / 2
            simulation.server.shakes_hands(
                lambda: made.down.write(
                    versions.SERVER_FLIGHT,
                    lambda: timeline.at(timeline.now + later_s, ready),
                )
            )

        made.up.write(versions.CLIENT_HELLO, hello)

    simulation.up.carry(HANDSHAKE_PACKET, lambda: simulation.down.carry(HANDSHAKE_PACKET, answered))


def http2_s(page: Page, path: Path, costs: Costs) -> float:
    """Seconds for a page whose requests all go at once over one connection."""
    simulation = Simulation(page, path, costs)
    return _AllAtOnce(simulation, page).run() + costs.exchange_s / 2


class _AllAtOnce:
    """An HTTP/2 connection."""

    def __init__(self, simulation: Simulation, page: Page) -> None:
        self._simulation, self._page = simulation, page
        self._came = 0

    def run(self) -> float:
        _open(self._simulation, True, self._opened)
        return self._simulation.timeline.run(lambda: self._came == len(self._page.sizes))

    def _opened(self, opened: Connection) -> None:
        self._connection = opened
        timeline = self._simulation.timeline
        self._together = Together(timeline, self._simulation.server, opened.down)
        for number, size in enumerate(self._page.sizes):
            timeline.at(timeline.now + number * WRITE_GAP_S, self._ask, number, size)

    def _ask(self, number: int, size: int) -> None:
        request = versions.H2_REQUEST if number else versions.H2_PREFACE_AND_REQUEST
        self._connection.up.write(request, lambda: self._asked(number, size))

    def _asked(self, number: int, size: int) -> None:
        more = versions.H2_REPLY if number else versions.H2_FIRST_REPLY
        if not number:
            self._connection.down.write(versions.TICKETS + versions.H2_SETTINGS)
        reply = reply_bytes(size, more, versions.H2_FRAME)
        self._together.expects(self._simulation.path.rtt_s / 2)
        self._simulation.server.takes(lambda: self._together.reply(reply, self._fetched), size)

    def _fetched(self) -> None:
        self._came += 1
