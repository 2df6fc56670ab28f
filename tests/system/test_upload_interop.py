"""tus both ways: clients of others against our server, our requests against a server of others.

aiotus (PyPI); @tus/server with @tus/file-store, and tus-js-client (npm).  What is not installed
is skipped, with the command that installs it.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import importlib
import io
import os
import shutil
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

import pytest
import uvloop
from upload_builders import HOST, Served, connected, head, served

from scenarios.upload import _tus as tus
from scenarios.upload._file import File

ROOT = Path(__file__).parents[2]
MODULES = Path(os.environ.get("PATTERNBENCH_NODE_MODULES", ROOT / "node_modules"))
INSTALL = "npm install --no-save @tus/server @tus/file-store tus-js-client"
SIZE = 3_000_000
FILE = File("interop", SIZE)
CONTENT = b"".join(FILE.read(0, SIZE))
CUTS_PER_S = 300.0
"""Many times in a file, even on loopback."""

SERVER = """
import {Server} from '@tus/server'
import {FileStore} from '@tus/file-store'
const server = new Server({path: '/files', datastore: new FileStore({directory: process.argv[2]})})
const listening = server.listen({host: '127.0.0.1', port: 0}, () =>
  console.log(listening.address().port))
"""
CLIENT = """
import * as tus from 'tus-js-client'
import fs from 'fs'
const [url, path] = process.argv.slice(2)
const upload = new tus.Upload(fs.createReadStream(path), {
  endpoint: url, uploadSize: fs.statSync(path).size, chunkSize: 500000,
  retryDelays: Array(500).fill(5), metadata: {filename: 'file'},
  onError: error => { console.error(String(error)); process.exit(1) },
  onSuccess: () => { console.log(upload.url); process.exit(0) },
})
upload.start()
"""


def run(work: Coroutine[Any, Any, None]) -> None:
    async def timed() -> None:
        await asyncio.wait_for(work, 60.0)

    uvloop.run(timed())


def node_script(folder: Path, package: str, text: str) -> list[str]:
    """The command that runs a script of Node's beside its packages; skips where one is missing."""
    if shutil.which("node") is None or not (MODULES / package).is_dir():
        pytest.skip(f"no Node, or no {package}: {INSTALL}")
    script = folder / "script.mjs"
    script.write_text(text)
    (folder / "node_modules").symlink_to(MODULES)
    return ["node", str(script)]


async def digest_of(to: Served, name: str) -> str:
    """The server's own word on a stored file."""
    connection = await connected(to.server_port)
    reply = await connection.ask(head("GET", f"/stored/{name}"))
    assert reply.status == 200, reply.body
    connection.close()
    return reply.body.decode()


def test_aiotus_uploads_over_cuts(tmp_path: Path) -> None:
    aiotus = pytest.importorskip("aiotus", reason="pip install aiotus")
    retry = importlib.import_module("aiotus.retry")

    async def work() -> None:
        async with served("resumable", tmp_path, cut_rate_per_s=CUTS_PER_S) as to:
            patient = retry.RetryConfiguration(retry_attempts=500, max_retry_period_seconds=0.005)
            location = await aiotus.upload(
                f"{to.url}/files",
                io.BytesIO(CONTENT),
                {"name": b"x"},
                chunksize=500_000,
                config=patient,
            )
            assert location is not None
            name = location.path.rpartition("/")[2]
            assert await digest_of(to, name) == f"{SIZE} {FILE.digest()}"
            direct = f"http://{HOST}:{to.server_port}/files/{name}"
            assert (await aiotus.metadata(direct)) == {"name": b"x"}
            assert to.relay.cuts > 0

    run(work())


def test_tus_js_client_uploads_over_cuts(tmp_path: Path) -> None:
    command = node_script(tmp_path, "tus-js-client", CLIENT)
    content = tmp_path / "content"
    content.write_bytes(CONTENT)

    async def work() -> None:
        store = tmp_path / "store"
        async with served("resumable", store, cut_rate_per_s=CUTS_PER_S) as to:
            client = await asyncio.create_subprocess_exec(
                *command, f"{to.url}/files", str(content), stdout=asyncio.subprocess.PIPE
            )
            said, _ = await client.communicate()
            assert client.returncode == 0
            assert to.relay.cuts > 0
            name = said.decode().strip().rpartition("/")[2]
            assert await digest_of(to, name) == f"{SIZE} {FILE.digest()}"

    run(work())


@contextlib.asynccontextmanager
async def node_server(command: list[str], folder: Path) -> AsyncIterator[int]:
    """A server of others that stores in a folder; its port."""
    folder.mkdir()
    server = await asyncio.create_subprocess_exec(
        *command, str(folder), stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None
    try:
        yield int(await server.stdout.readline())
    finally:
        server.kill()
        await server.wait()


def test_our_requests_go_on_at_a_server_of_others(tmp_path: Path) -> None:
    """Created, broken off in the middle, asked, and gone on with."""
    command = node_script(tmp_path, "@tus/server", SERVER)

    async def work() -> None:
        async with node_server(command, tmp_path / "files") as port:
            connection = await connected(port)
            assert (await connection.ask(head("POST", "/files", tus.creation(SIZE)))).status == 201
            path = tus.path_of(connection.headers)
            whole = tus.continuation(0) + f"Content-Length: {SIZE}\r\n"
            broken = connection.request(head("PATCH", path, whole) + CONTENT[: SIZE // 3])
            broken.add_done_callback(lambda reply: reply.exception())
            while connection.under_way:
                await asyncio.sleep(0.001)
            connection.close()
            at = await settled_offset(port, path)
            again = await connected(port)
            rest = tus.continuation(at) + f"Content-Length: {SIZE - at}\r\n"
            reply = await again.send(head("PATCH", path, rest), FILE.read(at, SIZE))
            assert (reply.status, tus.offset_of(again.headers)) == (204, SIZE)
            again.close()
        stored = (tmp_path / "files" / path.rpartition("/")[2]).read_bytes()
        assert hashlib.sha256(stored).hexdigest() == FILE.digest()

    run(work())


async def settled_offset(port: int, path: str) -> int:
    """The offset once the server has done with the lost request: it holds the file's lock."""
    while True:
        connection = await connected(port)
        reply = await connection.ask(head("HEAD", path, tus.VERSION))
        headers = connection.headers
        connection.close()
        if reply.status == 200:
            return tus.offset_of(headers)
        await asyncio.sleep(0.02)
