"""BBR (version 1): paced at the bandwidth that it measures.  Pure.

Linux (net/ipv4/tcp_bbr.c) and QUICHE (quic/core/congestion_control/bbr_sender.cc), which
Envoy's QUIC is told to use, differ in units and in a few numbers: `Variant`.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from scenarios.page_load._simulation.packets import Acked

HIGH_GAIN = 2.885
"""2/ln 2: the rate doubles in a round trip."""

PROBE_GAINS = (1.25, 0.75, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
FIRST_PHASE = 2
"""Drawn by chance in both programs; here the first that neither probes nor drains."""

FILTER_ROUNDS = 10
FULL_GROWTH, FULL_ROUNDS = 1.25, 3
AGGREGATION_ROUNDS = 5
LEAST_PACKETS = 4


@dataclass(frozen=True)
class Variant:
    """What the two programs differ in.  Amounts are segments or bytes, see `Packet.amount`."""

    packet: float
    """The amount of a full packet."""

    bytes_of_one: int
    """Payload of an amount of 1."""

    initial: float
    startup_window_gain: float
    margin: float
    """Of the measured bandwidth, what the pacing rate is."""

    burst_s: float
    """Linux allows three bursts of this length beside the bandwidth-delay product; QUICHE none."""


LINUX = Variant(1, 1448, 10, HIGH_GAIN, 0.99, 1 / 1024)


class Bbr:
    """Congestion control by model; `first_rate` is in amounts per second."""

    threshold = 0.0
    """Knows no slow start by window."""

    def __init__(self, variant: Variant, first_rate: float) -> None:
        self._v = variant
        self.window = float(variant.initial)
        self._rate = first_rate
        self._gain, self._window_gain = HIGH_GAIN, variant.startup_window_gain
        self._state = "startup"
        self._is_full = False
        self._full_bandwidth, self._full_rounds = 0.0, 0
        self._samples: deque[tuple[int, float]] = deque()
        self._round, self._round_end = 0, 0.0
        self._is_round_start = False
        self._phase, self._phase_s = FIRST_PHASE, 0.0
        self._epoch_s, self._epoch_amount = 0.0, 0.0
        self._extra: deque[tuple[int, float]] = deque()
        self._saved_window = 0.0
        self._is_conserving = False

    @property
    def pacing_rate(self) -> float:
        """Bytes per second of payload."""
        return self._rate * self._v.bytes_of_one

    @property
    def bandwidth(self) -> float:
        """The greatest of the last rounds, in amounts per second."""
        return self._samples[0][1] if self._samples else 0.0

    def on_acked(self, acked: Acked) -> None:
        self._measure(acked)
        if self._is_round_start and not self._is_full and not acked.newest.is_app_limited:
            self._look_for_full()
        self._change_state(acked)
        self._set_rate()
        self._set_window(acked)

    def on_sent(self, amount: float) -> None:
        """Nothing: the model looks at what comes back."""

    def on_loss(self, acked: Acked) -> None:
        """Keeps what was under way for one round; the model does not change."""
        self._saved_window = self.window
        self.window = acked.in_flight + acked.amount
        self._is_conserving = True
        self._round_end = acked.delivered

    def on_recovered(self) -> None:
        self.window = max(self.window, self._saved_window)
        self._is_conserving = False

    def on_timeout(self) -> None:
        self._saved_window = max(self._saved_window, self.window)
        self.window = self._v.packet

    # --- the model --------------------------------------------------------------------

    def _measure(self, acked: Acked) -> None:
        newest = acked.newest
        self._is_round_start = newest.delivered >= self._round_end
        if self._is_round_start:
            self._round_end = acked.delivered
            self._round += 1
            self._is_conserving = False
        sending_s = newest.sent_s - newest.first_sent_s
        interval_s = max(sending_s, acked.now - newest.delivered_s)
        if interval_s >= acked.least_rtt_s * 0.999:
            found = (acked.delivered - newest.delivered) / interval_s
            if not newest.is_app_limited or found >= self.bandwidth:
                _keep_most(self._samples, self._round, found, FILTER_ROUNDS)
        self._measure_aggregation(acked)

    def _measure_aggregation(self, acked: Acked) -> None:
        """How much more was acknowledged at once than the bandwidth explains."""
        expected = self.bandwidth * (acked.now - self._epoch_s)
        if self._epoch_amount <= expected:
            self._epoch_s, self._epoch_amount, expected = acked.now, 0.0, 0.0
        self._epoch_amount += acked.amount
        extra = min(self._epoch_amount - expected, self.window)
        _keep_most(self._extra, self._round, extra, AGGREGATION_ROUNDS)

    def _look_for_full(self) -> None:
        if self.bandwidth >= self._full_bandwidth * FULL_GROWTH:
            self._full_bandwidth, self._full_rounds = self.bandwidth, 0
        else:
            self._full_rounds += 1
            self._is_full = self._full_rounds >= FULL_ROUNDS

    def _change_state(self, acked: Acked) -> None:
        if self._state == "startup" and self._is_full:
            self._state, self._gain = "drain", 1 / HIGH_GAIN
        product = self.bandwidth * acked.least_rtt_s
        if self._state == "drain" and acked.in_flight <= product + self._budget():
            self._state, self._window_gain = "probe", 2.0
            self._phase, self._phase_s = FIRST_PHASE, acked.now
        if self._state == "probe":
            is_whole = acked.now - self._phase_s > acked.least_rtt_s
            if self._gain > 1:
                is_over = is_whole and (
                    acked.lost > 0 or acked.before >= self._gain * product + self._budget()
                )
            elif self._gain < 1:
                is_over = is_whole or acked.in_flight <= product + self._budget()
            else:
                is_over = is_whole
            if is_over:
                self._phase, self._phase_s = (self._phase + 1) % len(PROBE_GAINS), acked.now
            self._gain = PROBE_GAINS[self._phase]

    def _set_rate(self) -> None:
        rate = self._gain * self.bandwidth * self._v.margin
        if self.bandwidth and (self._is_full or rate > self._rate):
            self._rate = rate

    def _budget(self) -> float:
        """What bursts need beside the bandwidth-delay product."""
        burst = math.floor(self._rate * self._v.burst_s)
        return 3 * max(2.0, burst) if self._v.burst_s else 0.0

    def _set_window(self, acked: Acked) -> None:
        v, window = self._v, self.window
        if acked.lost:
            window = max(window - acked.lost, v.packet)
        if self._is_conserving:
            self.window = max(window, acked.in_flight + acked.amount)
            return
        target = self._window_gain * self.bandwidth * acked.least_rtt_s
        if self._is_full and self._extra:
            target += min(self._extra[0][1], self.bandwidth * 0.1)
        target += self._budget()
        if self._is_full:
            window = min(window + acked.amount, target)
        elif window < target or acked.delivered < v.initial:
            window += acked.amount
        self.window = max(window, LEAST_PACKETS * v.packet)


def _keep_most(kept: deque[tuple[int, float]], at: int, value: float, rounds: int) -> None:
    """Enter a value into a maximum over the last rounds: what a later one exceeds is dropped."""
    while kept and (kept[0][0] <= at - rounds):
        kept.popleft()
    while kept and kept[-1][1] <= value:
        kept.pop()
    kept.append((at, value))
