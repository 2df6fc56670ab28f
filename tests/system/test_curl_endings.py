"""How fetches of the curl client end: cancelled, failed, closed; and what its sockets tell."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from typing import Any

import pytest
from curl_builders import Server, run, serving

from bench.load.clients.curl import CurlClient
from bench.tcpinfo import Counts, read_socket


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("hypercorn")) as found:
        yield found


# --- cancelling, failing, closing ----------------------------------------------------------------


@pytest.mark.parametrize(("version", "scheme"), [("1.1", "http"), ("1.1", "https"), ("2", "https")])
def test_cancelled_fetches_leave_nothing_behind(server: Server, version: str, scheme: str) -> None:
    """Half of those under way and all that wait are cancelled; the others come, and new ones."""

    async def cancel_some() -> list[Any]:
        client = server.client(version, scheme, connections=4)
        under_way = [asyncio.create_task(client.fetch("/?delay=0.2")) for _ in range(4)]
        waiting = [asyncio.create_task(client.fetch("/?delay=0.2")) for _ in range(4)]
        await asyncio.sleep(0.1)
        cancelled = [*under_way[::2], *waiting]
        for task in cancelled:
            task.cancel()
        ended = await asyncio.gather(*under_way[1::2])
        await asyncio.wait(cancelled)
        assert all(task.cancelled() for task in cancelled)
        new = await asyncio.gather(*(client.fetch("/?delay=0.05") for _ in range(4)))
        client.close()
        return [*ended, *new]

    run(asyncio.sleep(0))  # a process's first loop makes a pipe for signals, which stays
    before = len(os.listdir("/proc/self/fd"))
    found = run(cancel_some())
    assert [one.status for one in found] == [200] * 6
    assert len(os.listdir("/proc/self/fd")) == before
    # HTTP/1.1 loses the connection of a cancelled fetch, HTTP/2 only the stream.
    replaced = sum(one.opened for one in found[2:])
    assert replaced == (2 if version == "1.1" else 0)


def test_curls_words_tell_of_a_failure(server: Server) -> None:
    async def fail(client: CurlClient, words: str) -> None:
        with pytest.raises(ConnectionError, match=words):
            await client.fetch("/")
        client.close()
        with pytest.raises(ConnectionError, match="the client is closed"):
            await client.fetch("/")

    async def all_fail() -> None:
        nobody = CurlClient("http://127.0.0.1:1", "1.1", connections=None)
        await fail(nobody, "Failed to connect")
        await fail(server.client("1.1", "https", ca_file=""), "certificate")
        await fail(server.client("2", "http"), "requested HTTP/2, but the reply came in 1.1")

    run(all_fail())


def test_closing_fails_what_is_under_way(server: Server) -> None:
    async def close_early() -> list[Any]:
        client = server.client("1.1", "http", connections=2)
        tasks = [asyncio.create_task(client.fetch("/?delay=5")) for _ in range(4)]
        await asyncio.sleep(0.1)
        client.close()
        return await asyncio.gather(*tasks, return_exceptions=True)

    assert [str(error) for error in run(close_early())] == ["the client was closed"] * 4


# --- sockets -------------------------------------------------------------------------------------


class Sockets:
    """Reads each socket when it is about to be closed, as a wire meter does."""

    def __init__(self) -> None:
        self.open: set[int] = set()
        self.closed: list[Counts] = []

    def opens(self, fd: int) -> None:
        assert fd not in self.open
        self.open.add(fd)

    def closes(self, fd: int) -> None:
        self.open.remove(fd)
        self.closed.append(read_socket(fd)[0])


@pytest.mark.parametrize(
    ("version", "scheme", "sockets"),
    [("1.1", "http", 3), ("1.1", "https", 3), ("2", "https", 1), ("3", "https", 0)],
)
def test_every_tcp_socket_is_told_and_can_be_read_until_its_end(
    server: Server, version: str, scheme: str, sockets: int
) -> None:
    meter = Sockets()

    async def fetch() -> int:
        client = server.client(
            version, scheme, connections=3, on_open=meter.opens, on_close=meter.closes
        )
        found = await asyncio.gather(*(client.fetch("/?bytes=5000") for _ in range(9)))
        assert (len(meter.open), meter.closed) == (sockets, [])
        client.close()
        return sum(one.header_bytes_down + one.body_bytes for one in found)

    down = run(fetch())
    assert (meter.open, len(meter.closed)) == (set(), sockets)
    carried = sum(counts.stream_down for counts in meter.closed)
    if scheme == "http":
        assert carried == down
    elif sockets:
        assert carried > 9 * 5000


def test_sockets_that_end_on_their_own_are_told(server: Server) -> None:
    """By a cancelled fetch: of its own connection, and of one that another fetch opened."""
    meter = Sockets()

    async def cancel_twice() -> None:
        client = server.client("1.1", "http", on_open=meter.opens, on_close=meter.closes)
        for path in ("/", "/?delay=5", "/?delay=5"):
            task = asyncio.create_task(client.fetch(path))
            await asyncio.wait([task], timeout=0.1)
            task.cancel()
        await asyncio.wait([task])
        assert (len(meter.open), len(meter.closed)) == (0, 2)
        client.close()

    run(cancel_twice())
    assert len(meter.closed) == 2
