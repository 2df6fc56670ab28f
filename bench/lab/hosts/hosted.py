"""The load of one trial as other hosts carry it: who takes part, who is lost, what they report.

Knows nothing of how a trial goes on.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from bench.lab.hosts.hub import GONE, HostLink, Hub
from bench.model.errors import TrialFailed
from bench.model.hosts import (
    BeginLoad,
    EndLoad,
    HostClock,
    LoadBegun,
    LoadEnded,
    SetWindow,
    addresses_of,
    files_of,
)
from bench.model.messages import LoadConfig
from bench.model.part import GENERATOR
from bench.model.records import MeterRow

BEGIN_SECONDS = 30.0
END_SECONDS = 60.0


@dataclass
class HostShare:
    """One host's part in a trial: the numbers of its workers, and what became of it."""

    link: HostLink
    numbers: Sequence[int]
    lost_ns: int = 0
    lost: str = ""
    ended: LoadEnded | None = None

    @property
    def clock(self) -> HostClock | None:
        return self.ended.clock if self.ended else None


class HostedLoad:
    """The hosts that were there when a trial began; TrialFailed where there was none."""

    def __init__(self, hub: Hub) -> None:
        hub.turn += 1
        self._hub, self._turn = hub, hub.turn
        self._losing = threading.Lock()
        self._told: Callable[[Sequence[int]], None] | None = None
        self.shares: list[HostShare] = []
        for link in hub.present:
            first = self.workers
            share = HostShare(link, range(first, first + link.workers))
            self.shares.append(share)
        if not self.shares:
            raise TrialFailed("no host is there any more to carry the load")

    @property
    def workers(self) -> int:
        return sum(share.link.workers for share in self.shares)

    @property
    def lost(self) -> list[HostShare]:
        """Those that have ended before they were told to."""
        return [share for share in self.shares if share.lost]

    def begin(self, config: LoadConfig) -> None:
        """Have all hosts start their load processes; TrialFailed where one cannot."""
        self._hub.load_port = config.port
        named = {path for address in addresses_of(config) for path in files_of(address)}
        files = {path: Path(path).read_bytes() for path in sorted(named)}
        for share in self.shares:
            share.link.fails = self._losing_of(share)
            share.link.tell(BeginLoad(self._turn, config, list(share.numbers), files))
        for share in self.shares:
            reply = share.link.reply(self._turn, BEGIN_SECONDS, partial(_is_lost, share))
            if not isinstance(reply, LoadBegun):
                raise TrialFailed(f"host {share.link.name}: {share.lost or 'did not start'}")

    def _losing_of(self, share: HostShare) -> Callable[[int, str], None]:
        def lost(turn: int, reason: str) -> None:
            with self._losing:
                if turn not in (self._turn, GONE) or share.lost or share.ended is not None:
                    return
                share.lost_ns, share.lost = time.monotonic_ns(), reason
                told = self._told
            if told is not None:
                told(share.numbers)

        if share.link.gone:
            lost(GONE, share.link.gone)
        return lost

    def watch(self, told: Callable[[Sequence[int]], None]) -> None:
        """Have somebody told of the workers that end from now on, and of those that have ended."""
        with self._losing:
            self._told = told
            earlier = [number for share in self.lost for number in share.numbers]
        if earlier:
            told(earlier)

    def check(self) -> None:
        """TrialFailed where a host is lost: before the window everybody is needed."""
        for share in self.lost:
            raise TrialFailed(f"host {share.link.name} was lost: {share.lost}")

    def window(self, t0_ns: int, t1_ns: int) -> None:
        """Have all hosts read their meters."""
        self._tell(SetWindow(t0_ns, t1_ns))

    def end(self) -> None:
        """Have all hosts say what they measured, and end their load processes."""
        self._tell(EndLoad())
        for share in self.shares:
            reply = share.link.reply(self._turn, END_SECONDS, partial(_is_gone, share))
            if isinstance(reply, LoadEnded):
                share.ended = reply

    def stop(self) -> None:
        """Whatever has happened: nobody carries load any more."""
        self._hub.load_port = 0
        for share in self.shares:
            share.link.fails = _ignore
            if share.ended is None:
                share.link.tell(EndLoad())

    def _tell(self, message: object) -> None:
        for share in self.shares:
            share.link.tell(message)

    def meter_rows(self) -> list[MeterRow]:
        """What the hosts' load processes used; readings of a role belong to one instant.

        All hosts read at the same planned instants, some fractions of a millisecond apart.
        """
        same: dict[tuple[str, int], list[MeterRow]] = {}
        for share in self.shares:
            seen: Counter[str] = Counter()
            for record in share.ended.meters if share.ended else ():
                rows = same.setdefault((record.mark, seen[record.mark]), [])
                seen[record.mark] += 1
                at_ns = rows[0].reading.time_ns if rows else record.reading.time_ns
                reading = replace(record.reading, time_ns=at_ns)
                name = f"clients at {share.link.name}"
                rows.append(MeterRow(GENERATOR, record.mark, reading, name))
        found = [row for rows in same.values() for row in rows]
        return sorted(found, key=lambda row: row.reading.time_ns)


def _is_lost(share: HostShare) -> bool:
    return bool(share.lost)


def _is_gone(share: HostShare) -> bool:
    return bool(share.link.gone)


def _ignore(_: int, __: str) -> None:
    """After a trial its losses are nobody's."""
