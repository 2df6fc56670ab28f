"""For the tests of the curl client: a server that speaks HTTP/1.1, 2 and 3, in its own process.

It is hypercorn with `app` below.  It stamps each request's arrival with the same clock.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import trustme
import uvloop
from system_builders import until

from bench.lab.ports import accepts, free_port
from bench.load.clients.curl import CurlClient

FOLDER = Path(__file__).parent

seen: list[dict[str, Any]] = []


async def app(scope: Any, receive: Any, send: Any) -> None:
    """`/?delay=s&bytes=n`, `/events?gap=s&count=n` and `/seen`, which tells and forgets."""
    arrived_ns = time.monotonic_ns()
    if scope["type"] == "lifespan":
        while (message := (await receive())["type"]) and message.startswith("lifespan"):
            await send({"type": f"{message}.complete"})
            if message.endswith("shutdown"):
                return
    query = dict(parse_qsl(scope["query_string"].decode()))
    if scope["path"] == "/events":
        await events(receive, send, query)
        return
    if scope["path"] == "/seen":
        body = json.dumps(seen).encode()
        seen.clear()
    else:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        version, peer = scope["http_version"], scope["client"]
        seen.append({"at": arrived_ns, "peer": peer, "version": version, "headers": headers})
        await asyncio.sleep(float(query.get("delay", 0)))
        body = bytes(int(query.get("bytes", 100)))
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": body})


async def events(receive: Any, send: Any, query: dict[str, str]) -> None:
    """Numbers without end, or as many as asked for; notes when the client went."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    going = asyncio.create_task(gone(receive))
    for number in range(int(query.get("count", 1_000_000))):
        part = f"data: {number}\n\n".encode()
        await send({"type": "http.response.body", "body": part, "more_body": True})
        await asyncio.sleep(float(query.get("gap", 0.01)))
        if going.done():
            seen.append({"gone": number})
            return
    going.cancel()
    await send({"type": "http.response.body", "body": b""})


async def gone(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


@dataclass(frozen=True)
class Server:
    """Where it listens: with TLS on TCP and UDP, in clear text, and by whom it is vouched for."""

    tls_port: int
    clear_port: int
    ca_file: str

    def origin(self, scheme: str) -> str:
        return f"{scheme}://127.0.0.1:{self.tls_port if scheme == 'https' else self.clear_port}"

    def client(self, version: str, scheme: str, **options: Any) -> CurlClient:
        options = {"connections": None, "ca_file": self.ca_file, **options}
        return CurlClient(self.origin(scheme), version, **options)


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """A server whose certificates and log are in this folder."""
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost", "127.0.0.1")
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
    found = Server(free_port(), free_port(), str(folder / "ca.pem"))
    tls = f"127.0.0.1:{found.tls_port}"
    command = [sys.executable, "-m", "hypercorn", f"{Path(__file__).stem}:app", "-k", "uvloop"]
    command += ["-b", tls, "--quic-bind", tls, "--insecure-bind", f"127.0.0.1:{found.clear_port}"]
    command += ["--certfile", str(folder / "server.pem"), "--keyfile", str(folder / "server.pem")]
    command += ["--graceful-timeout", "0", "--keep-alive", "30"]
    path = os.pathsep.join([str(FOLDER), str(FOLDER.parents[1])])
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env={**os.environ, "PYTHONPATH": path}
        )
        try:
            until(lambda: accepts(found.tls_port) and accepts(found.clear_port), 20, "it listens")
            yield found
        finally:
            process.terminate()
            process.wait(10)


async def told(client: CurlClient) -> list[dict[str, Any]]:
    """What the server has seen since it was last asked."""
    parts: list[bytes] = []
    await client.stream("/seen", parts.append)
    found = json.loads(b"".join(parts))
    assert isinstance(found, list)
    return found


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """In a fresh uvloop loop, which must have nothing to complain of."""
    complaints: list[dict[str, Any]] = []

    async def watched() -> Any:
        asyncio.get_running_loop().set_exception_handler(lambda _, what: complaints.append(what))
        return await coroutine

    found = uvloop.run(watched())
    assert complaints == []
    return found
