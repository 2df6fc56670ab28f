"""QUIC as Envoy sends it: paced as BBR, on the ticks of a coarse clock.  Pure.

Sources: quic/core/congestion_control/pacing_sender.cc and bbr_sender.cc of QUICHE, libevent's
timers (CLOCK_MONOTONIC_COARSE) under CONFIG_HZ=250.
"""

from __future__ import annotations

import math

from scenarios.page_load._simulation.bbr import Bbr, Variant
from scenarios.page_load._simulation.channel import Channel
from scenarios.page_load._simulation.packets import Packet
from scenarios.page_load._simulation.receiver import Receiver
from scenarios.page_load._simulation.sender import Sender
from scenarios.page_load._simulation.timeline import Timeline

DATAGRAM = 1200
"""Envoy's datagrams to a client, UDP payload."""

HEADERS = 28
"""IPv4 20, UDP 8."""

OVERHEAD = 47
"""Header 1 + 20 (the client's connection ID) + 2, tag 16, STREAM frame 8."""

INITIAL = 32 * 1460
"""kInitialCongestionWindow x kDefaultTCPMSS."""

BURST = 10
"""kInitialUnpacedBurst."""

LUMP, LUMPS_FROM = 2, 150_000
"""quic_lumpy_pacing_size: so many leave together, but for a bandwidth below 1.2 Mbit/s."""

GRANULARITY_S = 0.001
"""kAlarmGranularity: what is due within it goes at once."""

TICK_S = 0.004
"""Timers end on a tick of the coarse clock."""

QUICHE = Variant(DATAGRAM, 1, INITIAL, 2.0, 1.0, 0.0)


class QuicSender(Sender):
    """Sends by a timer, whose ticks fall at `phase_s` and every 4 ms from there."""

    useful = DATAGRAM - OVERHEAD
    headers = OVERHEAD + HEADERS
    reordering = 3  # RFC 9002 6.1.1

    def __init__(
        self,
        timeline: Timeline,
        out: Channel,
        receiver: Receiver,
        rtt_s: float,
        sent_before: int,
        phase_s: float,
    ) -> None:
        self._bbr = Bbr(QUICHE, INITIAL / rtt_s)
        super().__init__(timeline, out, receiver, self._bbr, rtt_s)
        self._phase_s = phase_s
        self._tokens = BURST - sent_before
        self._lumps = 0
        self._due_s, self._timer_s = 0.0, math.nan
        self._is_held = False

    @property
    def has_window(self) -> bool:
        return self.in_flight < self.control.window

    def amount_of(self, size: int) -> float:
        """QUIC counts bytes."""
        return float(size - HEADERS)

    def may_leave(self) -> bool:
        now = self.timeline.now
        if self._tokens > 0 or self._lumps > 0 or self._due_s <= now + GRANULARITY_S:
            return True
        self._wake(self._due_s)
        return False

    def left(self, packet: Packet) -> None:
        now = self.timeline.now
        if len(self._under_way) == 1 and self.next_number > BURST:
            self._tokens = min(BURST, int(self.control.window) // 1460)
        if self._tokens > 0:
            self._tokens -= 1
            self._due_s, self._is_held = 0.0, False
            return
        wait_s = packet.size / self.control.pacing_rate
        if not self._is_held or not self._lumps:
            is_fast = self._bbr.bandwidth >= LUMPS_FROM and self.has_window
            self._lumps = LUMP if is_fast else 1
        self._lumps -= 1
        # What pacing held back is made up for; what the window or the application did, is not.
        self._due_s = (self._due_s if self._is_held else max(self._due_s, now)) + wait_s
        self._is_held = self.has_window and self.has_more

    def react(self) -> None:
        """What an acknowledgement allows goes at the next tick."""
        if self.has_more:
            self._wake(self.timeline.now)

    def _wake(self, time_s: float) -> None:
        tick_s = math.ceil((time_s - self._phase_s) / TICK_S) * TICK_S + self._phase_s
        now = self.timeline.now
        if math.isnan(self._timer_s) or self._timer_s < now or self._timer_s > tick_s:
            self._timer_s = tick_s
            self.timeline.at(tick_s, self._tick, tick_s)

    def _tick(self, tick_s: float) -> None:
        if self._timer_s == tick_s:
            self._timer_s = math.nan
            self.push()
