"""Runs one target in its own process, told what to do over its pipes.

    python -m targets

The first line on standard input is the configuration
{"pattern", "load", "seed", "services", "port"}, the first line out is
{"ready": true, "host", "port"}.  Then commands, one line each:

    publish {start_ns, end_ns}  begin the schedule     probe {client}  one event now
    counters                    what was done so far   finish {events} write the record, end
    counts                      what the server counts of its own

End of input ends the process.  Knows nothing of any pattern; a pattern's
target module defines `class Target(BaseTarget)`.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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

    def __init__(self, load: Any, seed: int, services: Mapping[str, Any]) -> None:
        self.load = load
        self.seed = seed
        self.services = services

    async def start(self, port: int) -> int:
        """Listen on `host` at `port` (0: a free one) and return the port."""
        raise NotImplementedError

    async def stop(self) -> None:
        """Let go of everything; the process ends right after."""

    def front(self) -> dict[str, Any] | None:
        """What the harness is to put before this server (see bench/lab/front.py); None: nothing."""
        return None

    def counts(self) -> dict[str, float]:
        """What the server itself counts, read at the window's edges; {} where it counts nothing."""
        return {}

    def address(self, port: int) -> dict[str, Any]:
        """Where clients connect; a broker's pattern names the broker."""
        return {"host": self.host, "port": port}


def load_target(pattern: str) -> type[BaseTarget]:
    experiment, _, name = pattern.partition("/")
    target = importlib.import_module(f"targets.{experiment}.{name}").Target
    assert issubclass(target, BaseTarget), f"{pattern}: Target must derive from BaseTarget"
    return target  # type: ignore[no-any-return]


def load_of(experiment: str, values: Mapping[str, Any]) -> Any:
    module = importlib.import_module(f"scenarios.{experiment}.experiment")
    return module.EXPERIMENT.load(**values)


class Session:
    """The commands that a running target understands."""

    def __init__(self, target: BaseTarget) -> None:
        self.target = target
        self.publishing: asyncio.Task[None] | None = None

    async def answer(self, message: dict[str, Any]) -> dict[str, Any]:
        """Do one command and return its reply."""
        do = getattr(self, f"do_{message.get('do')}", None)
        if do is None:
            return {"error": f"unknown command {message.get('do')!r}"}
        return await do(message)  # type: ignore[no-any-return]

    @property
    def source(self) -> EventSource:
        assert self.target.source is not None, "this target publishes no events"
        return self.target.source

    async def do_probe(self, message: dict[str, Any]) -> dict[str, Any]:
        """Publish one event; sequence None where clients make the work themselves."""
        if self.target.source is None:
            return {"sequence": None}
        return {"sequence": self.source.publish_now(int(message["client"]))}

    async def do_publish(self, message: dict[str, Any]) -> dict[str, Any]:
        # What start-up left is not to be searched again in the window.
        gc.collect()
        gc.freeze()
        if self.target.source is None:
            return {"publishing": False}
        self.publishing = asyncio.create_task(
            self.source.run(int(message["start_ns"]), int(message["end_ns"]))
        )
        return {"publishing": True}

    async def do_counters(self, _: dict[str, Any]) -> dict[str, Any]:
        source = self.target.source
        return {
            "published": source.published if source else None,
            "publishing": bool(self.publishing and not self.publishing.done()),
            "failure": source.failure if source else "",
        }

    async def do_counts(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"counts": self.target.counts()}

    async def do_finish(self, message: dict[str, Any]) -> dict[str, Any]:
        if self.target.source is not None:
            self.target.source.write_log(Path(message["events"]))
        return await self.do_counters(message)


async def serve(config: dict[str, Any], lines: asyncio.StreamReader) -> None:
    """Start the target, say where it listens, answer commands until `finish` or the end."""
    experiment = config["pattern"].partition("/")[0]
    load = load_of(experiment, config["load"])
    target = load_target(config["pattern"])(load, int(config["seed"]), config["services"])
    target.host = config.get("host", HOST)
    port = await target.start(int(config.get("port", 0)))
    ready = {"ready": True, **target.address(port), "counts": bool(target.counts())}
    front = target.front()
    say({**ready, "front": front} if front else ready)
    session = Session(target)
    try:
        while line := await lines.readline():
            message = hear(line)
            say(await session.answer(message))
            if message.get("do") == "finish":
                return
    finally:
        await target.stop()


async def main() -> None:
    """Read the configuration and serve."""
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    await serve(hear(await lines.readline()), lines)
