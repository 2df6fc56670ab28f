"""A target alone, for looking at: `bench serve` and `bench trace`.

Measures nothing and stores nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.catalog import ROOT
from bench.lab.ports import accepts
from bench.lab.processes import Child, cpu_sets, python_child
from bench.lab.proxies.front import Front
from bench.lab.scratch import folder_for
from bench.lab.side import LOOPBACK
from bench.lab.tap import Crossing, Tap
from bench.model.errors import UsageError
from bench.model.links import LOOPBACK as LOOPBACK_LINK
from bench.model.pattern import Pattern
from bench.run.services import Services
from bench.run.startup import START_SECONDS

FOREVER_NS = 10**18
TRACE_SECONDS = 20.0
LINE_BYTES = 16


@dataclass(frozen=True)
class Staged:
    """A running target and where it is."""

    target: Child
    address: dict[str, Any]
    folder: Path


@contextmanager
def staged(
    pattern: Pattern, load: dict[str, Any], port: int, amqp_url: str, says: Callable[[str], None]
) -> Iterator[Staged]:
    """Start the pattern's target with what it needs; stop all of it afterwards."""
    if port and accepts(port):
        raise UsageError(f"port={port}: the port is in use; choose another, or leave it out")
    if load["link"] != LOOPBACK_LINK:
        raise UsageError(
            f"link={load['link']}: a pattern served alone stays on loopback; leave the link out"
        )
    services = Services(cpu_sets(1)["backend"], amqp_url, says)
    with folder_for("patternbench-stage-") as folder:
        target = front = None
        try:
            around = services.around(pattern, 1)
            target = python_child("targets", "target", folder / "target.log", (), ROOT)
            target.tell(
                {
                    "pattern": pattern.id,
                    "load": load,
                    "seed": 1,
                    "services": dict(around.services),
                    "port": port,
                }
            )
            address = target.listen(START_SECONDS)
            if (wish := address.pop("front", None)) is not None:
                front = Front(wish, cpu_sets(1)["backend"], LOOPBACK, int(address["port"]))
                address |= front.address
            yield Staged(target, address, folder)
        finally:
            if front is not None:
                front.stop()
            if target is not None:
                target.stop()
            services.stop()


def publish(stage: Staged) -> None:
    """Let the target publish by its schedule until it is stopped."""
    now = time.monotonic_ns()
    stage.target.ask({"do": "publish", "start_ns": now, "end_ns": now + FOREVER_NS})


def trace(pattern: Pattern, load: dict[str, Any], stage: Staged) -> tuple[Tap, list[Crossing]]:
    """One client connects through a tap and gets one event; what crossed the wire.

    UsageError where clients reach a proxy before the server, mostly encrypted.
    """
    if "listeners" in stage.address:
        raise UsageError(
            f"{pattern.id}: its clients talk to a proxy, which cannot be traced; "
            f"`bench serve {pattern.id}` shows where it listens"
        )
    address = dict(stage.address)
    tap = Tap(address["host"], int(address["port"]))
    if "url" in address:
        address["url"] = address["url"].replace(f":{address['port']}/", f":{tap.port}/")
    address |= {"host": "127.0.0.1", "port": tap.port}
    client = python_child("bench.load", "load process", stage.folder / "load.log", (), ROOT)
    try:
        client.tell(
            {
                "pattern": pattern.id,
                "load": load,
                "address": address,
                "seed": 1,
                "workers": 1,
                "rows": str(stage.folder / "rows.bin"),
                "port": 0,
            }
        )
        client.listen(START_SECONDS)
        number = client.ask({"do": "try"})["client"]
        probe = stage.target.ask({"do": "probe", "client": number})
        client.ask({"do": "verify", "sequence": probe["sequence"]}, TRACE_SECONDS)
    finally:
        client.stop()
        tap.close()
    return tap, list(tap.crossings)


def shown(tap: Tap, crossing: Crossing) -> list[str]:
    """A crossing as lines: when, which way, how much, and every byte."""
    arrow = "client -> backend" if crossing.up else "client <- backend"
    milliseconds = (crossing.time_ns - tap.began_ns) / 1e6
    head = f"{milliseconds:10.3f} ms  {arrow}  {len(crossing.data)} bytes"
    if crossing.connection > 1:
        head += f"  (connection {crossing.connection})"
    return [head, *_bytes_shown(crossing.data), ""]


def _bytes_shown(data: bytes) -> list[str]:
    lines = []
    for start in range(0, len(data), LINE_BYTES):
        part = data[start : start + LINE_BYTES]
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        lines.append(f"    {start:5d}  {part.hex(' '):<{3 * LINE_BYTES}} {text}")
    return lines
