"""The link's own process: packets from one device to the other, and commands on its pipes.

Packets go by in batches; nothing is done for one that could be done for a batch.
Knows nothing of what the packets carry but whether TCP repeats itself.

Commands, one JSON line each:

    shape {link, seed}     be this link, forget the counts    mark {at}   counts at instants (ns)
    counts                 now, at the marks, lateness        congestion  of open connections
    socket {end, kind}     hand one out over the control      path {number, up}
"""

from __future__ import annotations

import dataclasses
import gc
import os
import select
import socket
import time
from collections import deque
from typing import Any

import msgspec

from bench.lab.network.counts import Lateness, Retransmissions, Tally
from bench.lab.network.namespaces import BACKEND, CLIENT, Namespaces
from bench.lab.network.shaper import LOST, Shaper
from bench.model.links import Link
from bench.pipes import hear, say

BATCH = 64
MOST_WAITING = 200_000
"""Packets under way in one direction; TCP's windows hold it far below."""

PACKET_BYTES = 2048
COMMANDS = 0

now_ns = time.monotonic_ns


class Direction:
    """One way of one path: from a device, through a shaper, to the other device."""

    def __init__(self, source: int, sink: int, shaper: Shaper) -> None:
        self.source = source
        self.tally = Tally()
        self.waiting: deque[tuple[int, bytes]] = deque()
        self.lateness = Lateness()
        self._sink = sink
        self._shaper = shaper
        self._repeats = Retransmissions().sees

    def take(self, now: int) -> None:
        """Read what the sender gave, a batch at most."""
        read, source, repeats = os.read, self.source, self._repeats
        append, admit, tally = self.waiting.append, self._shaper.admit, self.tally
        full = len(self.waiting) > MOST_WAITING
        plain, release = self._shaper.is_plain and not full, now + self._shaper.delay_ns
        packets = octets = 0
        try:
            for _ in range(BATCH):
                packet = read(source, PACKET_BYTES)
                size = len(packet)
                packets += 1
                octets += size
                if repeats(packet):
                    tally.retransmitted += 1
                if not plain:
                    release = admit(now, size)
                    if release < 0 or full:
                        if release == LOST:
                            tally.lost += 1
                        else:
                            tally.overflowed += 1
                        continue
                append((release, packet))
        except BlockingIOError:
            pass  # the device is empty
        except OSError:
            pass  # its path is down
        tally.packets_in += packets
        tally.bytes_in += octets

    def give(self, now: int) -> None:
        """Write what is due."""
        waiting, write, sink, tally = self.waiting, os.write, self._sink, self.tally
        self.lateness.add(now - waiting[0][0])
        packets = octets = 0
        while waiting and waiting[0][0] <= now:
            _, packet = waiting.popleft()
            try:
                octets += write(sink, packet)
                packets += 1
            except OSError:  # its path is down, or it has no room
                tally.refused += 1
        tally.packets_out += packets
        tally.bytes_out += octets


class Emulator:
    """Serves until its commands end."""

    def __init__(self, spaces: Namespaces, control: socket.socket) -> None:
        self._spaces = spaces
        self._control = control
        self._directions: dict[int, Direction] = {}
        self._paths: list[dict[str, Direction]] = []
        self._marks: list[int] = []
        self._marked: dict[str, Any] = {}
        self._dropped_before = 0
        self._rest = b""

    def run(self) -> None:
        """Forward packets and do commands."""
        gc.disable()  # a packet is no part of a cycle
        while True:
            now = now_ns()
            if self._marks and self._marks[0] <= now:
                self._mark(now)
            pause_s = self._pause_s(now)
            readable, _, _ = select.select([COMMANDS, *self._directions], [], [], pause_s)
            now = now_ns()
            if self._marks and self._marks[0] <= now:
                self._mark(now)
            for descriptor in readable:
                if descriptor == COMMANDS:
                    if not self._hear():
                        return
                    break  # it may have changed the directions
                self._directions[descriptor].take(now)
            now = now_ns()
            for direction in self._directions.values():
                if direction.waiting and direction.waiting[0][0] <= now:
                    direction.give(now)

    def _pause_s(self, now: int) -> float | None:
        """Seconds until something is due; None where nothing is."""
        instants = [one.waiting[0][0] for one in self._directions.values() if one.waiting]
        instants += self._marks[:1]
        return max(0, min(instants) - now) / 1e9 if instants else None

    def _mark(self, now: int) -> None:
        while self._marks and self._marks[0] <= now:
            self._marked[str(self._marks.pop(0))] = self._totals()

    def _totals(self) -> list[dict[str, Any]]:
        return [
            {name: dataclasses.asdict(one.tally.snapshot()) for name, one in path.items()}
            for path in self._paths
        ]

    def _hear(self) -> bool:
        chunk = os.read(COMMANDS, 1 << 16)
        if not chunk:
            return False
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            message = hear(line, dict)
            try:
                say(getattr(self, f"do_{message['do']}")(message) or {})
            except (OSError, ValueError, msgspec.ValidationError) as error:
                say({"error": f"{type(error).__name__}: {error}"})
        return True

    # --- commands --------------------------------------------------------------------

    def do_shape(self, message: dict[str, Any]) -> None:
        link = msgspec.convert(message["link"], Link)
        self._spaces.arrange(len(link.paths), link.congestion)
        for ends in self._spaces.ends.values():
            for device in ends.devices:
                _drain(device)
        client, backend = self._spaces.ends[CLIENT], self._spaces.ends[BACKEND]
        self._directions, self._paths = {}, []
        for number, path in enumerate(link.paths):
            a, b = client.devices[number], backend.devices[number]
            seed = f"{message['seed']}/{number}"
            up = Direction(a, b, Shaper(path.up, f"{seed}/up"))
            down = Direction(b, a, Shaper(path.down, f"{seed}/down"))
            self._directions |= {a: up, b: down}
            self._paths.append({"up": up, "down": down})
        self._marks, self._marked = [], {}
        self._dropped_before = self._dropped()

    def do_mark(self, message: dict[str, Any]) -> None:
        self._marks = sorted(int(instant) for instant in message["at"])
        self._marked = {}

    def do_counts(self, _: dict[str, Any]) -> dict[str, Any]:
        late = [one.lateness for one in self._directions.values()]
        quantiles = [(one.quantile_ns(0.5), one.quantile_ns(0.99), one.most_ns) for one in late]
        known = [one for one in quantiles if one[0] == one[0]]
        return {
            "now": self._totals(),
            "marks": self._marked,
            "late_ns": [max(values) for values in zip(*known, strict=True)],
            "dropped": self._dropped() - self._dropped_before,
        }

    def _dropped(self) -> int:
        return sum(end.dropped() for end in self._spaces.ends.values())

    def do_congestion(self, _: dict[str, Any]) -> dict[str, Any]:
        return self._spaces.congestion()

    def do_socket(self, message: dict[str, Any]) -> None:
        with (
            self._spaces.inside(message["end"]),
            socket.socket(socket.AF_INET, message["kind"]) as one,
        ):
            socket.send_fds(self._control, [b"s"], [one.fileno()])

    def do_path(self, message: dict[str, Any]) -> None:
        for end in self._spaces.ends.values():
            self._spaces.switch(end, int(message["number"]), bool(message["up"]))


def _drain(device: int) -> None:
    """Throw away what a link of before has not fetched."""
    try:
        while os.read(device, PACKET_BYTES):
            pass
    except OSError:
        return
