"""TCP of Linux: when a segment may leave, and a connection of both directions.  Pure.

Sources: net/ipv4/tcp_output.c and net/ipv4/tcp_bbr.c of Linux 6.18.
"""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.page_load._simulation import versions
from scenarios.page_load._simulation.bbr import HIGH_GAIN, LINUX, Bbr
from scenarios.page_load._simulation.channel import Channel
from scenarios.page_load._simulation.packets import Packet
from scenarios.page_load._simulation.receiver import (
    TCP_ACKNOWLEDGING,
    GrowingWindow,
    NoLimit,
    Receiver,
)
from scenarios.page_load._simulation.sender import Control, Sender
from scenarios.page_load._simulation.timeline import Timeline
from scenarios.page_load._simulation.window import INITIAL_WINDOW, Cubic, Reno

SEGMENT = 1448
"""1500 less IPv4 20, TCP 20, timestamps 12."""

HEADERS = 52
HANDSHAKE_PACKET = 60
"""SYN and its answer, with their options."""

UNPACED_SEGMENTS = 10
"""tcp_update_skb_after_send: the first data segments of a connection are not paced."""


class TcpSender(Sender):
    """Paced where its congestion control has a rate, in bursts of a millisecond."""

    useful = SEGMENT
    headers = HEADERS
    reordering = 1  # captured: one segment later is enough where nothing was reordered before

    def __init__(
        self, timeline: Timeline, out: Channel, receiver: Receiver, control: Control, rtt_s: float
    ) -> None:
        super().__init__(timeline, out, receiver, control, rtt_s)
        self._free_s = self._timer_s = 0.0
        self._burst = 0

    def push(self) -> None:
        """Send what may be sent now; a burst ends with it."""
        self._burst = 0
        super().push()

    def may_leave(self) -> bool:
        rate, now = self.control.pacing_rate, self.timeline.now
        if not rate or self._burst or self._free_s <= now:
            return True
        if self._timer_s <= now or self._timer_s > self._free_s:
            self._timer_s = self._free_s
            self.timeline.at(self._free_s, self.push)
        return False

    def left(self, packet: Packet) -> None:
        """The segments of one burst leave together; the next waits for its time (one skb)."""
        rate, now = self.control.pacing_rate, self.timeline.now
        if not rate or self.next_number < UNPACED_SEGMENTS:
            return
        if not self._burst:
            self._burst = max(2, int(rate * LINUX.burst_s) // SEGMENT)
        self._burst -= 1
        if packet.end - packet.start < SEGMENT:
            self._burst = 0
        wait_s = (packet.end - packet.start) / rate
        credit_s = max(0.0, now - self._free_s)
        self._free_s = max(self._free_s, now) + wait_s - min(wait_s / 2, credit_s)


def control_of(name: str, rtt_s: float) -> Control:
    """Congestion control by the name that Linux has for it."""
    if name == "bbr":
        return Bbr(LINUX, HIGH_GAIN * LINUX.margin * INITIAL_WINDOW / rtt_s)
    return Cubic() if name == "cubic" else Reno()


@dataclass(frozen=True)
class Connection:
    """Both directions of an established connection, as client and server write to them."""

    up: Sender
    down: Sender


def connection(
    timeline: Timeline, up: Channel, down: Channel, control: str, rtt_s: float
) -> Connection:
    """A connection whose handshake took `rtt_s`; the client's receive buffer grows as it reads."""
    window = GrowingWindow(rtt_s, versions.RECEIVE_WINDOW, INITIAL_WINDOW * SEGMENT)
    at_client = Receiver(timeline, up, TCP_ACKNOWLEDGING, window)
    at_server = Receiver(timeline, down, TCP_ACKNOWLEDGING, NoLimit())
    return Connection(
        TcpSender(timeline, up, at_server, control_of(control, rtt_s), rtt_s),
        TcpSender(timeline, down, at_client, control_of(control, rtt_s), rtt_s),
    )
