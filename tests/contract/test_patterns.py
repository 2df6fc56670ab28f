"""One contract for every pattern that tells of events: what each owes to whoever compares it.

Patterns whose clients make the work themselves have theirs in test_working_patterns.py.

Real processes on loopback.  Nothing here names a pattern.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import measured
import numpy as np
import pytest
from msgspec.structs import replace

from bench import catalog
from bench.analysis import findings
from bench.analysis.metrics import TrialData
from bench.lab.meters import INTERVAL_NS
from bench.model import samples
from bench.model.messages import Address, ListenerAddress, LoadConfig
from bench.model.pattern import Pattern
from bench.results.store import StoredTrial
from targets._serve import load_target
from targets._target import BaseTarget

PATTERNS = [
    pattern
    for name, experiment in catalog.experiments().items()
    if experiment.work_by == "schedule"
    for pattern in catalog.patterns(name).values()
]


def roles_of(pattern: Pattern) -> set[str]:
    """The roles that a trial of this pattern meters."""
    services = {catalog.components()[request.name].role for request in pattern.services}
    proxies = {"proxy"} if "envoy" in pattern.requires else set()
    return {"server", "generator", *services, *proxies}


WITH_POSITIONS = [
    pattern
    for pattern in PATTERNS
    if pattern.compared
    and "broker" not in roles_of(pattern)
    and "recovery" in catalog.experiments()[pattern.experiment].load.parameters
]
"""Patterns of our own servers, whose clients come back and say how far they had come."""

CLIENTS = 5
LOAD: Mapping[str, Any] = {
    "clients": CLIENTS,
    "event_rate_per_s": 20.0,
    "duration_s": 0.6,
    "warmup_s": 0.15,
    "drain_s": 5.0,
    "poll_interval_s": 0.05,
}
# An event's least size; more than a read, a write buffer and a two-byte length can hold.
CASES = [("every", 48), ("one", 70_000)]


def ids(patterns: list[Pattern]) -> list[str]:
    return [pattern.id for pattern in patterns]


@pytest.mark.parametrize(("audience", "payload"), CASES, ids=[f"{a}-{p}B" for a, p in CASES])
@pytest.mark.parametrize("pattern", PATTERNS, ids=ids(PATTERNS))
def test_a_pattern_keeps_the_contract(
    measure: Callable[..., StoredTrial], pattern: Pattern, audience: str, payload: int
) -> None:
    stored = measure(pattern.id, audience=audience, payload_bytes=payload, **LOAD)
    record = stored.record
    assert (record.status, record.reason, record.log_tail) == ("ok", "", [])
    assert not list(stored.folder.glob("*.log")), "nobody had anything to complain of"
    assert record.facts["client_failures"] == 0
    data = stored.data()
    check_accounting(data, record.counted)
    check_rows_against_the_log(data)
    check_bytes(data, payload)
    check_meters(data, pattern)


def check_accounting(data: TrialData, counted: int) -> None:
    """Everybody got everything that was owed, once, in order; every operation has its row."""
    found = measured.compute(data)
    assert found["deliveries"] > 0
    assert found["completeness"] == 1.0
    assert {key: found[key] for key in ("lost", "duplicated", "misdirected", "out_of_order")} == {
        "lost": 0,
        "duplicated": 0,
        "misdirected": 0,
        "out_of_order": 0,
    }
    assert len(data.rows) == counted
    assert findings.worst(measured.of_trial(data, counted, found)) != "void"
    assert (data.latencies_ns >= 0).all()
    assert not np.count_nonzero(data.rows["outcome"] == samples.FAILED)
    connects = data.rows[data.rows["operation"] == data.operations.index("connect")]
    assert sorted(connects["client"].tolist()) == list(range(CLIENTS))
    ticks = data.select("tick")
    assert len(ticks) == pytest.approx(data.seconds / 0.01, abs=1)


def check_rows_against_the_log(data: TrialData) -> None:
    """What clients say of an event is what the backend wrote down when it published it."""
    log = {(int(e["feed"]), int(e["sequence"])): e for e in data.events}
    assert len(log) == len(data.events), "no number was given twice"
    for row in data.outcomes:
        sequence = int(row["sequence"])
        event = log.get((samples.EVERY, sequence), log.get((int(row["client"]), sequence)))
        assert event is not None
        assert row["intended_ns"] == event["intended_ns"]
        assert row["sent_ns"] == event["published_ns"]
        assert event["intended_ns"] <= event["published_ns"] <= row["done_ns"]
    to_all = np.count_nonzero(data.window_events["feed"] == samples.EVERY)
    assert len(data.outcomes) == to_all * CLIENTS + len(data.window_events) - to_all


def check_bytes(data: TrialData, payload: int) -> None:
    assert set(data.outcomes["bytes_down"].tolist()) == {payload}
    total = data.wire["t1"]
    assert total.wire_down > total.stream_down > 0
    assert total.wire_up > total.stream_up > 0
    assert total.segments_down > 0
    assert total.segments_up > 0
    assert total.open == total.opened == CLIENTS
    # The mark may be read late, never early: what had arrived by t1 is in it.
    arrived = data.rows[data.rows["operation"] == data.operations.index(data.outcome_operation)]
    arrived = arrived[(arrived["outcome"] == samples.OK) & (arrived["done_ns"] <= data.t1_ns)]
    assert len(arrived) > CLIENTS
    assert total.stream_down >= payload * len(arrived)
    assert 0 < data.wire_change("stream_down") <= total.stream_down


def check_meters(data: TrialData, pattern: Pattern) -> None:
    roles = roles_of(pattern)
    for mark in ("idle", "t0", "t1"):
        assert set(data.marks[mark]) == roles
    for role in roles:
        start, end = data.marks["t0"][role], data.marks["t1"][role]
        # A busy machine reads late, and the values say when; never early, nor in the next window.
        assert data.t0_ns <= start.time_ns < data.t1_ns <= end.time_ns
        assert end.cpu_ns > start.cpu_ns
        assert end.memory_bytes > 0
        assert end.context_switches > start.context_switches
        # At t0, at intervals from there, and at t1.
        between = range(data.t0_ns, data.t1_ns, INTERVAL_NS)
        assert len(data.series[role]) == len(between) + 1


# --- connections that are lost ----------------------------------------------------------------


class Relay:
    """Passes bytes on between clients and a port, until it cuts all connections."""

    def __init__(self, host: str, port: int) -> None:
        self._backend = host, port
        self._server = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self._server.getsockname()[1])
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._server.accept()
                backend = socket.create_connection(self._backend)
                self._pairs.append((client, backend))
                for source, sink in ((client, backend), (backend, client)):
                    source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)

    def cut(self) -> None:
        pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for end in pair:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()
            self.cuts += 1

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)  # wakes who waits in accept
        self._server.close()
        self.cut()


class Cutter:
    """Puts relays before all that clients connect to, and cuts all connections in mid-window."""

    def __init__(self) -> None:
        self.relays: list[Relay] = []
        self.cuts = 0

    def phase(self, name: str, running: Any) -> None:
        if name == "start":
            tell = running.load.tell

            def through_relays(config: LoadConfig) -> None:
                running.load.tell = tell
                tell(replace(config, address=self._relayed(config.address)))

            running.load.tell = through_relays
        if name == "window":
            assert self.relays
            middle_s = (running.t0_ns + running.t1_ns) / 2e9
            timer = threading.Timer(middle_s - time.monotonic(), self._cut)
            timer.daemon = True
            timer.start()
        if name == "finish":
            self.cuts = sum(relay.cuts for relay in self.relays)
            for relay in self.relays:
                relay.close()

    def _relayed(self, address: Address) -> Address:
        host = address.host
        listeners = {
            name: self._listener(host, listener) for name, listener in address.listeners.items()
        }
        return replace(address, port=self._before(host, address.port), listeners=listeners)

    def _listener(self, host: str, listener: ListenerAddress) -> ListenerAddress:
        old, new = listener.port, self._before(host, listener.port)
        return ListenerAddress(host, new, listener.url.replace(f":{old}", f":{new}"))

    def _before(self, host: str, port: int) -> int:
        self.relays.append(Relay(host, port))
        return self.relays[-1].port

    def _cut(self) -> None:
        for relay in self.relays:
            relay.cut()


@pytest.mark.parametrize("pattern", WITH_POSITIONS, ids=ids(WITH_POSITIONS))
def test_nothing_is_lost_when_all_connections_are_cut(
    measure: Callable[..., StoredTrial], pattern: Pattern
) -> None:
    cutter = Cutter()
    # Several events fall into the pause before a client comes back.
    stored = measure(pattern.id, cutter, **LOAD | {"duration_s": 0.8, "event_rate_per_s": 60.0})
    assert (stored.record.status, stored.record.reason) == ("ok", "")
    assert cutter.cuts >= CLIENTS
    assert stored.record.facts["client_failures"] >= CLIENTS
    found = measured.compute(data := stored.data())
    assert found["deliveries"] > 0
    assert (found["completeness"], found["duplicated"], found["out_of_order"]) == (1.0, 0, 0)
    assert len(data.rows) == stored.record.counted
    connects = data.rows[data.rows["operation"] == data.operations.index("connect")]
    assert np.bincount(connects["client"]).min() >= 2, "everybody came back"


@pytest.mark.parametrize(
    "pattern",
    [one for name in catalog.experiments() for one in catalog.patterns(name).values()],
    ids=lambda pattern: str(pattern.id),
)
def test_a_pattern_names_the_proxies_that_it_has(pattern: Pattern) -> None:
    kinds = [load_target(pattern.id, part.class_name) for part in pattern.parts]
    if not pattern.proxies:
        assert {kind.proxies for kind in kinds} == {BaseTarget.proxies}
        return
    load = catalog.declared()[pattern.experiment].load()
    found = [one for kind in kinds for one in kind(load, 1, {}).proxies()]
    names = [f"{one.name}.*" if one.per_client else one.name for one in found]
    assert sorted(names) == sorted(pattern.proxies)
