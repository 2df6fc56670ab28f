"""A server that is not ours, as a user's file describes it: started by its command, or found.

Started anew for each trial; killed and started again by faults.  One that runs already is only
metered, by its pid, or not even that.  Knows no pattern, and nothing of what the server says.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from bench.lab.processes import Child, environment
from bench.lab.services._service import Service, Setup
from bench.model.errors import TrialFailed
from bench.model.messages import Values
from bench.model.ownserver import DESCRIBED as TEXT
from bench.model.ownserver import OwnServer as Description
from bench.model.ownserver import fill, read, secrets_of
from bench.model.ownserver.filling import FOLDER, HOST, PORT, SECRET, STAND_IN
from bench.model.ownserver.places import port_of

TITLE = "your own server"
ROLE = "server"
DESCRIBED = True

REMEDY = "describe your server in a TOML file (docs/own) and add --own FILE.toml to `bench run`"
FIND_SECONDS = 2.0
"""How long a server that runs already may take to accept a connection."""


def missing() -> str:
    """Nobody's server is there before a file describes it."""
    return REMEDY


def version() -> str:
    """Unknown; what stands for it is the description's digest."""
    return ""


def values_of(secrets: Iterable[str]) -> dict[str, str]:
    """The values of environment variables, as placeholders name them; TrialFailed without one."""
    for name in secrets:
        if name not in os.environ:
            raise TrialFailed(f"{{env:{name}}}: no such environment variable; export {name}")
    return {f"{SECRET}{name}": os.environ[name] for name in secrets}


class OwnServer(Service):
    """Somebody else's processes, which are reached at the host and port of the description's URL.

    Its log is `server.log` in its folder; its working folder is where the description lay.
    """

    shows_log = True

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self.port = 0

    @cached_property
    def own(self) -> Description:
        return read(self.setup.description)

    @property
    def where(self) -> Path:
        """Where the description lay."""
        return Path(self.setup.file).parent

    # --- where it is --------------------------------------------------------------------

    def prepare(self) -> None:
        """At a port of its own where the URL leaves it open; with the files that it needs."""
        stand_in = {**STAND_IN, HOST: self.side.host, PORT: "0"}
        url = fill(self.own.url, stand_in)
        self.host = urlsplit(url).hostname or self.side.host
        self.port = port_of(url) or self.side.free_port()
        for name, text in self.own.server.files.items():
            (self.folder / name).write_text(self._filled(text), encoding="utf-8")

    def _filled(self, text: str) -> str:
        values = {HOST: self.side.host, PORT: str(self.port), FOLDER: str(self.folder)}
        return fill(text, values)

    @property
    def address(self) -> Values:
        url = f"http://{self.host}:{self.port}"
        return {
            "host": self.host,
            "port": self.port,
            "url": url,
            TEXT: self.setup.description,
            FOLDER: str(self.where),
            **values_of(secrets_of(self.own)),
        }

    # --- its processes ------------------------------------------------------------------

    def launch(self) -> None:
        if not self.own.is_started:
            self._find()
            return
        if self._accepts():
            raise TrialFailed(
                f"something listens on port {self.port} already; end it, or write {{port}} in the "
                "description"
            )
        child = self._child()
        self.children.append(child)
        self.wait(child, self._accepts)

    def _child(self) -> Child:
        server = self.own.server
        further = {name: self._filled(value) for name, value in server.env.items()}
        try:
            return Child(
                "your server",
                [self._filled(word) for word in server.command],
                self.folder / "server.log",
                self.setup.pins,
                env=environment() | further,
                cwd=self.where,
                join=self.side.join,
                speaks=False,
            )
        except OSError as error:
            raise TrialFailed(
                f"server.command: {server.command[0]} cannot be started ({error.strerror}); "
                "install it, or correct the command"
            ) from None

    def _find(self) -> None:
        """TrialFailed where a server that should run already does not."""
        if not self.alive:
            raise TrialFailed(f"server.pid = {self.own.server.pid}: no such process; correct it")
        if not self._accepts(FIND_SECONDS):
            raise TrialFailed(
                f"{self.own.tables[0]}.url: nobody listens at {self.host}:{self.port}; start your "
                "server first, or correct it"
            )

    def _accepts(self, seconds: float = 0.2) -> bool:
        try:
            self.side.connect(self.port, seconds, self.host).close()
        except OSError:
            return False
        return True

    @property
    def is_metered(self) -> bool:
        return self.own.is_metered

    @property
    def pids(self) -> list[int]:
        return [self.own.server.pid] if self.own.server.pid else super().pids

    @property
    def alive(self) -> bool:
        if self.own.is_started:
            return super().alive
        return not self.own.server.pid or psutil.pid_exists(self.own.server.pid)

    @property
    def in_place(self) -> bool:
        """One that we start is started anew for each trial."""
        return self.started and not self.own.is_started and self.alive

    @property
    def persists(self) -> bool:
        return False

    def probe(self, text: str) -> None:  # noqa: ARG002 - what it understands nobody knows
        if not self._accepts():
            raise TrialFailed(f"nobody listens at {self.host}:{self.port}")

    def kept(self) -> str:
        return ""
