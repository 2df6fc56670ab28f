"""What a pattern's server derives from: what it may write, and what it is told.

Knows no pattern, nor how a process serves it (_serve.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.model.messages import Address, Begin, Values
from bench.model.proxy import Proxy
from bench.model.recorder import Recorder
from targets._events import EventSource

HOST = "127.0.0.1"
BACKLOG = 4096
"""Pending connections that the kernel keeps: all clients may come at once."""

MOST_ERRORS = 20


class BaseTarget:
    """One part of a pattern.  Only `start` must be written."""

    source: EventSource | None = None
    host = HOST
    """The address to listen on; another one where its side is on a link."""

    part, number = "server", 0
    parts: Mapping[str, Sequence[Address]] = {}
    """The addresses of parts that were started before it, by name."""

    data = Path()
    """Its folder, to be made where it keeps something: a restarted one finds it as it was."""

    is_caller = False
    """Whether it makes the work: then it has a recorder, and `call` is its work."""

    recorder: Recorder
    busy = 0
    """Operations of a caller that are under way."""

    failures = 0

    def __init__(self, load: Any, seed: int, services: Mapping[str, Values]) -> None:
        self.load = load
        self.seed = seed
        self.services = services
        self.errors: list[str] = []
        self.facts: Values = {}

    async def start(self, port: int) -> int:
        """Listen on `host` at `port` (0: a free one) and return the port; 0 where nobody calls."""
        raise NotImplementedError

    async def stop(self) -> None:
        """Let go of everything; the process ends right after."""

    def proxies(self) -> Sequence[Proxy]:
        """The proxies that the harness is to start around this server (docs/proxies.md)."""
        return ()

    def counts(self) -> dict[str, float]:
        """What the server itself counts, read at the window's edges; {} where it counts nothing."""
        return {}

    def address(self, port: int) -> Address:
        """Where clients connect; a broker's pattern names the broker."""
        return Address(self.host, port)

    async def until_published(self) -> None:
        """Return when the latest event is on its way; OSError where it cannot be.

        A target that writes to its clients itself has nothing to wait for.
        """

    # --- what a caller writes ---------------------------------------------------------------

    async def try_call(self) -> None:
        """One operation before anything is measured; OSError or TimeoutError where it fails."""

    async def call(self, begin: Begin) -> None:
        """Do and record operations from `begin.start_ns`; begin none from `begin.t1_ns` on."""

    def failed(self, error: BaseException) -> None:
        """Count a failure; keep the first few in words."""
        self.failures += 1
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(f"{type(error).__name__}: {error}")
