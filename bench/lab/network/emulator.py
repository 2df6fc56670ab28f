"""The links' own process: packets from one device to the other, and commands on its pipes.

Packets go by in batches; nothing is done for one that could be done for a batch.
Knows nothing of what the packets carry but whether TCP repeats itself.
The commands are those of messages.py, one JSON line each, and so are the replies.
"""

from __future__ import annotations

import gc
import os
import select
import socket
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import singledispatchmethod
from pathlib import Path

from bench.lab.network import messages
from bench.lab.network.capture import Capture
from bench.lab.network.counts import Lateness, Retransmissions, Tally
from bench.lab.network.namespaces import Namespaces
from bench.lab.network.shaper import LOST, Shaper
from bench.model.links import CLIENTS, Link
from bench.model.messages import Done, Failed
from bench.model.readings import PathCounts
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
        self.read: Callable[[int, int], bytes] = os.read
        self.write: Callable[[int, bytes], int] = os.write
        self._sink = sink
        self._shaper = shaper
        self._repeats = Retransmissions().sees

    def take(self, now: int) -> None:
        """Read what the sender gave, a batch at most."""
        read, source, repeats = self.read, self.source, self._repeats
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
        waiting, write, sink, tally = self.waiting, self.write, self._sink, self.tally
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


@dataclass(frozen=True)
class Ways:
    """Both directions of a path."""

    up: Direction
    down: Direction

    def counts(self) -> PathCounts:
        return PathCounts(self.up.tally.snapshot(), self.down.tally.snapshot())


Totals = dict[str, list[PathCounts]]


class Emulator:
    """Serves until its commands end."""

    def __init__(self, spaces: Namespaces, control: socket.socket) -> None:
        self._spaces = spaces
        self._control = control
        self._directions: dict[int, Direction] = {}
        self._links: dict[str, list[Ways]] = {}
        self._captures: dict[str, Capture] = {}
        self._marks: list[int] = []
        self._marked: dict[int, Totals] = {}
        self._dropped_before: dict[str, int] = {}
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
            self._marked[self._marks.pop(0)] = self._totals()

    def _totals(self) -> Totals:
        return {name: [path.counts() for path in paths] for name, paths in self._links.items()}

    def _hear(self) -> bool:
        chunk = os.read(COMMANDS, 1 << 16)
        if not chunk:
            self._end_captures()
            return False
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            try:
                say(self._do(hear(line, messages.Command)))
            except (OSError, ValueError) as error:
                say(Failed(f"{type(error).__name__}: {error}"))
        return True

    # --- commands --------------------------------------------------------------------

    @singledispatchmethod
    def _do(self, command: messages.Command) -> object:
        raise ValueError(f"unknown command {command}")

    @_do.register
    def _(self, command: messages.Shape) -> Done:
        self._end_captures()
        self._spaces.arrange(command.links)
        self._directions, self._links = {}, {}
        for name, link in command.links.items():
            self._links[name] = self._join(name, link, command.seed)
        self._marks, self._marked = [], {}
        self._dropped_before = self._dropped()
        for name, file in command.captures.items():
            self._capture(name, Path(file))
        return Done()

    @_do.register
    def _(self, command: messages.Mark) -> Done:
        self._marks, self._marked = sorted(command.at), {}
        return Done()

    @_do.register
    def _(self, command: messages.ReadCounts) -> messages.Counted:
        captured = {name: capture.packets for name, capture in self._captures.items()}
        if command.ends_captures:
            self._end_captures()
        before = self._dropped_before
        return messages.Counted(
            now=self._totals(),
            marks=self._marked,
            late_ns={
                name: late for name, paths in self._links.items() if (late := _late_ns(paths))
            },
            dropped={name: count - before[name] for name, count in self._dropped().items()},
            captured=captured,
        )

    @_do.register
    def _(self, _: messages.ReadCongestion) -> messages.Congestion:
        return messages.Congestion(self._spaces.congestion())

    @_do.register
    def _(self, command: messages.MakeSocket) -> Done:
        with (
            self._spaces.inside(command.side),
            socket.socket(socket.AF_INET, command.kind) as one,
        ):
            socket.send_fds(self._control, [b"s"], [one.fileno()])
        return Done()

    @_do.register
    def _(self, command: messages.SwitchPath) -> Done:
        self._spaces.switch(command.link, command.path, command.up)
        return Done()

    # --- parts of them -----------------------------------------------------------------

    def _join(self, name: str, link: Link, seed: int) -> list[Ways]:
        """The directions of a link's paths, with nothing under way."""
        paths = []
        for number, path in enumerate(link.paths):
            near, far = self._spaces.devices(name, number)
            for device in (near, far):
                _drain(device)
            # Each link has chances of its own.
            whole = f"{seed}/{number}" if name == CLIENTS else f"{seed}/{name}/{number}"
            up = Direction(near, far, Shaper(path.up, f"{whole}/up"))
            down = Direction(far, near, Shaper(path.down, f"{whole}/down"))
            self._directions |= {near: up, far: down}
            paths.append(Ways(up, down))
        return paths

    def _capture(self, name: str, file: Path) -> None:
        self._captures[name] = capture = Capture(file)
        for path in self._links[name]:
            path.up.read, path.down.write = capture.reader(), capture.writer()

    def _end_captures(self) -> None:
        for name, capture in self._captures.items():
            for path in self._links[name]:
                path.up.read, path.down.write = os.read, os.write
            capture.close()
        self._captures = {}

    def _dropped(self) -> dict[str, int]:
        return {name: self._spaces.dropped(name) for name in self._links}


def _late_ns(paths: list[Ways]) -> tuple[float, float, float] | None:
    """Median, 99 % and most of the later direction; None without a packet."""
    late = [way.lateness for path in paths for way in (path.up, path.down)]
    found = [(one.quantile_ns(0.5), one.quantile_ns(0.99), float(one.most_ns)) for one in late]
    known = [one for one in found if one[0] == one[0]]
    if not known:
        return None
    return (
        max(one[0] for one in known),
        max(one[1] for one in known),
        max(one[2] for one in known),
    )


def _drain(device: int) -> None:
    """Throw away what a link of before has not fetched."""
    try:
        while os.read(device, PACKET_BYTES):
            pass
    except OSError:
        return
