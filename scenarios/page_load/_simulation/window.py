"""Congestion control without pacing: Reno and CUBIC as Linux has them.  Pure.

Windows are in segments.  Sources: RFC 5681, RFC 9438, RFC 6937, net/ipv4/tcp_cong.c,
net/ipv4/tcp_cubic.c and net/ipv4/tcp_input.c of Linux 6.18.
"""

from __future__ import annotations

import math

from scenarios.page_load._simulation.packets import Acked

INITIAL_WINDOW = 10
"""RFC 6928; TCP_INIT_CWND."""

LEAST_WINDOW = 2


class Reno:
    """Grows by what is acknowledged, then by one a round trip; halves at a loss (RFC 5681)."""

    pacing_rate = 0.0
    """Not paced."""

    kept = 1 / 2
    """The share of the window that a loss leaves."""

    def __init__(self) -> None:
        self.window = float(INITIAL_WINDOW)
        self.threshold = math.inf
        self._before_loss = 0.0
        self._delivered = self._sent = 0.0

    @property
    def is_slow_start(self) -> bool:
        return self.window < self.threshold

    def on_acked(self, acked: Acked) -> None:
        if acked.is_recovering:
            self._reduce(acked)
        elif acked.is_window_used:
            amount = acked.amount
            if self.is_slow_start:
                grown = min(self.window + amount, self.threshold)
                amount -= grown - self.window
                self.window = grown
            if amount > 0:
                self.window += amount / self.segments_for_one_more(acked)

    def segments_for_one_more(self, _: Acked) -> float:
        """How many acknowledged segments let the window grow by one, after slow start."""
        return self.window

    # --- losses -----------------------------------------------------------------------

    def on_loss(self, _: Acked) -> None:
        """A loss that begins a recovery."""
        self._before_loss = self.window
        self._delivered = self._sent = 0.0
        self.threshold = max(LEAST_WINDOW, self.window * self.kept)

    def on_recovered(self) -> None:
        self.window = self.threshold

    def on_timeout(self) -> None:
        """All that was under way is taken as lost."""
        self.threshold = max(LEAST_WINDOW, self.window * self.kept)
        self.window = 1.0

    def on_sent(self, amount: float) -> None:
        self._sent += amount

    def _reduce(self, acked: Acked) -> None:
        """Proportional rate reduction (RFC 6937): from the old window to the new within a round."""
        self._delivered += acked.amount
        room = self.threshold - acked.in_flight
        if room < 0:
            share = self._delivered * self.threshold / max(self._before_loss, 1.0)
            more = math.ceil(share) - self._sent
        else:
            more = max(self._delivered - self._sent, acked.amount)
            more = min(room, more + (acked.is_in_order and not acked.lost))
        self.window = acked.in_flight + max(more, 0.0 if self._sent else 1.0)


class Cubic(Reno):
    """CUBIC with HyStart, which leaves slow start before a loss where the path looks full."""

    kept = 717 / 1024
    SCALE = 0.4
    """Of the cubic curve, in segments per s^3."""

    RENO_SCALE = 15 / 8
    """3 (1 + kept)/(1 - kept) over 8: acknowledged segments in which Reno would grow by one."""

    FROM_WINDOW = 16
    """HyStart does not look at smaller ones."""

    TRAIN_GAP_S, TRAIN_CUSHION_S = 0.002, 0.001
    SAMPLES = 8
    LEAST_EXCESS_S, MOST_EXCESS_S = 0.004, 0.016

    def __init__(self) -> None:
        super().__init__()
        self._most = 0.0
        self._epoch_s = math.nan
        self._origin = self._turn_s = 0.0
        self._as_reno = self._counted = 0.0
        self._round_end = 0
        self._round_s = self._train_s = 0.0
        self._round_rtt_s, self._samples = math.inf, 0

    def on_acked(self, acked: Acked) -> None:
        if self.is_slow_start and self.window >= self.FROM_WINDOW:
            self._look_for_end(acked)
        super().on_acked(acked)

    def on_loss(self, acked: Acked) -> None:
        super().on_loss(acked)
        self._epoch_s = math.nan
        converged = self.window * (1 + self.kept) / 2
        self._most = converged if self.window < self._most else self.window

    def on_timeout(self) -> None:
        super().on_timeout()
        self._epoch_s, self._most = math.nan, 0.0
        self._round_end = 0

    def segments_for_one_more(self, acked: Acked) -> float:
        if math.isnan(self._epoch_s):
            self._epoch_s, self._counted, self._as_reno = acked.now, 0.0, self.window
            rise = max(0.0, self._most - self.window)
            self._turn_s = math.cbrt(rise / self.SCALE)
            self._origin = self.window + rise
        at_s = acked.now - self._epoch_s + acked.least_rtt_s - self._turn_s
        target = self._origin + self.SCALE * at_s**3
        ahead = target - self.window
        count = self.window / ahead if ahead > 0 else 100 * self.window
        if not self._most:
            count = min(count, 20.0)
        self._counted += acked.amount
        self._as_reno += self._counted // (self.window * self.RENO_SCALE)
        self._counted %= self.window * self.RENO_SCALE
        if self._as_reno > self.window:
            count = min(count, self.window / (self._as_reno - self.window))
        return max(2.0, count)

    def _look_for_end(self, acked: Acked) -> None:
        """HyStart: acknowledgements that come for half a round trip, or later ones, say so."""
        now = acked.now
        if acked.newest.number >= self._round_end:
            self._round_end = acked.next_number
            self._round_s = self._train_s = now
            self._round_rtt_s, self._samples = math.inf, 0
        if now - self._train_s <= self.TRAIN_GAP_S:
            self._train_s = now
            if now - self._round_s > (acked.least_rtt_s + self.TRAIN_CUSHION_S) / 2:
                self.threshold = self.window
        self._round_rtt_s = min(self._round_rtt_s, acked.rtt_s)
        if self._samples < self.SAMPLES:
            self._samples += 1
            return
        excess = min(self.MOST_EXCESS_S, max(self.LEAST_EXCESS_S, acked.least_rtt_s / 8))
        if self._round_rtt_s > acked.least_rtt_s + excess:
            self.threshold = self.window
