"""PostgreSQL for one run: it answers, and nothing of it stays."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest
from system_builders import ROOT, until

from bench.lab.services import postgres
from bench.lab.services.postgres import Postgres
from bench.lab.sweep import sweep

if postgres.missing():
    pytest.skip(postgres.missing(), allow_module_level=True)


def connect(server: Postgres, **changed: Any) -> Coroutine[Any, Any, Any]:
    asked = {name: value for name, value in server.service.items() if name != "url"}
    return asyncpg.connect(**{**asked, **changed})


def ask(server: Postgres, question: Callable[[Any], Coroutine[Any, Any, Any]]) -> Any:
    async def main() -> Any:
        connection = await connect(server)
        try:
            return await question(connection)
        finally:
            await connection.close()

    return asyncio.run(main())


def segments(pids: list[int]) -> int:
    """How many shared memory segments these processes made."""
    _, *rows = Path("/proc/sysvipc/shm").read_text().splitlines()
    # key shmid perms size cpid ...
    return sum(int(row.split()[4]) in pids for row in rows)


def folders(owner: int) -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob(f"{postgres.FOLDER_PREFIX}{owner}-*"))


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    found = Postgres([])
    found.start()
    yield found
    found.stop()


def test_it_answers_and_keeps_what_it_is_told(server: Postgres) -> None:
    async def question(connection: Any) -> Any:
        await connection.execute("create table kept (value int)")
        await connection.execute("insert into kept select 1")
        return await connection.fetchval("select sum(value) from kept")

    assert ask(server, question) == 1
    assert postgres.version().startswith("18.")


def test_its_settings_are_those_of_the_lab(server: Postgres) -> None:
    async def question(connection: Any) -> Any:
        return [await connection.fetchval(f"show {name}") for name in ("max_connections", "fsync")]

    assert ask(server, question) == ["300", "off"]


def test_each_connection_is_one_of_its_processes(server: Postgres) -> None:
    before = len(server.pids)

    async def question(connection: Any) -> Any:
        return await connection.fetchval("select pg_backend_pid()"), server.pids

    backend, pids = ask(server, question)
    assert backend in pids
    assert server.pids[0] == pids[0]
    until(lambda: len(server.pids) <= before, 5, "the connection's process ends")


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"user": "owner"}, "no pg_hba"), ({"database": "template1"}, "no pg_hba")],
)
def test_only_a_user_without_power_is_let_in(
    server: Postgres, changed: dict[str, str], words: str
) -> None:
    with pytest.raises(asyncpg.PostgresError, match=words):
        asyncio.run(connect(server, **changed))

    async def question(connection: Any) -> None:
        await connection.execute("copy (select 1) to program 'true'")

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        ask(server, question)


def test_logins_can_be_slow_and_stop_leaves_nothing() -> None:
    before = folders(os.getpid())
    slow = Postgres([], connect_delay_s=0.25, settings={"max_connections": "20"})
    slow.start()

    async def question(connection: Any) -> Any:
        return await connection.fetchval("select 1")

    begun = time.monotonic()
    assert ask(slow, question) == 1
    assert time.monotonic() - begun > 0.25
    pids = slow.pids
    assert segments(pids) == 1
    assert len(folders(os.getpid())) == len(before) + 1
    slow.stop()
    assert not slow.alive
    assert not slow.pids
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert segments(pids) == 0
    assert folders(os.getpid()) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives up its power")
def test_an_installation_closed_to_others_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = postgres.installation()
    assert installed is not None
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for name in (installed.parent.name, f"{installed.parent.name}.libs"):
        (closed / name).symlink_to(installed.parent.with_name(name))
    monkeypatch.setattr(
        postgres, "installation", lambda: closed / installed.parent.name / installed.name
    )
    server = Postgres([])
    server.start()
    program = psutil.Process(server.pids[0]).exe()
    server.stop()
    assert program.startswith(tempfile.gettempdir())


KILLED = """
import os, signal
from bench.lab.services.postgres import Postgres
server = Postgres([])
server.start()
print(*server.pids, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_harness_takes_it_along_and_the_next_one_cleans_up() -> None:
    done = subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, cwd=ROOT)
    words, _ = done.communicate(timeout=30)
    assert done.returncode == -signal.SIGKILL
    pids = [int(word) for word in words.split()]

    until(lambda: not any(map(running, pids)), 5, "the server dies with its harness")
    assert segments(pids) == 1
    assert folders(done.pid)
    sweep()
    assert not folders(done.pid)
    assert segments(pids) == 0


def running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
