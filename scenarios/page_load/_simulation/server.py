"""The backend of a page: a proxy and an application that share a core.  Pure.

Requests that come together pass together: the proxy connects to the application for each,
and all go on when the last is through.  Each reply passes by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.page_load._simulation.sender import Sender
from scenarios.page_load._simulation.timeline import Act, Timeline


@dataclass(frozen=True)
class Costs:
    """What the machine takes, in seconds."""

    exchange_s: float = 0.0
    """One request alone, at both ends, beside the round trip and the server's delay."""

    request_s: float = 0.0
    """One among many."""

    byte_s: float = 0.0
    setup_s: float = 0.0
    """A handshake, beside its round trips."""

    handshake_s: float = 0.0
    """Of it what queues where several are made at once."""


class Server:
    """Answers each request after its delay, as its core gets to it."""

    def __init__(self, timeline: Timeline, delay_s: float, costs: Costs) -> None:
        self.delay_s = delay_s
        self.costs = costs
        self._timeline = timeline
        self._free_s = 0.0
        self._batch: list[tuple[Act, int]] = []

    def works(self, seconds: float) -> float:
        """Occupy the core; when that is done."""
        self._free_s = max(self._free_s, self._timeline.now) + seconds
        return self._free_s

    def shakes_hands(self, answer: Act) -> None:
        """A client has asked for a connection."""
        costs = self.costs
        done_s = self.works(costs.handshake_s)
        self._timeline.at(done_s - costs.handshake_s + costs.setup_s / 2, answer)

    def takes(self, reply: Act, size: int) -> None:
        """A request for `size` bytes has come; `reply` is done when its reply is ready."""
        self.works(self.costs.request_s / 2)
        self._batch.append((reply, size))
        if len(self._batch) == 1:
            self._timeline.at(self._free_s, self._pass_on)

    def _pass_on(self) -> None:
        if self._free_s > self._timeline.now:
            self._timeline.at(self._free_s, self._pass_on)
            return
        batch, self._batch = self._batch, []
        due_s = self._timeline.now + self.costs.exchange_s / 2 + self.delay_s
        for reply, size in batch:
            self._timeline.at(due_s, self._answer, reply, size)

    def _answer(self, reply: Act, size: int) -> None:
        costs = self.costs
        self._timeline.at(self.works(costs.request_s / 2 + size * costs.byte_s), reply)


class Together:
    """Writes of small replies: those that are due together leave in one, others by themselves.

    They are due together where the server's delay is longer than their requests took to come
    and to pass; otherwise replies leave while requests still come.
    """

    GAP_S = 0.0005

    def __init__(self, timeline: Timeline, server: Server, sender: Sender) -> None:
        self._timeline, self._server, self._sender = timeline, server, sender
        self._held: list[tuple[int, Act | None]] = []
        self._first_s = self._last_s = -1.0
        self._count = 0

    def expects(self, gap_s: float) -> None:
        """A request has come; after a gap it is the first of a new wave."""
        now = self._timeline.now
        if now - self._last_s > gap_s:
            self._first_s, self._count = now, 0
        self._last_s = now
        self._count += 1

    @property
    def _is_one_wave(self) -> bool:
        passing_s = self._count * self._server.costs.request_s / 2
        return self._server.delay_s > self._last_s - self._first_s + passing_s

    def reply(self, size: int, arrived: Act) -> None:
        """A reply is ready."""
        if size >= self._sender.useful or not self._is_one_wave:
            self._sender.write(size, arrived)
            return
        self._held.append((size, arrived))
        self._timeline.at(self._timeline.now + self.GAP_S, self._flush, len(self._held))

    def _flush(self, count: int) -> None:
        if count != len(self._held):
            return
        held, self._held = self._held, []
        self._sender.write_all(held)
