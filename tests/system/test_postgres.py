"""PostgreSQL beyond the contract of services: whom it lets in, what it waits for and leaves."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest
from system_builders import ROOT, until

from bench import catalog
from bench.lab import services
from bench.lab.services import Service, _postgres_programs, postgres
from bench.lab.side import ON_LOOPBACK
from bench.lab.sweep import sweep
from bench.model.component import request_of

if postgres.missing():
    pytest.skip(postgres.missing(), allow_module_level=True)

IPC_PRIVATE = 0
IPC_CREAT = 0o1000
LOGIN = ("host", "port", "user", "database")


def private(**settings: str) -> Service:
    return services.create(request_of(catalog.components()["postgres"], settings), [], ON_LOOPBACK)


def connect(address: dict[str, Any], **changed: Any) -> Coroutine[Any, Any, Any]:
    asked = {name: address[name] for name in LOGIN}
    return asyncpg.connect(**{**asked, **changed})


def ask(
    address: dict[str, Any], question: Callable[[Any], Coroutine[Any, Any, Any]], **changed: Any
) -> Any:
    async def main() -> Any:
        connection = await connect(address, **changed)
        try:
            return await question(connection)
        finally:
            await connection.close()

    return asyncio.run(main())


def value(address: dict[str, Any], query: str, **changed: Any) -> Any:
    return ask(address, lambda connection: connection.fetchval(query), **changed)


def segments(pids: list[int]) -> int:
    """How many shared memory segments these processes made."""
    _, *rows = Path("/proc/sysvipc/shm").read_text().splitlines()
    # key shmid perms size cpid ...
    return sum(int(row.split()[4]) in pids for row in rows)


@pytest.fixture(scope="module")
def server() -> Iterator[Service]:
    found = private()
    found.start()
    yield found
    found.remove()


def test_by_default_it_does_not_wait_for_the_disk(server: Service) -> None:
    asked = ("max_connections", "fsync", "full_page_writes", "synchronous_standby_names")
    found = [value(server.address, f"show {name}") for name in asked]
    assert found == ["300", "off", "off", ""]
    assert postgres.version().startswith("18.")


def test_durability_is_that_of_postgresql_itself() -> None:
    durable = private(durable="on")
    durable.start()
    try:
        asked = ("fsync", "full_page_writes", "synchronous_commit")
        assert [value(durable.address, f"show {name}") for name in asked] == ["on"] * 3
    finally:
        durable.remove()


def test_a_standby_follows_and_can_be_waited_for_and_promoted() -> None:
    pair = private(standby="on")
    pair.start()
    try:
        standby = {**pair.address, "port": pair.address["standby_port"]}
        assert value(standby, "select pg_is_in_recovery()") is True

        async def commit(connection: Any) -> None:
            # It returns when the standby shows what was committed.
            await connection.execute("set synchronous_commit = remote_apply")
            await connection.execute("create table followed as select 7 as value")

        ask(pair.address, commit)
        assert value(standby, "select value from followed") == 7
        assert value(standby, "select pg_promote()") is True
        assert value(standby, "select pg_is_in_recovery()") is False
    finally:
        pair.remove()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"user": "owner"}, "no pg_hba"),
        ({"database": "template1"}, "no pg_hba"),
        ({"user": "follower"}, "no pg_hba"),
    ],
)
def test_only_a_user_without_power_is_let_in(
    server: Service, changed: dict[str, str], words: str
) -> None:
    with pytest.raises(asyncpg.PostgresError, match=words):
        asyncio.run(connect(server.address, **changed))

    async def question(connection: Any) -> None:
        await connection.execute("copy (select 1) to program 'true'")

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        ask(server.address, question)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives up its power")
def test_an_installation_closed_to_others_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = _postgres_programs.installation()
    assert installed is not None
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for name in (installed.parent.name, f"{installed.parent.name}.libs"):
        (closed / name).symlink_to(installed.parent.with_name(name))
    monkeypatch.setattr(
        _postgres_programs, "installation", lambda: closed / installed.parent.name / installed.name
    )
    server = private()
    server.start()
    program = psutil.Process(server.pids[0]).exe()
    server.remove()
    assert program.startswith(tempfile.gettempdir())


KILLED = """
import os, signal
from bench import catalog
from bench.lab import services
from bench.lab.side import ON_LOOPBACK
from bench.model.component import request_of
asked = request_of(catalog.components()["postgres"], {})
server = services.create(asked, [], ON_LOOPBACK)
server.start()
print(*server.pids, server.folder, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_harness_takes_it_along_and_the_next_one_cleans_up() -> None:
    done = subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, cwd=ROOT)
    words, _ = done.communicate(timeout=30)
    assert done.returncode == -signal.SIGKILL
    *numbers, folder = words.decode().split()
    pids = [int(number) for number in numbers]

    until(lambda: not any(map(running, pids)), 5, "the server dies with its harness")
    assert segments(pids) == 1
    assert Path(folder).exists()
    sweep()
    assert not Path(folder).exists()
    until(lambda: segments(pids) == 0, 5, "the last process of the server lets its memory go")


def test_memory_that_a_process_still_holds_goes_with_it(tmp_path: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.shmat.restype = ctypes.c_void_p
    me = os.getpid()
    number = libc.shmget(ctypes.c_int(IPC_PRIVATE), ctypes.c_size_t(56), IPC_CREAT | 0o600)
    held = libc.shmat(number, None, 0)
    lines = [str(me), "", "", "", "", "", f"0 {number}"]
    (tmp_path / "postmaster.pid").write_text("\n".join(lines))
    assert segments([me]) == 1

    _postgres_programs.release_segment(tmp_path)
    assert segments([me]) == 1
    libc.shmdt(ctypes.c_void_p(held))
    assert segments([me]) == 0


def running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
