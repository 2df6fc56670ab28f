"""Job servers over sockets: what they refuse, what is held, what goes on without its caller."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import pytest
import uvloop

from bench.clock import now_ns
from bench.load.clients.http1 import Http1Connection, Reply
from scenarios.long_job.load import LOAD

HOST = "127.0.0.1"
LEAST = 60.0


def run(work: Coroutine[Any, Any, None]) -> None:
    async def timed() -> None:
        await asyncio.wait_for(work, LEAST)

    uvloop.run(timed())


@contextlib.asynccontextmanager
async def served(pattern: str, **load: Any) -> AsyncIterator[tuple[Any, int]]:
    target = importlib.import_module(f"targets.long_job.{pattern}").Target(LOAD(**load), 1, {})
    port = await target.start(0)
    try:
        yield target, port
    finally:
        await target.stop()
        await target.runner.cleanup()


async def connected(port: int) -> Http1Connection:
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(Http1Connection, HOST, port)
    return connection


async def ask(port: int, method: str, path: str) -> Reply:
    connection = await connected(port)
    try:
        head = f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 0\r\n\r\n"
        return await connection.request(head.encode())
    finally:
        connection.close()


async def status(port: int, method: str, path: str) -> int:
    return (await ask(port, method, path)).status


HANDLES = ("handle_short_polling", "handle_long_polling", "handle_sse")


@pytest.mark.parametrize("pattern", HANDLES)
def test_each_state_of_a_handle_has_its_status(pattern: str) -> None:
    async def work() -> None:
        async with served(pattern, backend_workers=1) as (_, port):
            assert await status(port, "GET", "/jobs/none") == 404
            assert await status(port, "DELETE", "/jobs/none") == 404
            assert await status(port, "PUT", "/jobs/a?seconds=0") == 202
            while (found := await ask(port, "GET", "/jobs/a")).status == 202:
                await asyncio.sleep(0.001)
            begun_ns, finished_ns = map(int, found.body.split())
            assert 0 < begun_ns <= finished_ns <= now_ns()
            # To get it is safe: it stays until its caller has said that it is there.
            assert (await ask(port, "GET", "/jobs/a")).body == found.body
            assert await status(port, "DELETE", "/jobs/a") == 204
            for method in ("GET", "DELETE", "PUT"):  # collected twice, or asked for again
                assert await status(port, method, "/jobs/a?seconds=0") == 410
            assert await status(port, "PUT", "/jobs/b?seconds=3600") == 202
            assert await status(port, "PUT", "/jobs/b?seconds=3600") == 202
            assert await status(port, "PUT", "/jobs/b?seconds=1") == 409
            assert await status(port, "DELETE", "/jobs/b") == 409

    run(work())


@pytest.mark.parametrize(
    ("pattern", "method", "path"),
    [
        *(("handle_short_polling", "PUT", f"/jobs/{name}?seconds=1") for name in ("a.b", "x" * 65)),
        *(
            (pattern, method, f"{path}{query}")
            for pattern, method, path in (
                ("handle_short_polling", "PUT", "/jobs/a"),
                ("blocking_request", "POST", "/jobs"),
            )
            for query in ("", "?seconds=soon", "?seconds=-1", "?seconds=nan", "?seconds=3601")
        ),
    ],
)
def test_what_is_no_job_is_refused_in_words(pattern: str, method: str, path: str) -> None:
    async def work() -> None:
        async with served(pattern) as (_, port):
            found = await ask(port, method, path)
            assert found.status == 400
            assert found.body.count(b"\n") == 1
            assert b"must be" in found.body

    run(work())


def test_a_long_poll_is_held_until_its_timeout() -> None:
    async def work() -> None:
        async with served("handle_long_polling", backend_workers=1, long_poll_timeout_s=0.05) as (
            _,
            port,
        ):
            assert await status(port, "PUT", "/jobs/a?seconds=3600") == 202
            began_ns = now_ns()
            assert await status(port, "GET", "/jobs/a") == 202
            assert now_ns() - began_ns >= 49_000_000  # timers of the loop count whole milliseconds

    run(work())


def test_an_event_stream_brings_the_result_of_a_job_that_is_over() -> None:
    async def work() -> None:
        async with served("handle_sse", backend_workers=1) as (_, port):
            assert await status(port, "GET", "/jobs/none/events") == 404
            assert await status(port, "PUT", "/jobs/a?seconds=0.01") == 202
            found = await ask(port, "GET", "/jobs/a/events")
            again = await ask(port, "GET", "/jobs/a/events")
            assert found.body == again.body
            assert found.body.startswith(b"event: finished\ndata: ")

    run(work())


def test_work_goes_on_when_its_caller_has_left_and_its_time_counts() -> None:
    async def work() -> None:
        async with served("blocking_request", backend_workers=1) as (target, port):
            connection = await connected(port)
            head = f"POST /jobs?seconds=0.05 HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 0\r\n\r\n"
            reply = connection.request(head.encode())
            reply.add_done_callback(lambda found: found.exception())
            await asyncio.sleep(0.01)
            connection.close()
            assert await status(port, "POST", "/jobs?seconds=0.001") == 200
            assert target.counts()["worked_ns"] >= 51_000_000

    run(work())


def test_jobs_are_done_in_turn_by_so_many_workers() -> None:
    async def work() -> None:
        async with served("blocking_request", backend_workers=2) as (_, port):
            asked = [ask(port, "POST", "/jobs?seconds=0.02") for _ in range(5)]
            replies = await asyncio.gather(*asked)
            times = sorted(tuple(map(int, reply.body.split())) for reply in replies)
            for at in range(2, 5):  # begun when one of two before was finished
                ends = sorted(end for _, end in times[:at])
                assert times[at][0] >= ends[at - 2]

    run(work())


def test_a_job_that_computes_uses_its_cpu_time() -> None:
    async def work() -> None:
        async with served("blocking_request", backend_workers=1, work="compute") as (_, port):
            begun_ns, finished_ns = map(
                int, (await ask(port, "POST", "/jobs?seconds=0.05")).body.split()
            )
            assert finished_ns - begun_ns >= 50_000_000

    run(work())
