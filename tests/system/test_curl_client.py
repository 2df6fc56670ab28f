"""The curl client against a real server: connections, order, times, cancelling; beside gevent."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

import pytest
from curl_builders import Server, run, serving, told
from system_builders import ROOT

from bench.load.clients.curl_timing import Fetched

DELAY_S = 0.1
DELAY_NS = DELAY_S * 1e9
FETCHES = 30


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("hypercorn")) as found:
        yield found


# --- waves and connections -------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    version: str
    scheme: str
    connections: int | None
    opened: int
    fetches: int = FETCHES

    def __str__(self) -> str:
        return f"{self.version}-{self.scheme}-{self.connections}"


CASES = [
    Case("1.1", "http", 6, 6),
    Case("1.1", "https", 6, 6),
    Case("1.1", "http", 1, 1, fetches=8),
    Case("1.1", "https", None, FETCHES),
    Case("2", "https", None, 1),
    Case("2-prior", "http", 6, 1),
    Case("3", "https", None, 1),
]


async def many(server: Server, case: Case) -> tuple[list[Fetched], list[dict[str, Any]], int]:
    earlier = server.client("1.1", "http")
    await told(earlier)
    earlier.close()
    client = server.client(case.version, case.scheme, connections=case.connections)
    begun_ns = time.monotonic_ns()
    fetches = [client.fetch(f"/?delay={DELAY_S}&bytes=2000") for _ in range(case.fetches)]
    found = await asyncio.gather(*fetches)
    took_ns = time.monotonic_ns() - begun_ns
    arrivals = await told(client)
    client.close()
    return found, arrivals, took_ns


@pytest.mark.parametrize("case", CASES, ids=str)
def test_fetches_come_in_waves_over_as_many_connections_as_are_allowed(
    server: Server, case: Case
) -> None:
    found, arrivals, took_ns = run(many(server, case))
    spoken = case.version.partition("-")[0]
    assert {(one.status, one.http_version, one.body_bytes) for one in found} == {
        (200, spoken, 2000)
    }
    # Connections: as the client says, and as the server saw.
    assert sum(one.opened for one in found) == case.opened
    assert [one.reused for one in found].count(False) == case.opened
    assert len({tuple(entry["peer"]) for entry in arrivals}) == case.opened
    assert {entry["version"] for entry in arrivals} == {spoken}
    # Waves: how many had to end before this one could be sent; first come, first served.
    at_once = case.opened if case.version == "1.1" else case.fetches
    ended = [sum(other.done_ns <= one.sent_ns for other in found) for one in found]
    waves = [-(-number // at_once) for number in ended]
    assert waves == [number // at_once for number in range(case.fetches)]
    queued_ns = [
        median(
            one.sent_ns - one.intended_ns
            for one, its in zip(found, waves, strict=True)
            if its == wave
        )
        for wave in sorted(set(waves))
    ]
    assert all(later - earlier > 0.9 * DELAY_NS for earlier, later in pairwise(queued_ns))
    assert 0.9 * len(queued_ns) * DELAY_NS < took_ns < 3 * len(queued_ns) * DELAY_NS


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_times_of_a_fetch_are_in_order_and_agree_with_the_servers(
    server: Server, case: Case
) -> None:
    found, arrivals, _ = run(many(server, case))
    for one in found:
        assert one.intended_ns <= one.sent_ns < one.first_byte_ns <= one.done_ns
        assert one.first_byte_ns - one.sent_ns > 0.9 * DELAY_NS  # uvloop may be 1 ms early
        if one.opened:
            assert one.intended_ns < one.connected_ns <= one.sent_ns
        else:
            assert one.connected_ns == 0
        assert one.header_bytes_up > 50
        assert one.header_bytes_down > 20
    # Requests say no number: the n-th to be sent is the n-th to arrive, or near it.
    sent = sorted(one.sent_ns for one in found)
    arrived = sorted(entry["at"] for entry in arrivals)
    lags_ns = [there - here for here, there in zip(sent, arrived, strict=True)]
    assert min(lags_ns) > 0
    assert median(lags_ns) < DELAY_NS / 2


def test_a_second_burst_opens_nothing_and_does_not_wait(server: Server) -> None:
    async def bursts() -> list[Fetched]:
        client = server.client("1.1", "https", connections=6)
        for _ in range(2):
            found = await asyncio.gather(*(client.fetch("/?delay=0.05") for _ in range(6)))
        client.close()
        return found

    found = run(bursts())
    assert all(one.reused and one.connected_ns == 0 for one in found)
    assert max(one.sent_ns - one.intended_ns for one in found) < 0.05e9


def test_requests_are_small_and_carry_what_is_added(server: Server) -> None:
    async def once() -> Any:
        client = server.client("1.1", "http", header=["X-Client: 7"])
        await told(client)
        await client.fetch("/")
        (entry,) = await told(client)
        client.close()
        return entry["headers"]

    headers = run(once())
    assert headers.pop("host").startswith("127.0.0.1:")
    assert headers == {"user-agent": "patternbench", "accept": "*/*", "x-client": "7"}


# --- streams ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("version", "scheme"), [("2", "https"), ("2-prior", "http")])
def test_a_stream_hands_on_its_parts_as_they_come(
    server: Server, version: str, scheme: str
) -> None:
    async def listen() -> tuple[Fetched, list[tuple[int, bytes]]]:
        client = server.client(version, scheme)
        parts: list[tuple[int, bytes]] = []
        fetched = await client.stream(
            "/events?count=5&gap=0.04", lambda part: parts.append((time.monotonic_ns(), part))
        )
        client.close()
        return fetched, parts

    fetched, parts = run(listen())
    assert b"".join(part for _, part in parts) == b"".join(b"data: %d\n\n" % n for n in range(5))
    assert parts[-1][0] - parts[0][0] > 0.1e9
    assert fetched.first_byte_ns <= parts[0][0]
    # The end mark came one gap after the last part.
    assert fetched.done_ns - parts[-1][0] > 0.02e9


def test_a_cancelled_stream_is_reset_and_its_connection_lives(server: Server) -> None:
    async def listen() -> tuple[Any, Fetched, set[bytes]]:
        client = server.client("2", "https", on_open=lambda fd: None, on_close=lambda fd: None)
        parts: list[bytes] = []
        opener = asyncio.create_task(client.stream("/events", parts.append))
        other = asyncio.create_task(client.fetch("/?delay=0.3"))
        while len(parts) < 3:
            await asyncio.sleep(0.01)
        opener.cancel()
        with suppress(asyncio.CancelledError):
            await opener
        heard = len(parts)
        survivor = await other
        entries: list[dict[str, Any]] = []
        while not any("gone" in entry for entry in entries):
            entries += await told(client)
            await asyncio.sleep(0.01)
        assert len(parts) == heard
        later = await client.fetch("/")
        client.close()
        assert opener.cancelled()
        return later, survivor, set(parts)

    later, survivor, _ = run(listen())
    assert later.reused
    assert survivor.status == 200


def test_what_a_listener_raises_ends_the_stream(server: Server) -> None:
    async def listen() -> None:
        client = server.client("2", "https")

        def refuse(_: bytes) -> None:
            raise ValueError("no event")

        with pytest.raises(ValueError, match="no event"):
            await client.stream("/events", refuse)
        assert (await client.fetch("/")).reused
        client.close()

    run(listen())


# --- in a load process ---------------------------------------------------------------------------

BESIDE_GEVENT = """
import asyncio, gevent, json, sys
from bench.load.clients.curl import CurlClient
from bench.load.engine import Engine

