"""Servers that are asked, not listened to: tus of Python's standard library, and descriptions.

What they do wrong on purpose is a word of their command line.
"""

from __future__ import annotations

from pathlib import Path

TUS = r"""
import sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

host, port, *wrong = sys.argv[1:]
uploads, lengths, guard = {}, {}, threading.Lock()

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *words):
        pass

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    @property
    def key(self):
        return self.path.rpartition("/")[2]

    def do_POST(self):
        if self.headers["Authorization"] != "Bearer me":
            return self.answer(401, b"who are you?")
        with guard:
            key = str(len(lengths) + 1)
            lengths[key], uploads[key] = int(self.headers["Upload-Length"]), bytearray()
        self.answer(201, Location=f"/up/{key}")

    def do_HEAD(self):
        if self.key not in uploads:
            return self.answer(404)
        there = len(uploads[self.key]) - ("short" in wrong)
        self.answer(204, Upload_Offset=str(there), Upload_Length=str(lengths[self.key]))

    def do_PATCH(self):
        here = uploads[self.key]
        if int(self.headers["Upload-Offset"]) != len(here):
            return self.answer(409)
        left = int(self.headers["Content-Length"])
        while left and (part := self.rfile.read1(min(left, 65536))):
            here += part
            left -= len(part)
        self.answer(204, Upload_Offset=str(len(here)))

    def do_GET(self):
        found = bytes(uploads[self.key])
        self.answer(200, found[:-1] + b"?" if "damaged" in wrong else found)

    def do_DELETE(self):
        self.answer(405)

class Server(ThreadingHTTPServer):
    daemon_threads = True
    def handle_error(self, *words):
        pass

Server((host, int(port)), Handler).serve_forever()
"""

TUS_TOML = """
[server]
command = ["python3", "tus.py", "{host}", "{port}"]
[tus]
url = "http://{host}:{port}/up"
headers.Authorization = "Bearer me"
read = true
"""

REST_TOML = """
[server]
command = ["serve"]
[call]
url = "http://{host}:{port}/"
method = "POST"
headers.X-Who = "client {client}"
body = '{"number": {sequence}}'
status = [201]
fields = ["$.asked.number", "$.items[*].n"]
"""


def write(folder: Path, text: str) -> Path:
    """The description in a file, with the programs beside it."""
    (folder / "tus.py").write_text(TUS)
    path = folder / "own.toml"
    path.write_text(text)
    return path
