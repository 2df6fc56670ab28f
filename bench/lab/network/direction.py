"""One way of one path: frames that a sender's kernel gave, held as long as the link asks.

The delay counts from the kernel's time of sending (ring.py).  So a frame may be looked at
late without harm, as long as it is before its delay is over: the waiting is part of what
was asked for.  What comes out later than asked is late, and counted for every packet.
A frame waits in its ring; what is kept of it is when it is due.
Knows no device.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from bench.lab.network.counts import FINE_BITS, FINE_NS, Lateness, Retransmissions, Tally
from bench.lab.network.ring import HEADER_BYTES, FrameRing
from bench.lab.network.shaper import LOST, Shaper

BATCH = 32
"""Frames looked at, or sent, before the others have their turn."""

LOOKS_PER_DELAY = 4
"""Where there is a delay nobody need wake us for each packet: looking this often is enough."""

LEAST_LOOK_NS, MOST_LOOK_NS = 100_000, 20_000_000
"""With less between two looks every packet may as well wake us; with more a ring fills up."""

GRAIN_NS, GRAINS_PER_DELAY = 50_000, 50
"""Packets due one shortly after the other are sent together: waking for each would take the
time of those who receive them.  At most so long after their time, and so small a part of it."""

NEVER = 1 << 62

Seen = Callable[[Sequence[int], Sequence[bytes]], None]
"""Told of frames and their times."""


class Sender(Protocol):
    """Sends from the places of the same ring; see sender.py."""

    def prepare(self, first: int, lengths: Sequence[int]) -> None: ...

    def send(self, first: int, count: int) -> int: ...


class Direction:
    """Frames from a ring through a shaper to a sender.

    `on_taken` and `on_sent` are told of every frame, where they are not None.
    """

    def __init__(
        self,
        ring: FrameRing,
        sender: Sender,
        shaper: Shaper,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._clock = clock
        self.tally = Tally()
        self.lateness = Lateness()
        self.on_taken: Seen | None = None
        self.on_sent: Seen | None = None
        self._ring = ring
        self._sender = sender
        self._shaper = shaper
        self._repeats = Retransmissions()
        self._places = ring.places
        self._due_ns = [0] * ring.places
        self._sizes = [0] * ring.places
        self._gaps: deque[int] = deque()
        """Places under way whose frames will not come out."""

        self._head = self._tail = self._under_way = 0
        self._last_ns = 0
        look_ns = min(shaper.least_delay_ns // LOOKS_PER_DELAY, MOST_LOOK_NS)
        self._look_ns = look_ns if look_ns >= LEAST_LOOK_NS else 0
        self._grain_ns = min(GRAIN_NS, shaper.least_delay_ns // GRAINS_PER_DELAY)
        self.next_look_ns = 0
        """When to look for frames; NEVER where who watches the ring has to say so."""

    def forward(self, now: int) -> int:
        """Look for frames if it is time to, send what is due; when to come again, or NEVER."""
        is_more = False
        if self.next_look_ns <= now:
            is_more = self._look(now)
            now = self._clock()
        if self._under_way and self._due_ns[self._tail] <= now:
            now = self._give(now)
        if is_more:
            self.next_look_ns = now
            return now
        if not self._under_way:
            self.next_look_ns = NEVER
            return NEVER
        due = self._due_ns[self._tail]
        if due <= now:
            return now
        due = max(due, now + self._grain_ns)
        if not self._look_ns:
            self.next_look_ns = due
        return min(due, self.next_look_ns)

    def _look(self, now: int) -> bool:
        """Take a batch; whether there may be more."""
        taken = self.take()
        if not taken:
            self._ring.settle()
        self.next_look_ns = now + self._look_ns
        return taken == BATCH

    def take_all(self) -> None:
        """Take everything that was sent before now."""
        while self.take():
            pass

    def take(self) -> int:
        """Decide when each of the next frames comes out, of a batch at most; how many."""
        first, room = self._head, min(BATCH, self._places - self._under_way)
        times, rows = self._ring.arrivals(first, room)
        count = len(rows)
        if not count:
            return 0
        sizes = [row[1] for row in rows]
        self._sizes[first : first + count] = sizes
        self._sender.prepare(first, sizes)
        tally = self.tally
        tally.packets_in += count
        tally.bytes_in += sum(sizes) - HEADER_BYTES * count
        tally.retransmitted += self._repeats.count(rows)
        self._schedule(times, sizes)
        if self.on_taken:
            self.on_taken(times, self._ring.frames(first, count))
        self._under_way += count
        self._head = (first + count) % self._places
        return count

    def _schedule(self, times: Sequence[int], sizes: Sequence[int]) -> None:
        """Note when they are due, in order: nobody overtakes."""
        last, dues, first = self._last_ns, [], self._head
        if self._shaper.is_plain:
            delay_ns = self._shaper.delay_ns
            for sent in times:
                due = sent + delay_ns
                last = due if due > last else last
                dues.append(last)
        else:
            for place, (sent, size) in enumerate(zip(times, sizes, strict=True), first):
                due = self._shaper.admit(sent, size - HEADER_BYTES)
                if due < 0:
                    self._gaps.append(place)
                    if due == LOST:
                        self.tally.lost += 1
                    else:
                        self.tally.overflowed += 1
                last = due if due > last else last
                dues.append(last)
        self._due_ns[first : first + len(dues)] = dues
        self._last_ns = last

    def _give(self, now: int) -> int:
        """Send what is due, a batch at most; the time afterwards."""
        left = BATCH
        while left and self._under_way and self._due_ns[self._tail] <= now:
            first = self._tail
            end = min(first + min(left, self._under_way), self._places)
            end = bisect_right(self._due_ns, now, first, end)
            if self._gaps and first <= self._gaps[0] < end:
                end = self._gaps[0]
            now = self._send(first, end - first, now)
            left -= max(1, end - first)
        return now

    def _send(self, first: int, count: int, now: int) -> int:
        """Send from so many places, or pass by one that is a gap (`count` 0); the time then."""
        if not count:
            self._gaps.popleft()
            self._pass(1)
            return now
        sent = self._sender.send(first, count)
        after = self._clock()
        if sent:
            self._count_out(first, sent, now, after)
        else:
            self.tally.refused += 1
        self._pass(sent or 1)
        return after

    def _count_out(self, first: int, count: int, began: int, ended: int) -> None:
        """Count what came out between the two instants: evenly, as far as one can tell."""
        tally, late = self.tally, self.lateness
        tally.packets_out += count
        tally.bytes_out += sum(self._sizes[first : first + count]) - HEADER_BYTES * count
        each = (ended - began) // count
        if self.on_sent:  # when its own turn began: what answers it may leave within the call
            began_each = range(began, began + count * each, each) if each else [began] * count
            self.on_sent(began_each, self._ring.frames(first, count))
        fine, total, most = late.fine, 0, late.most_ns
        at = began
        for due in self._due_ns[first : first + count]:
            at += each
            late_ns = at - due
            total += late_ns
            if late_ns > most:  # noqa: PLR1730 - a call would take four times as long
                most = late_ns
            if late_ns < FINE_NS:
                fine[late_ns >> FINE_BITS] += 1
            else:
                late.add_coarse(late_ns)
        late.total_ns += total
        late.most_ns = most

    def _pass(self, count: int) -> None:
        """So many places are done with."""
        self._ring.free(self._tail, count)
        self._tail = (self._tail + count) % self._places
        self._under_way -= count
