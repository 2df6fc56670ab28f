"""A target alone, for looking at: `bench serve` and `bench trace`.

Measures nothing and stores nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from bench.catalog import ROOT
from bench.lab.parts import START_SECONDS, PartInstance
from bench.lab.partset import PartSet
from bench.lab.ports import accepts
from bench.lab.processes import Child, cpu_sets, python_child
from bench.lab.proxies.proxyset import ProxySet
from bench.lab.scratch import folder_for
from bench.lab.side import ON_LOOPBACK
from bench.lab.tap import Crossing, Tap
from bench.model import linktext
from bench.model.combining import combine
from bench.model.errors import UsageError
from bench.model.messages import (
    Address,
    Begin,
    Done,
    LoadConfig,
    LoadReady,
    PartConfig,
    Probe,
    Probed,
    Tried,
    TryClient,
    Values,
    Verify,
)
from bench.model.part import CLIENT_ROLES, Part
from bench.model.pattern import Pattern
from bench.run.services import Services
from bench.run.startup import counts_of, service_endpoints

FOREVER_NS = 10**18
TRACE_SECONDS = 20.0
LINE_BYTES = 16


@dataclass(frozen=True)
class Staged:
    """Running parts and where clients reach them; `config` is what parts have in common."""

    parts: PartSet
    address: Address
    folder: Path
    config: PartConfig


@contextmanager
def staged(
    pattern: Pattern,
    load: Values,
    port: int,
    foreign: Mapping[str, str],
    says: Callable[[str], None],
    pins: Sequence[int] = (),
) -> Iterator[Staged]:
    """Start the pattern's target with what it needs; stop all of it afterwards.

    Its processes run on the cores `pins`, where some are named.  Parts that stand where clients
    do are not started: who looks on takes their place.
    """
    if port and accepts(port):
        raise UsageError(f"port={port}: the port is in use; choose another, or leave it out")
    if links := linktext.links_of(load):
        name = f"{linktext.prefix_of(next(iter(links)))}link"
        raise UsageError(
            f"{name}={load[name]}: a pattern served alone stays on loopback; remove the link"
        )
    if len(client_parts(pattern)) == len(pattern.parts):
        raise UsageError(
            f"{pattern.id}: its parts all stand where clients do, so there is no server to look "
            f"at; `bench run {pattern.id}` measures it"
        )
    services = Services(cpu_sets(1)["backend"], foreign, says)
    with folder_for("patternbench-stage-") as folder:
        parts = None
        try:
            context = services.context_for(pattern, 1)
            counts = counts_of(pattern, load)
            counts |= {part.name: 0 for part in client_parts(pattern)}
            clients = int(str(load["clients"]))
            proxies = ProxySet(ON_LOOPBACK, cpu_sets(1)["backend"], clients)
            parts = PartSet(pattern, counts, folder, partial(_launch, pins), proxies)
            config = PartConfig(
                pattern=pattern.id, load=load, seed=1, services=dict(context.services), port=port
            )
            parts.start(config, ON_LOOPBACK, service_endpoints(context.services))
            yield Staged(parts, parts.entrance, folder, config)
        finally:
            if parts is not None:
                parts.stop()
            services.stop()


def _launch(pins: Sequence[int], _: Part, name: str, log: Path) -> Child:
    return python_child("targets", name, log, pins, ROOT)


def client_parts(pattern: Pattern) -> list[Part]:
    """Its parts that stand where clients do: those that call, or receive."""
    return [part for part in pattern.parts if part.role in CLIENT_ROLES]


def publish(stage: Staged) -> None:
    """Let the target publish by its schedule until it is stopped."""
    now = time.monotonic_ns()
    stage.parts.ask(Begin(now, now, now + FOREVER_NS), Done)


def trace(pattern: Pattern, load: Values, stage: Staged) -> tuple[Tap, list[Crossing]]:
    """What crosses the wire where one client connects through a tap and gets one event.

    Where a part makes the work, it connects through the tap too, and does one operation.

    UsageError where clients reach a proxy before the server, mostly encrypted.
    """
    if stage.address.listeners:
        raise UsageError(
            f"{pattern.id}: its clients talk to a proxy, which cannot be traced; "
            f"`bench serve {pattern.id}` shows where it listens"
        )
    tap = Tap(stage.address.host, stage.address.port)
    client = python_child("bench.load", "load process", stage.folder / "load.log", (), ROOT)
    config = LoadConfig(
        pattern=pattern.id,
        load=load,
        seed=1,
        address=_through(tap, stage.address),
        rows=str(stage.folder / "rows.bin"),
        parts=stage.parts.reached,
    )
    callers = [
        PartInstance(part, 0, stage.folder, partial(_launch, (), part), set())
        for part in client_parts(pattern)
    ]
    try:
        client.ask(config, LoadReady, START_SECONDS)
        number = client.ask(TryClient(), Tried).client or 0
        for caller in callers:
            caller.start(_seen_through(tap, stage, caller.part))
        replies = [one.ask(Probe(number), Probed, TRACE_SECONDS) for one in callers]
        replies += stage.parts.ask(Probe(number), Probed)
        probe = combine([reply for reply in replies if reply is not None])
        client.ask(Verify(probe.sequence, probe.is_checked), Done, TRACE_SECONDS)
    finally:
        client.stop()
        for caller in callers:
            caller.stop()
        tap.close()
    return tap, list(tap.crossings)


def _seen_through(tap: Tap, stage: Staged, part: Part) -> PartConfig:
    """The configuration of a part that finds the tap where the entrance would be."""
    reached = {
        name: [_through(tap, one) if one == stage.address else one for one in known]
        for name, known in stage.parts.reached.items()
    }
    return replace(stage.config, part=part.name, class_name=part.class_name, parts=reached, port=0)


def _through(tap: Tap, address: Address) -> Address:
    """The address with the tap in the place of what it is before."""
    old, new = f":{address.port}/", f":{tap.port}/"
    more = {name: value.replace(old, new) for name, value in address.more.items()}
    return Address("127.0.0.1", tap.port, more=more)


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
