"""Runs one target in its own process, told what to do over its pipes.

    python -m targets

The first line on standard input is a PartConfig, the first line out PartReady.  Then
commands, one line each, in the types of bench/model/messages.py.

End of input ends the process.  Knows nothing of any pattern; a pattern's
target module defines `class Target(BaseTarget)`.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.model.messages import (
    Address,
    AskCounts,
    Counts,
    Done,
    FinishPart,
    PartCommand,
    PartConfig,
    PartCounters,
    PartReady,
    PartReply,
    Probe,
    Probed,
    Publish,
    Values,
)
from bench.model.proxy import Proxy
from bench.pipes import hear, say
from targets._events import EventSource

HOST = "127.0.0.1"
BACKLOG = 4096
"""Pending connections that the kernel keeps: all clients may come at once."""


class BaseTarget:
    """The server side of a pattern.  Only `start` must be written."""

    source: EventSource | None = None
    host = HOST
    """The address to listen on; another one where the backend is on a link."""

    def __init__(self, load: Any, seed: int, services: Mapping[str, Values]) -> None:
        self.load = load
        self.seed = seed
        self.services = services

    async def start(self, port: int) -> int:
        """Listen on `host` at `port` (0: a free one) and return the port."""
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


def load_target(pattern: str) -> type[BaseTarget]:
    experiment, _, name = pattern.partition("/")
    target = importlib.import_module(f"targets.{experiment}.{name}").Target
    assert issubclass(target, BaseTarget), f"{pattern}: Target must derive from BaseTarget"
    return target  # type: ignore[no-any-return]


def load_of(experiment: str, values: Mapping[str, Any]) -> Any:
    module = importlib.import_module(f"scenarios.{experiment}.experiment")
    return module.EXPERIMENT.load.read(values)


class Session:
    """The commands that a running target understands."""

    def __init__(self, target: BaseTarget) -> None:
        self.target = target
        self.publishing: asyncio.Task[None] | None = None

    async def answer(self, command: PartCommand) -> PartReply:
        """Do one command and return its reply."""
        match command:
            case Probe():
                return self._probe(command.client)
            case Publish():
                return self._publish(command)
            case AskCounts():
                return Counts(self.target.counts())
            case FinishPart() if self.target.source is not None:
                self.target.source.close_log()
        return self._counters()

    def _probe(self, client: int) -> Probed:
        """Publish one event; sequence None where clients make the work themselves."""
        source = self.target.source
        return Probed(None if source is None else source.publish_now(client))

    def _publish(self, command: Publish) -> Done:
        # What start-up left is not to be searched again in the window.
        gc.collect()
        gc.freeze()
        if (source := self.target.source) is not None:
            self.publishing = asyncio.create_task(source.run(command.start_ns, command.end_ns))
        return Done()

    def _counters(self) -> PartCounters:
        source = self.target.source
        return PartCounters(
            published=source.published if source else None,
            publishing=bool(self.publishing and not self.publishing.done()),
            failure=source.failure if source else "",
        )


async def serve(config: PartConfig, lines: asyncio.StreamReader) -> None:
    """Start the target, say where it listens, answer commands until `finish` or the end."""
    experiment = config.pattern.partition("/")[0]
    load = load_of(experiment, config.load)
    target = load_target(config.pattern)(load, config.seed, config.services)
    target.host = config.host
    if target.source is not None and config.log:
        target.source.keep_log(Path(config.log))
    port = await target.start(config.port)
    say(PartReady(target.address(port), bool(target.counts()), list(target.proxies())))
    session = Session(target)
    try:
        while line := await lines.readline():
            command = hear(line, PartCommand)
            say(await session.answer(command))
            if isinstance(command, FinishPart):
                return
    finally:
        await target.stop()


async def main() -> None:
    """Read the configuration and serve."""
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    await serve(hear(await lines.readline(), PartConfig), lines)
