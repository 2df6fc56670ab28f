"""A server of Python's standard library, as somebody might have written it, and its descriptions.

It keeps all events; a poll gets those after a position as JSON, a stream all that come.  With
`ticks` it makes an event of its own every 50 ms, with `guarded` it wants the token of its
environment.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from system_builders import TINY, run_here

from bench.results import store
from bench.results.store import StoredRun

SERVER = r"""
import json, os, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

events, changed = [], threading.Condition()

def publish(text):
    with changed:
        events.append({"n": len(events) + 1, "at": time.time_ns(), "data": text})
        changed.notify_all()

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *words):
        pass

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def is_let_in(self):
        wanted = f"Bearer {os.environ.get('TOKEN')}"
        return more != ["guarded"] or self.headers["Authorization"] == wanted

    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if not self.is_let_in():
            return self.answer(401)
        if self.path == "/refuses":
            print("an event was refused", flush=True)
            return self.answer(403, b"not for you")
        publish(text)
        self.answer(204)

    def do_GET(self):
        if not self.is_let_in():
            return self.answer(401)
        parts = urlsplit(self.path)
        after = int(parse_qs(parts.query).get("after", ["0"])[0])
        if parts.path == "/position":
            return self.answer(200, b"%d" % len(events))
        if parts.path == "/stream":
            return self.stream()
        news = events[after:]
        if not news:
            return self.answer(204)
        self.answer(200, json.dumps({"last": news[-1]["n"], "events": news}).encode())

    def stream(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b": welcome\n\n")
        with changed:
            seen = len(events)
        while True:
            with changed:
                changed.wait_for(lambda: len(events) > seen)
                news, seen = events[seen:], len(events)
            for one in news:
                self.wfile.write(b"data: %b\n\n" % json.dumps(one).encode())

class Server(ThreadingHTTPServer):
    request_queue_size = 128
    def handle_error(self, *words):
        pass

def tick():
    while True:
        time.sleep(0.05)
        publish("tick")

host, port, *more = sys.argv[1:]
if more == ["ticks"]:
    threading.Thread(target=tick, daemon=True).start()
server = Server((host, int(port)), Handler)
server.daemon_threads = True
server.serve_forever()
"""

STREAM = """
[subscribe]
url = "http://HERE/stream"
[event]
payload = "$.data"
[publish]
url = "http://HERE/publish"
"""
POLLS = """
[subscribe]
url = "http://HERE/events?after={after}"
position = "http://HERE/position"
[event]
payload = "$.events[*].data"
after = "$.last"
[publish]
url = "http://HERE/publish"
"""
BY_ITSELF = """
[subscribe]
url = "http://HERE/stream"
[event]
payload = "$.data"
sequence = "$.n"
timestamp = "$.at"
timestamp_unit = "ns"
[publish]
by_itself = true
"""

BY_PROGRAM = """
[subscribe]
url = "http://HERE/stream"
[event]
payload = "$.data"
[publish]
command = ["python3", "-S", "post.py", "{host}", "{port}", "{payload}"]
"""
POST = r"""
import socket, sys
host, port, text = sys.argv[1:]
with socket.create_connection((host, int(port))) as connection:
    head = f"POST /publish HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(text)}\r\n\r\n"
    connection.sendall((head + text).encode())
    assert b" 204 " in connection.recv(1000)
"""
SUBSCRIBERS = r"""
const http = require("node:http")
const { WebSocketServer } = require("ws")
const [host, port] = process.argv.slice(2)
const server = http.createServer(async (request, response) => {
  let body = ""
  for await (const part of request) body += part
  for (const socket of sockets.clients) if (socket.topic) socket.send(body)
  response.writeHead(204).end()
})
const sockets = new WebSocketServer({ server })
sockets.on("connection", (socket) => {
  socket.on("message", (text) => { socket.topic = /^subscribe [0-9]+$/.test(String(text)) })
})
server.listen(Number(port), host)
"""
SAYING = """
[server]
command = ["node", "subscribers.cjs", "{host}", "{port}"]
[subscribe]
url = "ws://{host}:{port}/"
say = "subscribe {client}"
[publish]
url = "http://{host}:{port}/"
"""


def started(text: str, *more: str) -> str:
    """The description with the server started by us."""
    words = ["python3", "server.py", "{host}", "{port}", *more]
    return f"[server]\ncommand = {words!r}\n" + text.replace("HERE", "{host}:{port}")


def found_at(text: str, port: int, pid: int = 0) -> str:
    """The description of one that runs already; metered if its pid is given."""
    head = f"[server]\npid = {pid}\n" if pid else ""
    return head + text.replace("HERE", f"127.0.0.1:{port}")


def write(folder: Path, text: str) -> Path:
    """The description in a file, with the programs beside it."""
    for name, program in (
        ("server.py", SERVER),
        ("post.py", POST),
        ("subscribers.cjs", SUBSCRIBERS),
    ):
        (folder / name).write_text(program)
    path = folder / "own.toml"
    path.write_text(text)
    return path


def bench_run(
    folder: Path,
    *arguments: str,
    env: dict[str, str] | None = None,
    load: Sequence[str] = TINY,
) -> StoredRun:
    """A tiny run of one trial a pattern, which must end well; `arguments` win."""
    results = folder / "results"
    done = run_here(
        *("run", *load, *arguments, "--repeats", "1", "--no-calibration"),
        *("--results", str(results)),
        env=env,
    )
    if done.returncode:
        pytest.fail(f"{done.stdout}\n{done.stderr}")
    (found,) = results.iterdir()
    return store.open_run(found)
