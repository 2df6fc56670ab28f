"""What the clients of one load process share: load, address, engine, recorder, counts.

A scenario sees its session and nothing else of the harness.  Knows nothing of
where commands come from or where rows go.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

from bench.clock import now_ns
from bench.load.engine import Engine
from bench.load.receipts import Receipts, Until
from bench.load.wire import WireMeter
from bench.model.experiment import Experiment
from bench.model.load import Load
from bench.model.messages import Address, Values
from bench.model.readings import Wire
from bench.model.recorder import Recorder, record_ticks
from bench.model.samples import COMMON_OPERATIONS

MOST_ERRORS = 20
MOST_REASONS = 200
OTHER_REASON = "another reason"


@dataclass(frozen=True)
class WorkerIndex:
    """Which of several load processes this is: its clients are number, number + of, ..."""

    number: int = 0
    of: int = 1


class Disturbable(Protocol):
    """A client as faults see it: each says whether it has a connection for that."""

    def transports(self) -> Sequence[asyncio.Transport]: ...
    def pause(self) -> bool: ...
    def resume(self) -> bool: ...
    def cut(self) -> bool: ...


class Session:
    """The shared state of a load process's clients."""

    def __init__(
        self,
        experiment: Experiment,
        load: Mapping[str, Any],
        address: Address,
        seed: int,
        engine: Engine,
        place: WorkerIndex | None = None,
        parts: Mapping[str, Sequence[Address]] | None = None,
    ) -> None:
        self.experiment = experiment
        self.load: Load[Any] = self.experiment.load.read(load)
        self.address = address
        self.parts = parts or {}
        """The addresses of all parts by name; `address` is that of the first server."""

        self.seed = seed
        self.engine = engine
        self.recorder = Recorder([*COMMON_OPERATIONS, *self.experiment.operations])
        self.wire = WireMeter()
        self.receipts: Receipts | None = None
        """Who notes when the kernel received what clients read; None where nobody does."""

        self.connected = 0
        self.busy = 0
        self.only_one = False
        """To verify: one work item, and no second one begun."""
        self.errors: list[str] = []
        self.failures = 0
        self.reasons: Counter[tuple[str, str]] = Counter()
        """How often each operation failed for which reason, since `take_reasons`."""

        self.facts: Values = {}
        self.beside: list[asyncio.Task[None]] = []
        self.users: dict[int, Disturbable] = {}
        self.unfinished: set[Callable[[int], None]] = set()
        self.snapshots: dict[str, Wire] = {}
        self.t0_ns = self.t1_ns = 0
        self.window_known = asyncio.Event()
        self.take_place(place or WorkerIndex())

    @property
    def start_ns(self) -> int:
        """When the warm-up begins; 0 where no window was set."""
        return self.t0_ns and self.t0_ns - round(self.load.window.warmup_s * 1e9)

    @property
    def host(self) -> str:
        return self.address.host

    @property
    def port(self) -> int:
        return self.address.port

    def take_place(self, place: WorkerIndex) -> None:
        """Number the clients to come as the load process at this place does."""
        self._numbers = count(place.number, place.of)

    def next_client(self) -> int:
        """The number of a new client: dense over all load processes, from 0."""
        return next(self._numbers)

    def disturb(self, what: str, first: int, last: int) -> int:
        """Pause, resume or cut the clients `first` to `last`; how many cannot be."""
        chosen = [user for number, user in self.users.items() if first <= number <= last]
        return sum(not getattr(user, what)() for user in chosen)

    def failed(self, error: BaseException, operation: str) -> None:
        """Count a client's failure in an operation; keep the first few in words."""
        self.failures += 1
        words = f"{type(error).__name__}: {error}"
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(words)
        reason = operation, words
        if reason not in self.reasons and len(self.reasons) >= MOST_REASONS:
            reason = operation, OTHER_REASON
        self.reasons[reason] += 1

    def take_reasons(self) -> Counter[tuple[str, str]]:
        """Give away the reasons so far and go on without any."""
        taken, self.reasons = self.reasons, Counter()
        return taken

    async def window_over(self) -> None:
        """Return when the sockets have been read at t1 too."""
        await asyncio.gather(*self.beside)

    def record_unfinished(self) -> None:
        """Have what is still under way recorded as pending: it was sent, so it counts."""
        now = now_ns()
        for record in list(self.unfinished):
            record(now)

    @property
    def outcomes(self) -> int:
        """Outcome operations (deliveries) so far."""
        return self.recorder.counts[self.recorder.code(self.experiment.outcome_operation)]

    async def take_snapshots(self, instants: Sequence[tuple[str, int]]) -> None:
        """Read all sockets at each instant (name, time in ns)."""
        for name, due_ns in instants:
            # Reading takes a while: before t0 it must not be in the window, nor at its end.
            lead_ns = self.wire.reading_ns if name == "t0" else 0
            await self.engine.alarm.until(due_ns - lead_ns)
            self.snapshots[name] = await self.wire.snapshot()

    def begin_window(self, t0_ns: int, t1_ns: int) -> None:
        """Start what is measured beside the clients (on the engine's thread)."""
        self.t0_ns, self.t1_ns = t0_ns, t1_ns
        self.window_known.set()
        loop = asyncio.get_running_loop()
        until: Until = self.engine.alarm.until
        if self.receipts is not None:
            until = self.receipts.between(until)
        self.beside = [
            loop.create_task(self.take_snapshots([("t0", t0_ns), ("t1", t1_ns)])),
            loop.create_task(record_ticks(self.recorder, until, now_ns, t0_ns, t1_ns)),
        ]
