"""The receiving end of one direction: order, acknowledgements, the window that it offers.  Pure.

Sources: net/ipv4/tcp_input.c and net/ipv4/tcp_output.c of Linux 6.18, RFC 9000 13.2.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scenarios.page_load._simulation.channel import Channel
from scenarios.page_load._simulation.packets import Packet
from scenarios.page_load._simulation.timeline import Act, Timeline

ACK_EVERY = 2
"""Packets for an acknowledgement: RFC 1122 4.2.3.2, RFC 9000 13.2.2."""

Acknowledged = Callable[[Sequence[Packet], int, float], None]


@dataclass(frozen=True)
class Acknowledging:
    """How a receiver acknowledges."""

    size: int
    """Of an acknowledgement, as an IP packet."""

    delay_s: float
    """How long a packet waits for another one."""

    at_once: int = 2
    """The first ones, which do not wait."""


TCP_ACKNOWLEDGING = Acknowledging(52, 0.040)
"""IPv4 20, TCP 32; TCP_DELACK_MIN."""

QUIC_ACKNOWLEDGING = Acknowledging(70, 0.025)
"""max_ack_delay of RFC 9000; a short header, one range and the tag."""


class NoLimit:
    """A receiver that takes everything."""

    allowed = math.inf

    def takes(self, now: float, size: int) -> None:
        """Bytes in order have come."""


class GrowingWindow:
    """The receive buffer of Linux, which doubles what was read in a round trip.

    The offer follows what comes, up to the buffer (tcp_grow_window); the buffer grows when
    more is read in a round trip than before (tcp_rcvbuf_grow).  The application reads at
    once, so nothing waits in the buffer.
    """

    MOST = 32 << 20
    """tcp_rmem[2]."""

    def __init__(self, rtt_s: float, first: int, initial: int) -> None:
        self._rtt_s = rtt_s
        self._buffer = self._offer = float(first)
        self._space = float(initial)
        self._read = self._come = 0
        self._since_s = 0.0

    @property
    def allowed(self) -> float:
        return self._come + self._offer

    def takes(self, now: float, size: int) -> None:
        if not self._read:
            self._since_s = self._since_s or now
        self._come += size
        self._read += size
        self._offer = min(self._buffer, self._offer + 2 * size)
        if now - self._since_s < self._rtt_s:
            return
        if self._read > self._space:
            window = 2.0 * self._read
            window += 2 * window * (self._read - self._space) / self._space
            self._buffer = max(self._buffer, min(window, self.MOST))
            self._space = self._read
        self._read, self._since_s = 0, now


class Receiver:
    """Puts a stream in order, and tells the sender by way of `back`."""

    def __init__(
        self,
        timeline: Timeline,
        back: Channel,
        how: Acknowledging,
        window: NoLimit | GrowingWindow,
    ) -> None:
        self._timeline = timeline
        self._back = back
        self._how = how
        self.window = window
        self.tell: Acknowledged = _nobody
        self._messages: deque[tuple[int, Act]] = deque()
        self._gaps: dict[int, int] = {}
        self._in_order = 0
        self._waiting: list[Packet] = []
        self._received = 0
        self._timer_s = math.nan

    def expect(self, end: int, act: Act) -> None:
        """Have `act` done when all bytes before `end` have come."""
        self._messages.append((end, act))

    def arrive(self, packet: Packet) -> None:
        """A packet has come, in order or not."""
        self._sort(packet)
        self._waiting.append(packet)
        self._received += 1
        is_first = self._received <= self._how.at_once
        if is_first or self._gaps or len(self._waiting) >= ACK_EVERY:
            self._acknowledge()
        elif math.isnan(self._timer_s):
            self._timer_s = self._timeline.now + self._how.delay_s
            self._timeline.at(self._timer_s, self._late, self._timer_s)
        while self._messages and self._messages[0][0] <= self._in_order:
            self._messages.popleft()[1]()

    def _sort(self, packet: Packet) -> None:
        if packet.end > self._gaps.get(packet.start, packet.start):
            self._gaps[packet.start] = packet.end
        before = self._in_order
        while (end := self._gaps.pop(self._in_order, 0)) > self._in_order:
            self._in_order = end
        if self._in_order > before:
            # What was repeated in other pieces may lie behind by now.
            for start in [start for start, end in self._gaps.items() if end <= self._in_order]:
                del self._gaps[start]
            self.window.takes(self._timeline.now, self._in_order - before)

    def _late(self, timer_s: float) -> None:
        if self._timer_s == timer_s:
            self._acknowledge()

    def _acknowledge(self) -> None:
        told, self._waiting, self._timer_s = self._waiting, [], math.nan
        if told:
            self._back.carry(self._how.size, self.tell, told, self._in_order, self.window.allowed)


def _nobody(packets: Sequence[Packet], in_order: int, allowed: float) -> None:
    """No sender is there yet."""
    raise RuntimeError(f"{len(packets)} packets up to {in_order} of {allowed}: from no sender")
