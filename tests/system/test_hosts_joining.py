"""Hosts join a run: who is let in, who is refused and by which name, who is said to be gone."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import msgspec
import pytest
from system_builders import run_bench, until

from bench.lab.hosts import agent
from bench.lab.hosts.hub import Hub
from bench.lab.hosts.wire import Wire, WireBroken, join
from bench.model.errors import UsageError
from bench.model.hosts import LOAD, Greeting, Hello, Refused, Software, Welcome

HERE = "127.0.0.1"
TOKEN = "known"
SOFTWARE = Software("0.2.0", "3.11", {"locust": "2"}, {"bench/clock.py": "1"})
SOON_S = 10.0


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def hub(said: list[str]) -> Iterator[Hub]:
    made = Hub(HERE, 0, TOKEN, SOFTWARE, 1, said.append)
    yield made
    made.close()


@pytest.fixture
def start(hub: Hub) -> Iterator[Callable[..., Future[None]]]:
    with ThreadPoolExecutor() as pool:

        def begin(
            token: str = TOKEN, name: str = "b", software: Software = SOFTWARE
        ) -> Future[None]:
            return pool.submit(agent.work, HERE, hub.port, token, name, 1, software, lambda _: None)

        yield begin
        hub.close()


def test_a_host_joins_and_goes_home(
    hub: Hub, start: Callable[..., Future[None]], said: list[str]
) -> None:
    host = start()
    hub.wait_for_all(SOON_S)
    assert [link.name for link in hub.present] == ["b"]
    hub.close()
    assert host.result(SOON_S) is None
    assert said == [f"host b ({HERE}) joined"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"patternbench": "0.1.0"}, "it has patternbench 0.1.0, the master has 0.2.0"),
        ({"python": "3.13"}, "it has Python 3.13, the master has 3.11"),
        ({"files": {"bench/clock.py": "2"}}, "its code differs: bench/clock.py"),
    ],
)
def test_other_software_is_refused_by_name(
    hub: Hub,
    start: Callable[..., Future[None]],
    said: list[str],
    changes: dict[str, Any],
    words: str,
) -> None:
    host = start(software=msgspec.structs.replace(SOFTWARE, **changes))
    with pytest.raises(UsageError, match="refused this host: " + words):
        host.result(SOON_S)
    until(lambda: said, SOON_S, "the master says so too")
    assert said == [f"host b ({HERE}) was refused: {words}; install the same on both"]
    assert hub.present == []


def test_a_wrong_token_is_refused(
    hub: Hub, start: Callable[..., Future[None]], said: list[str]
) -> None:
    with pytest.raises(UsageError, match="its token is not this run's"):
        start(token="guessed").result(SOON_S)
    until(lambda: said, SOON_S, "the master says so too")
    assert said == [f"{HERE} did not join: a wrong token was shown"]


def test_one_too_many_is_refused(hub: Hub, start: Callable[..., Future[None]]) -> None:
    start()
    hub.wait_for_all(SOON_S)
    with pytest.raises(UsageError, match="all 1 of --hosts 1 are there already"):
        start(name="c").result(SOON_S)


def test_too_few_are_said(hub: Hub) -> None:
    with pytest.raises(
        UsageError, match=r"--hosts 1: 0 joined within 0\.1 s; start `bench worker`"
    ):
        hub.wait_for_all(0.1)


def test_whoever_only_connects_harms_nobody(hub: Hub, said: list[str]) -> None:
    for sent in (b"GET / HTTP/1.1\r\n\r\n", struct.pack("<I", 1 << 30), b"\3\0\0\0abc", b""):
        with socket.create_connection((HERE, hub.port), SOON_S) as stranger:
            stranger.sendall(sent)
    until(lambda: len(said) == 4, SOON_S, "all are told off")
    assert "a message of 1,073,741,824 bytes came, which is none of ours" in said[1] + said[0]


def test_a_listener_that_does_not_know_the_token_is_found_out() -> None:
    with socket.create_server((HERE, 0)) as listener, ThreadPoolExecutor() as pool:
        at = pool.submit(socket.create_connection, listener.getsockname(), SOON_S)
        false, _ = listener.accept()
        wire, master = Wire(at.result(SOON_S)), Wire(false)

        def pretend() -> None:
            master.send(Greeting(b"0" * 16))
            master.receive(Hello, SOON_S)
            master.send(Welcome(b"anything", "b"))

        pretending = pool.submit(pretend)
        with pytest.raises(WireBroken, match="the listener does not know the token"):
            join(wire, TOKEN, "host", "b", 1, SOFTWARE)
        pretending.result(SOON_S)
        wire.close()
        master.close()


def test_a_host_that_goes_is_noticed(hub: Hub) -> None:
    wire = Wire(socket.create_connection((HERE, hub.port), SOON_S))
    join(wire, TOKEN, "host", "b", 1, SOFTWARE)
    hub.wait_for_all(SOON_S)
    failures: list[tuple[int, str]] = []
    (link,) = hub.present
    link.fails = lambda turn, reason: failures.append((turn, reason))
    wire.close()
    until(lambda: failures, SOON_S, "the failure is told")
    assert failures == [(0, "the other end closed the connection")]
    assert hub.present == []


def test_a_workers_channel_leads_to_the_master(hub: Hub) -> None:
    def channel() -> tuple[Wire, Welcome | Refused]:
        wire = Wire(socket.create_connection((HERE, hub.port), SOON_S))
        return wire, join(wire, TOKEN, LOAD, "b")

    wire, reply = channel()
    assert reply == Refused("no trial is under way")
    wire.close()
    with socket.create_server((HERE, 0)) as master:
        master.settimeout(SOON_S)
        hub.load_port = master.getsockname()[1]
        wire, reply = channel()
        assert isinstance(reply, Welcome)
        at_master, _ = master.accept()
        block = bytes(range(256)) * 4096
        with at_master:
            at_master.settimeout(SOON_S)
            sending = threading.Thread(target=at_master.sendall, args=(block,))
            sending.start()
            got = bytearray()
            wire.socket.settimeout(SOON_S)
            while len(got) < len(block):
                got += wire.socket.recv(1 << 16)
            sending.join()
            assert got == block
            wire.socket.sendall(b"back")
            assert at_master.recv(16) == b"back"
            wire.close()
            assert at_master.recv(16) == b""  # the end is carried too


def test_an_address_of_somebody_else_cannot_be_listened_on(said: list[str]) -> None:
    with pytest.raises(UsageError, match=r"--listen 203\.0\.113\.7:5573: Cannot assign"):
        Hub("203.0.113.7", 5573, TOKEN, SOFTWARE, 1, said.append)


def test_a_port_that_is_taken_is_said(hub: Hub, said: list[str]) -> None:
    with pytest.raises(UsageError, match=f"--listen {HERE}:{hub.port}: Address already in use"):
        Hub(HERE, hub.port, TOKEN, SOFTWARE, 1, said.append)


def test_nobody_listens_where_a_worker_is_sent() -> None:
    with contextlib.closing(socket.create_server((HERE, 0))) as probe:
        port = probe.getsockname()[1]
    done = run_bench("worker", "--master", f"{HERE}:{port}", "--token", "x")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"--master {HERE}:{port}: Connection refused; start `bench run" in done.stderr
