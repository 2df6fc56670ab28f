"""A pattern of several parts, added to a copy of the tree by two files: all of them are run.

One part publishes over another to the clients; in a second pattern a part is the caller
and the clients do nothing.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from project_copy import ROOT, copy_project, python

from bench.analysis import metrics
from bench.model import samples
from bench.results import store
from bench.results.store import StoredTrial

RELAYED = '''
"""A publisher sends each event to a server, which passes it on."""

import asyncio

from targets._events import EventSource
from targets._target import BaseTarget
from targets.notifications import null

PARTS = (
    {"name": "server", "role": "server"},
    {"name": "idler", "role": "worker", "count": 2},
    {"name": "publisher", "role": "publisher"},
)


class Server(null.Target):
    """What the publisher sends goes to everybody else."""

    def __init__(self, *settings):
        super().__init__(*settings)
        self.source = None

    async def start(self, port):
        port = await super().start(port)
        self.inner = await asyncio.start_server(self.relay, self.host, 0)
        return port

    def address(self, port):
        inner = self.inner.sockets[0].getsockname()[1]
        return type(super().address(port))(self.host, port, more={"inner": str(inner)})

    async def relay(self, reader, writer):
        while line := await reader.readline():
            for transports in self.listeners.values():
                for transport in transports:
                    transport.write(line)


class Idler(BaseTarget):
    """Shows that it knows those before it."""

    async def start(self, port):
        assert list(self.parts)[0] == "server"
        return 0


class Publisher(BaseTarget):
    def __init__(self, *settings):
        super().__init__(*settings)
        self.source = EventSource(self.load, self.seed, self.deliver)

    async def start(self, port):
        (server,) = self.parts["server"]
        inner = int(server.more["inner"])
        _, self.writer = await asyncio.open_connection(server.host, inner)
        return 0

    def deliver(self, audience, event):
        self.writer.write(event.payload + b"\\n")
'''

CALLED = '''
"""A caller asks a server; the clients only look on."""

import asyncio

from bench.clock import Alarm, now_ns
from bench.model.samples import OK
from targets._target import BaseTarget

PARTS = (
    {"name": "server", "role": "server"},
    {"name": "caller", "role": "caller", "count": 2},
)
GAP_NS = 5_000_000


class Server(BaseTarget):
    async def start(self, port):
        self.server = await asyncio.start_server(self.answer, self.host, port)
        return self.server.sockets[0].getsockname()[1]

    async def answer(self, reader, writer):
        while line := await reader.readline():
            writer.write(line)


class Caller(BaseTarget):
    is_caller = True

    async def start(self, port):
        (server,) = self.parts["server"]
        self.reader, self.writer = await asyncio.open_connection(server.host, server.port)
        return 0

    async def try_call(self):
        self.writer.write(b"x\\n")
        await self.reader.readline()

    async def call(self, begin):
        alarm = Alarm(asyncio.get_running_loop())
        code = self.recorder.code("query")
        for sequence, due_ns in enumerate(range(begin.start_ns, begin.t1_ns, GAP_NS)):
            await alarm.until(due_ns)
            sent = now_ns()
            await self.try_call()
            done = now_ns()
            self.recorder.add(code, OK, self.number, sequence, due_ns, sent, done, done, 2, 2)
'''

IDLE = '''
"""Clients that look on."""

import asyncio

from bench.load.user import ClientUser


class Client(ClientUser):
    async def connect(self):
        pass

    async def live(self):
        await asyncio.Event().wait()
'''


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    tree = copy_project(tmp_path)
    for drawn in (tree / "reports" / "figures").glob("[!_]*.py"):
        drawn.unlink()  # nobody looks at the report
    return tree


def measured(tree: Path, pattern: str, target: str, scenario: str, *options: str) -> StoredTrial:
    """One trial of the pattern that these two files make."""
    (tree / "targets" / f"{pattern}.py").write_text(target)
    (tree / "scenarios" / f"{pattern}.py").write_text(scenario)
    results = tree / "results"
    words = ("--repeats", "1", "--duration", "600ms", "--clients", "2", *options)
    finished = python("bench", "run", pattern, *words, "--results", str(results), cwd=tree)
    assert "FAILED" not in finished.stdout, finished.stdout + finished.stderr
    (run,) = results.iterdir()
    (trial,) = store.open_run(run).trials
    return trial


def test_each_part_runs_and_is_metered_by_its_name(tree: Path) -> None:
    scenario = (ROOT / "scenarios/notifications/null.py").read_text()
    settings = ("--set", "warmup=100ms", "--set", "event_rate=50/s")
    trial = measured(tree, "notifications/relayed", RELAYED, scenario, *settings)
    assert (trial.record.status, trial.record.reason) == ("ok", "")
    parts = {row.part: row.role for row in trial.meters}
    assert parts == {
        "server": "server",
        "idler.0": "worker",
        "idler.1": "worker",
        "publisher": "publisher",
        "clients": "generator",
    }
    data = trial.data()
    found = metrics.compute(data, metrics.SHARED)
    assert (found["completeness"], found["duplicated"]) == (1.0, 0)
    assert len(data.window_events) > 0
    assert len(data.rows) == trial.record.counted
    assert set(data.marks["t1"]) == {"server", "worker", "publisher", "generator"}
    assert data.cpu_ns("publisher") > 0
    assert not list(trial.folder.glob("*.bin"))


def test_a_part_may_be_the_caller(tree: Path) -> None:
    trial = measured(tree, "proxies/called", CALLED, IDLE)
    assert (trial.record.status, trial.record.reason) == ("ok", "")
    assert trial.record.parts == ["clients", "server", "caller.0", "caller.1"]
    data = trial.data()
    assert len(data.rows) == trial.record.counted
    outcomes = data.outcomes
    assert set(outcomes["part"].tolist()) == {2, 3}
    assert set(outcomes["client"].tolist()) == {0, 1}
    assert len(outcomes) == pytest.approx(2 * 0.6 / 0.005, abs=2)
    ticks = data.select(samples.COMMON_OPERATIONS[1])
    assert set(np.unique(ticks["part"]).tolist()) == {0, 2, 3}, "everybody's loop is watched"
    found = metrics.compute(data, metrics.SHARED)
    assert found["completeness"] == 1.0
    assert data.cpu_ns("caller") > 0
    code = data.operations.index("query")
    queries = data.rows[data.rows["operation"] == code]
    asked = 2 * (len(queries) + 2)
    wire = data.wire
    assert [wire[mark].open for mark in ("t0", "t1", "end")] == [2, 2, 2]
    assert wire["end"].stream_up == wire["end"].stream_down == asked, "verification included"
    assert wire["t1"].wire_up - wire["t0"].wire_up > 0
    assert metrics.SHARED["caller_lag_p50"].raw(data).min() >= 0


def test_a_call_is_traced_through_the_callers_own_library() -> None:
    """What the caller sends and gets crosses the tap: a length, a number; a length, the order."""
    finished = python("bench", "trace", "calls/raw", "--set", "payload=100B", cwd=ROOT)
    heads = [line.split("ms  ")[1] for line in finished.stdout.splitlines() if " ms  " in line]
    assert heads == ["client -> backend  8 bytes", "client <- backend  104 bytes"], finished
    assert "04 00 00 00 01 00 00 00" in finished.stdout
    assert "53 4b 55 2d 30" in finished.stdout