async def fetch(version, origin, ca_file):
    client = CurlClient(origin, version, connections=6, ca_file=ca_file)
    found = await asyncio.gather(*(client.fetch("/?delay=0.1") for _ in range(12)))
    client.close()
    return [(one.http_version, one.opened, one.done_ns - one.intended_ns) for one in found]

engine, turns = Engine(), 0

def count():
    global turns
    while True:
        turns += 1
        gevent.sleep(0.01)

gevent.spawn(count)
jobs = [gevent.spawn(engine.run, fetch(*case)) for case in json.loads(sys.argv[1])]
gevent.joinall(jobs, raise_error=True)
print(json.dumps([turns, [job.value for job in jobs]]))
"""


def test_it_runs_on_the_engines_thread_beside_gevent(server: Server) -> None:
    cases = [("1.1", "http"), ("1.1", "https"), ("2", "https"), ("2-prior", "http"), ("3", "https")]
    arguments = [(version, server.origin(scheme), server.ca_file) for version, scheme in cases]
    ended = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", BESIDE_GEVENT, json.dumps(arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    turns, found = json.loads(ended.stdout)
    assert turns > 10
    for (version, _), fetched in zip(cases, found, strict=True):
        waves = 2 if version == "1.1" else 1
        assert {entry[0] for entry in fetched} == {version.partition("-")[0]}
        assert sum(entry[1] for entry in fetched) == (6 if version == "1.1" else 1)
        assert max(entry[2] for entry in fetched) > 0.9 * waves * DELAY_NS
