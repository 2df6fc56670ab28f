"""Whatever listens during a trial does so on loopback, or in a namespace of the trial's own."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import psutil
import pytest
from system_builders import Quiet, descendants

from bench.lab.network.network import usable
from bench.results.store import StoredTrial

Measure = Callable[..., StoredTrial]
PRIVILEGE, MISSING = usable()


def namespace(pid: int) -> str:
    return os.readlink(f"/proc/{pid}/ns/net")


def listening_beside(pid: int) -> set[str]:
    """The addresses that anybody in the namespace of a process listens at, for TCP over IPv4."""
    rows = [one.split() for one in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    hexes = {row[1].partition(":")[0] for row in rows if row[3] == "0A"}
    return {socket.inet_ntoa(bytes.fromhex(one)[::-1]) for one in hexes}


class Listing(Quiet):
    """Of every process of the trial: where it listens, and whether that is in our namespace."""

    def __init__(self) -> None:
        super().__init__()
        self.ours: set[tuple[str, str]] = set()
        self.apart: set[tuple[str, str]] = set()

    def phase(self, name: str, running: Any) -> None:
        for process in descendants(os.getpid()):
            try:
                if namespace(process.pid) != namespace(os.getpid()):
                    self.apart |= {(process.name(), ip) for ip in listening_beside(process.pid)}
                    continue
                found = process.net_connections("inet")
                program = process.name()
            except (psutil.Error, OSError):  # it has ended
                continue
            self.ours.update(
                (program, one.laddr.ip)
                for one in found
                if one.laddr and not one.raddr
                if one.status == psutil.CONN_LISTEN or one.type == socket.SOCK_DGRAM
            )


def strangers(found: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those that another host could reach."""
    return {(program, ip) for program, ip in found if not ip_address(ip).is_loopback}


@pytest.mark.parametrize(
    "pattern",
    [
        "notifications/sse",
        "notifications/websocket_proxied",
        "notifications/rabbitmq",
        "event_delivery/nats_core",
    ],
)
def test_on_loopback_nobody_else_can_connect(measure: Measure, pattern: str) -> None:
    from bench import catalog

    experiment = pattern.partition("/")[0]
    if pattern not in {one.id for one in catalog.patterns(experiment).values()}:
        pytest.fail(f"{pattern} is gone; name another one that needs the same service")
    listing = Listing()
    trial = measure(pattern, listing, clients=2, duration_s=0.5, warmup_s=0.1)
    assert trial.is_whole, trial.record.reason
    assert listing.ours, "nothing was seen to listen"
    assert strangers(listing.ours) == set()
    assert listing.apart == set()


@pytest.mark.skipif(not PRIVILEGE, reason=MISSING)
def test_on_a_link_what_is_reached_by_its_address_is_in_a_namespace(measure: Measure) -> None:
    listing = Listing()
    trial = measure(
        "notifications/sse", listing, clients=2, duration_s=0.5, link="emulated", rtt_s=0.002
    )
    assert trial.is_whole, trial.record.reason
    assert strangers(listing.apart), "the server was not seen"
    assert strangers(listing.ours) == set()


def test_strangers_are_seen(tmp_path: Path) -> None:
    loopback, everywhere = ("a", "127.0.0.1"), ("b", "0.0.0.0")
    assert strangers({loopback, everywhere, ("c", "::1"), ("d", "::")}) == {everywhere, ("d", "::")}
