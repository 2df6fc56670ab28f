"""The sending end of one direction: segments, the window, losses, and what is sent again.  Pure.

What TCP and QUIC have in common; `tcp.py` and `quic.py` say when a packet may leave.
Sources: RFC 8985 (RACK), RFC 9002, net/ipv4/tcp_output.c of Linux 6.18.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

from scenarios.page_load._simulation.channel import Channel
from scenarios.page_load._simulation.packets import Acked, Packet
from scenarios.page_load._simulation.receiver import Receiver
from scenarios.page_load._simulation.timeline import Act, Timeline

LEAST_TIMEOUT_S = 0.2
"""TCP_RTO_MIN."""


class Control(Protocol):
    """Congestion control: how much may be under way, in the amounts of `Packet.amount`."""

    window: float
    threshold: float
    """Of slow start."""

    @property
    def pacing_rate(self) -> float: ...
    def on_sent(self, amount: float) -> None: ...
    def on_acked(self, acked: Acked) -> None: ...
    def on_loss(self, acked: Acked) -> None: ...
    def on_recovered(self) -> None: ...
    def on_timeout(self) -> None: ...


class Sender:
    """Sends what is written, as congestion control and the receiver's window allow."""

    useful: int
    """Bytes of the stream in a full packet."""

    headers: int
    """What a packet has beside them."""

    reordering: int
    """A packet is lost when the one sent so many later has come."""

    def __init__(
        self, timeline: Timeline, out: Channel, receiver: Receiver, control: Control, rtt_s: float
    ) -> None:
        self.timeline = timeline
        self.control = control
        self._out, self._receiver = out, receiver
        receiver.tell = self.acknowledged
        self.least_rtt_s = self._smooth_rtt_s = rtt_s
        self.written = self.sent = 0
        self._allowed: float = receiver.window.allowed
        self._under_way: dict[int, Packet] = {}
        self.in_flight = 0.0
        self.next_number = 0
        self._again: list[tuple[int, int]] = []
        self._delivered, self._delivered_s, self._first_sent_s = 0.0, 0.0, 0.0
        self._limited_until = 0.0
        self._highest = -1
        self._in_order = 0
        self._recover = -1
        self._most_in_flight, self._is_used, self._usage_end = 0.0, False, 0
        self._probe_s, self._is_armed = 0.0, False

    # --- sending ----------------------------------------------------------------------

    def write(self, size: int, arrived: Act | None = None) -> None:
        """Bytes of the application; `arrived` is done when the receiver has them in order."""
        self.write_all([(size, arrived)])

    def write_all(self, messages: Sequence[tuple[int, Act | None]]) -> None:
        """Several messages in one write, so that segments can hold parts of two."""
        for size, arrived in messages:
            self.written += size
            if arrived is not None:
                self._receiver.expect(self.written, arrived)
        self.push()

    @property
    def has_more(self) -> bool:
        return bool(self._again) or self.sent < self.written

    @property
    def has_window(self) -> bool:
        return self.in_flight < math.floor(self.control.window)

    def push(self) -> None:
        """Send what may be sent now."""
        before = self.next_number
        while self.has_more and self.has_window and self.may_leave():
            if not self._send_one():
                break
        if self.next_number > before:
            self._note_usage()
        if self.sent >= self.written and not self._again and not self._limited_until:
            self._limited_until = self._delivered + self.in_flight or 1.0

    def may_leave(self) -> bool:
        """Whether pacing lets a packet go; if not, it has the sender pushed when it does."""
        return True

    def left(self, packet: Packet) -> None:
        """A packet has left: what pacing makes of it."""

    def amount_of(self, size: int) -> float:  # noqa: ARG002
        """What a packet of this size takes of the window: TCP counts segments."""
        return 1.0

    def _send_one(self) -> bool:
        if self._again:
            start, end = self._again.pop(0)
        else:
            start, end = self.sent, min(self.written, self.sent + self.useful)
            if end > self._allowed:
                return False
            self.sent = end
        self._send(start, end)
        return True

    def _send(self, start: int, end: int) -> None:
        now = self.timeline.now
        if not self._under_way:
            self._first_sent_s = self._delivered_s = now
        size = end - start + self.headers
        packet = Packet(
            self.next_number,
            start,
            end,
            size,
            self.amount_of(size),
            now,
            self._delivered,
            self._delivered_s,
            self._first_sent_s,
            self._limited_until > 0,
        )
        self.next_number += 1
        self.in_flight += packet.amount
        self._under_way[packet.number] = packet
        self.control.on_sent(packet.amount)
        self.left(packet)
        self._out.carry(size, self._receiver.arrive, packet)
        self._arm_probe()

    def _note_usage(self) -> None:
        """tcp_cwnd_validate: whether the window was the limit, remembered for a round."""
        is_used = not self.has_window
        oldest = next(iter(self._under_way), self.next_number)
        if (
            oldest >= self._usage_end
            or is_used
            or (not self._is_used and self.in_flight > self._most_in_flight)
        ):
            self._is_used, self._most_in_flight = is_used, self.in_flight
            self._usage_end = self.next_number

    # --- acknowledgements -------------------------------------------------------------

    def acknowledged(self, packets: Sequence[Packet], in_order: int, allowed: float) -> None:
        """The receiver has these, all bytes before `in_order`, and takes bytes up to `allowed`."""
        self._allowed = max(self._allowed, allowed)
        before = self.in_flight
        fresh = [one for one in packets if self._under_way.pop(one.number, None)]
        if fresh:
            self._account(fresh, before, in_order > self._in_order)
        self._in_order = max(self._in_order, in_order)
        self.react()

    def react(self) -> None:
        """An acknowledgement has come: go on."""
        self.push()

    def _account(self, fresh: Sequence[Packet], before: float, is_in_order: bool) -> None:
        now, newest = self.timeline.now, fresh[-1]
        amount = sum(one.amount for one in fresh)
        self.in_flight -= amount
        self._delivered += amount
        self._delivered_s, self._first_sent_s = now, newest.sent_s
        rtt_s = now - newest.sent_s
        self.least_rtt_s = min(self.least_rtt_s, rtt_s)
        self._smooth_rtt_s += (rtt_s - self._smooth_rtt_s) / 8
        self._highest = max(self._highest, newest.number)
        if self._limited_until and self._delivered > self._limited_until:
            self._limited_until = 0.0
        lost = self._find_lost()
        is_recovering = newest.number <= self._recover
        acked = Acked(
            now,
            newest,
            self.next_number,
            amount,
            self._delivered,
            lost,
            self.in_flight,
            before,
            self.least_rtt_s,
            self._is_window_used,
            is_recovering or lost > 0,
            is_in_order,
        )
        if lost and not is_recovering:
            self._recover = self.next_number - 1
            self.control.on_loss(acked)
        elif self._recover >= 0 and not is_recovering:
            self._recover = -1
            self.control.on_recovered()
        self.control.on_acked(acked)
        self._arm_probe()

    @property
    def _is_window_used(self) -> bool:
        """tcp_is_cwnd_limited: in slow start half of the window is enough to let it grow."""
        window = self.control.window
        if not self._is_used and window < self.control.threshold:
            return window < 2 * self._most_in_flight
        return self._is_used

    def _find_lost(self) -> float:
        last = self._highest - self.reordering
        lost = []
        for packet in self._under_way.values():
            if packet.number > last:
                break
            lost.append(packet)
        return self._give_up(lost)

    def _give_up(self, lost: Sequence[Packet]) -> float:
        """Take packets as lost; their bytes go again."""
        for packet in lost:
            del self._under_way[packet.number]
            self.in_flight -= packet.amount
            self._again.append((packet.start, packet.end))
        return sum(packet.amount for packet in lost)

    # --- timers -----------------------------------------------------------------------

    def _arm_probe(self) -> None:
        """A tail without an answer is probed after two round trips (RFC 8985 7.2, RFC 9002 6.2)."""
        alone_s = LEAST_TIMEOUT_S if len(self._under_way) == 1 else 0.002
        wait_s = min(2 * self._smooth_rtt_s + alone_s, self._smooth_rtt_s + LEAST_TIMEOUT_S)
        self._probe_s = self.timeline.now + wait_s
        if not self._is_armed:
            self._is_armed = True
            self.timeline.at(self._probe_s, self._probe)

    def _probe(self) -> None:
        self._is_armed = False
        if not self._under_way:
            return
        if self.timeline.now < self._probe_s:  # it was put off since
            self._is_armed = True
            self.timeline.at(self._probe_s, self._probe)
            return
        newest = self._under_way.pop(max(self._under_way))
        self.in_flight -= newest.amount
        self._send(newest.start, newest.end)
