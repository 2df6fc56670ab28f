"""The links' own process: whose turn it is, when to sleep, and commands on its pipes.

What becomes of a packet is direction.py's.
The commands are those of messages.py, one JSON line each, and so are the replies.
"""

from __future__ import annotations

import gc
import os
import select
import socket
import time
from dataclasses import dataclass
from functools import singledispatchmethod
from pathlib import Path

from bench.lab.network import messages
from bench.lab.network.capture import Capture
from bench.lab.network.counts import Lateness
from bench.lab.network.direction import NEVER, Direction
from bench.lab.network.namespaces import Namespaces
from bench.lab.network.ring import PacketRing
from bench.lab.network.sender import FrameSender
from bench.lab.network.shaper import Shaper
from bench.model.links import CLIENTS, Link
from bench.model.messages import Done, Failed
from bench.model.readings import PathCounts
from bench.pipes import hear, say

COMMANDS = 0

now_ns = time.monotonic_ns


@dataclass(frozen=True)
class Ways:
    """Both directions of a path, and the rings from which they take what was sent."""

    up: Direction
    down: Direction
    near: PacketRing
    far: PacketRing

    def counts(self) -> PathCounts:
        return PathCounts(self.up.tally.snapshot(), self.down.tally.snapshot())

    @property
    def lateness(self) -> tuple[Lateness, Lateness]:
        return self.up.lateness, self.down.lateness


Totals = dict[str, list[PathCounts]]


class Emulator:
    """Serves until its commands end."""

    def __init__(self, spaces: Namespaces, control: socket.socket) -> None:
        self._spaces = spaces
        self._control = control
        self._sources: dict[int, Direction] = {}
        """By the descriptor of the ring from which a direction takes."""

        self._links: dict[str, list[Ways]] = {}
        self._captures: dict[str, Capture] = {}
        self._marks: list[int] = []
        self._marked: dict[int, Totals] = {}
        self._rest = b""

    def run(self) -> None:
        """Forward packets and do commands."""
        gc.disable()  # a packet is no part of a cycle
        while True:
            now = now_ns()
            following = self._marked_until(now)
            for direction in self._sources.values():
                following = min(following, direction.forward(now))
            watched = [fd for fd, one in self._sources.items() if one.next_look_ns == NEVER]
            pause_s = None if following == NEVER else max(0, following - now_ns()) / 1e9
            readable, _, _ = select.select([COMMANDS, *watched], [], [], pause_s)
            for descriptor in readable:
                if descriptor != COMMANDS:
                    self._sources[descriptor].next_look_ns = 0
            if COMMANDS in readable:
                for direction in self._sources.values():  # what came before the command
                    direction.forward(now_ns())
                if not self._hear():
                    return

    def _marked_until(self, now: int) -> int:
        """Take the counts whose time has come; when the next are due, or NEVER."""
        while self._marks and self._marks[0] <= now:
            if not self._marked:  # lateness counts from the first
                for direction in self._sources.values():
                    direction.lateness = Lateness()
            self._marked[self._marks.pop(0)] = self._totals()
        return self._marks[0] if self._marks else NEVER

    def _totals(self) -> Totals:
        """All counts, with everything that was sent so far."""
        for direction in self._sources.values():
            direction.take_all()
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
        self._forget_links()
        self._spaces.arrange(command.links)
        for name, link in command.links.items():
            self._links[name] = self._join(name, link, command.seed)
        for name, file in command.captures.items():
            self._capture(name, Path(file))
        return Done()

    @_do.register
    def _(self, command: messages.Mark) -> Done:
        self._marks, self._marked = sorted(command.at), {}
        return Done()

    @_do.register
    def _(self, command: messages.ReadCounts) -> messages.Counted:
        totals = self._totals()
        captures = dict(self._captures)
        if command.ends_captures:
            self._end_captures()
        return messages.Counted(
            now=totals,
            marks=self._marked,
            late_ns={
                name: late for name, paths in self._links.items() if (late := _late_ns(paths))
            },
            dropped={
                name: sum(one.near.missed + one.far.missed for one in paths)
                for name, paths in self._links.items()
            },
            captured={name: capture.packets for name, capture in captures.items()},
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
        path = self._links[command.link][command.path]
        for ring in (path.near, path.far):
            ring.settle()
        return Done()

    @_do.register
    def _(self, command: messages.Renumber) -> Done:
        self._spaces.renumber(command.link, command.path)
        return Done()

    # --- parts of them -----------------------------------------------------------------

    def _join(self, name: str, link: Link, seed: int) -> list[Ways]:
        """The directions of a link's paths, with nothing under way."""
        paths = []
        for number, path in enumerate(link.paths):
            near, far = self._spaces.rings(name, number)
            to_near, to_far = self._spaces.sinks(name, number)
            # Each link has chances of its own.
            whole = f"{seed}/{number}" if name == CLIENTS else f"{seed}/{name}/{number}"
            up, down = Shaper(path.up, f"{whole}/up"), Shaper(path.down, f"{whole}/down")
            ways = Ways(_direction(near, to_far, up), _direction(far, to_near, down), near, far)
            self._sources |= {near.fileno(): ways.up, far.fileno(): ways.down}
            paths.append(ways)
        return paths

    def _forget_links(self) -> None:
        """With what is under way, and with their counts."""
        for paths in self._links.values():
            for path in paths:
                path.near.close()
                path.far.close()
        self._sources, self._links = {}, {}
        self._marks, self._marked = [], {}

    def _capture(self, name: str, file: Path) -> None:
        self._captures[name] = capture = Capture(file)
        for path in self._links[name]:
            path.up.on_taken = path.down.on_sent = capture.see

    def _end_captures(self) -> None:
        for name, capture in self._captures.items():
            for path in self._links[name]:
                path.up.on_taken = path.down.on_sent = None
            capture.close()
        self._captures = {}


def _direction(ring: PacketRing, sink: int, shaper: Shaper) -> Direction:
    return Direction(ring, FrameSender(sink, ring.address, ring.places), shaper)


def _late_ns(paths: list[Ways]) -> messages.LateNs | None:
    """Of the direction that is later, of each number; None without a packet."""
    late = [one for path in paths for one in path.lateness if one.count]
    if not late:
        return None
    return messages.LateNs(
        mean=max(one.mean_ns for one in late),
        p50=max(one.quantile_ns(0.5) for one in late),
        p99=max(one.quantile_ns(0.99) for one in late),
        most=max(float(one.most_ns) for one in late),
    )
