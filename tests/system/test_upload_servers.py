"""Upload servers over sockets: what they refuse, what a lost connection leaves, what expires."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
import uvloop
from upload_builders import Served, connected, head, served

from scenarios.upload import _tus as tus
from scenarios.upload._file import File

SIZE = 3_000_000
FILE = File("file", SIZE)
LEAST = 60.0


def run(work: Coroutine[Any, Any, None]) -> None:
    async def timed() -> None:
        await asyncio.wait_for(work, LEAST)

    uvloop.run(timed())


async def status_of(to: Served, request: bytes, body: bytes = b"") -> int:
    connection = await connected(to.port)
    reply = await connection.send(request, [memoryview(body)] if body else [])
    connection.close()
    return reply.status


async def created(to: Served, size: int = SIZE) -> str:
    """The path of a new tus upload."""
    connection = await connected(to.port)
    reply = await connection.ask(head("POST", "/files", tus.creation(size)))
    assert reply.status == 201, reply.body
    connection.close()
    return tus.path_of(connection.headers)


async def offset_of(to: Served, path: str) -> int:
    connection = await connected(to.port)
    reply = await connection.ask(head("HEAD", path, tus.VERSION))
    assert reply.status == 200
    connection.close()
    return tus.offset_of(connection.headers)


def length(count: int) -> str:
    return f"Content-Length: {count}\r\n"


PATCH = f"{tus.VERSION}{tus.BODY_TYPE}"
BAD = {
    "resumable": [
        ("HEAD", "/files/unknown", tus.VERSION, 404),
        ("HEAD", "/files/..%2f..%2fetc", tus.VERSION, 404),
        ("HEAD", "UPLOAD", "", 412),
        ("HEAD", "UPLOAD", "Tus-Resumable: 0.2.2\r\n", 412),
        ("POST", "/files", f"Upload-Length: 5\r\n{length(0)}", 412),
        ("POST", "/files", tus.VERSION + length(0), 400),
        ("POST", "/files", tus.creation(2**61), 413),
        ("PATCH", "UPLOAD", f"{PATCH}Upload-Offset: 1\r\n{length(1)}", 409),
        ("PATCH", "UPLOAD", f"{PATCH}Upload-Offset: x\r\n{length(1)}", 400),
        ("PATCH", "UPLOAD", f"{PATCH}Upload-Offset: 0\r\n{length(SIZE + 1)}", 413),
        ("PATCH", "UPLOAD", f"{tus.VERSION}Upload-Offset: 0\r\n{length(1)}", 415),
        ("PATCH", "/files/unknown", f"{PATCH}Upload-Offset: 0\r\n{length(1)}", 404),
        ("DELETE", "/files/unknown", tus.VERSION, 404),
    ],
    "chunked": [
        ("GET", "/files/unknown", "", 404),
        ("PUT", "/files/abc/0?chunk=10&size=100001", length(1), 400),  # over 10,000 chunks
        ("PUT", "/files/abc/0?chunk=0&size=10", length(1), 400),
        ("PUT", "/files/abc/0?chunk=ten&size=10", length(1), 400),
        ("PUT", "/files/abc/0?size=10", length(1), 400),
        ("PUT", "/files/abc/3?chunk=4&size=10", length(1), 404),
        ("PUT", "/files/abc/0?chunk=4&size=10", length(1), 400),
        ("PUT", f"/files/abc/0?chunk={2**61}&size={2**61}", length(2**61), 507),
    ],
    "single_request": [
        ("PUT", "/files/abc", length(2**61), 507),
        ("PUT", "/files/a.b", length(1), 404),
        ("GET", "/stored/unknown", "", 404),
    ],
}


@pytest.mark.parametrize("pattern", BAD)
def test_what_does_not_fit_has_its_status_and_leaves_nothing(pattern: str, tmp_path: Path) -> None:
    async def work() -> None:
        async with served(pattern, tmp_path) as to:
            upload = await created(to) if pattern == "resumable" else ""
            before = to.incoming
            for method, path, headers, wanted in BAD[pattern]:
                request = head(method, path.replace("UPLOAD", upload), headers)
                body = b"x" if length(1) in headers else b""
                assert await status_of(to, request, body) == wanted, (method, path, headers)
            assert to.incoming == before
            assert not list(to.server.store.stored.iterdir())

    run(work())


REQUESTS = {
    "single_request": ("PUT", "/files/abc", ""),
    "chunked": ("PUT", f"/files/abc/0?chunk={SIZE}&size={SIZE}", ""),
    "resumable": ("PATCH", "UPLOAD", tus.continuation(0)),
}


async def broken_off(to: Served, pattern: str, upload: str, sent: int) -> None:
    """A request with a body of which only so many bytes are sent; then the connection is reset."""
    method, path, headers = REQUESTS[pattern]
    connection = await connected(to.port)
    request = head(method, path.replace("UPLOAD", upload), headers + length(SIZE))
    connection.request(request + b"".join(FILE.read(0, sent))).add_done_callback(
        lambda reply: reply.exception()
    )
    while connection.under_way or connection.body_sent < sent:
        await asyncio.sleep(0.001)
    connection.close()


@pytest.mark.parametrize("pattern", REQUESTS)
def test_a_lost_connection_leaves_what_the_pattern_can_go_on_with(
    pattern: str, tmp_path: Path
) -> None:
    async def work() -> None:
        async with served(pattern, tmp_path) as to:
            upload = await created(to) if pattern == "resumable" else ""
            await broken_off(to, pattern, upload, sent=1_000_000)
            # Whoever asks for the file waits until the server has done with the lost request.
            if pattern == "resumable":
                assert 0 < await offset_of(to, upload) <= 1_000_000
            else:
                assert await status_of(to, head("GET", "/stored/abc")) == 404
        async with served(pattern, tmp_path) as again:  # as after a kill: on the same folder
            if pattern == "single_request":
                assert again.incoming == []
            if pattern == "chunked":
                connection = await connected(again.port)
                assert (await connection.ask(head("GET", "/files/abc"))).body == b"0"
                connection.close()
            if pattern == "resumable":
                await goes_on(again, upload)

    run(work())


async def goes_on(to: Served, upload: str) -> None:
    """The rest of a tus upload, and the whole is what was sent."""
    at = await offset_of(to, upload)
    connection = await connected(to.port)
    request = head("PATCH", upload, tus.continuation(at) + length(SIZE - at))
    assert (await connection.send(request, FILE.read(at, SIZE))).status == 204
    assert connection.body_sent == SIZE - at
    name = upload.rpartition("/")[2]
    reply = await connection.ask(head("GET", f"/stored/{name}"))
    assert reply.body.decode() == f"{SIZE} {FILE.digest()}"
    assert (await connection.ask(head("DELETE", upload, tus.VERSION))).status == 204
    assert to.incoming == []
    connection.close()


def test_what_had_come_in_full_when_the_server_died_is_stored(tmp_path: Path) -> None:
    """Killed between the last byte and the renaming: HEAD says that all is there, so it must be."""

    async def work() -> None:
        async with served("resumable", tmp_path) as to:
            upload = await created(to)
            name = upload.rpartition("/")[2]
            to.server.store.part(f"{name}.part").write_bytes(b"".join(FILE.read(0, SIZE)))
        async with served("resumable", tmp_path) as again:
            assert await offset_of(again, upload) == SIZE
            connection = await connected(again.port)
            reply = await connection.ask(head("GET", f"/stored/{name}"))
            assert reply.body.decode() == f"{SIZE} {FILE.digest()}"
            connection.close()

    run(work())


def test_an_upload_that_nobody_finishes_expires(tmp_path: Path) -> None:
    async def work() -> None:
        async with served("resumable", tmp_path, expiry_s=1.0) as to:
            upload = await created(to)
            assert to.server.store.expire(time.time() + 2) == 1
            assert await status_of(to, head("HEAD", upload, tus.VERSION)) == 404
            assert to.incoming == []

    run(work())


def test_a_connection_is_cut_at_its_random_time_on_both_sides(tmp_path: Path) -> None:
    async def work() -> None:
        async with served("resumable", tmp_path, cut_rate_per_s=1000.0) as to:
            for _ in range(5):
                with contextlib.suppress(ConnectionError):
                    connection = await connected(to.port)
                    await connection.ended
            assert to.relay.cuts >= 5

    run(work())


def test_what_a_server_says_of_itself(tmp_path: Path) -> None:
    async def work() -> None:
        async with served("resumable", tmp_path) as to:
            connection = await connected(to.port)
            reply = await connection.ask(head("OPTIONS", "/files"))
            assert reply.status == 204
            assert connection.headers[b"tus-version"] == b"1.0.0"
            assert b"creation" in connection.headers[b"tus-extension"]
            assert int(connection.headers[b"tus-max-size"]) > 0
            connection.close()

    run(work())
