"""The sides of an emulated network: who reaches whom, over which links, and what these record."""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from link_builders import captured, download_between, namespaces, running_network, symmetric
from system_builders import (
    BENCH_WITHOUT_FIGURES,
    bench_main,
    descendants,
    living,
    run_bench,
    start_bench,
    until,
)

from bench import catalog
from bench.lab.network.network import Network
from bench.lab.side import Side
from bench.model.errors import ComponentMissing, TrialFailed
from bench.model.links import BACKEND, CLIENTS, LINKS, SERVICES, SIDES, STANDBY, Link
from bench.results import store
from bench.run.runner import without_missing

ALL = {CLIENTS: symmetric(10), SERVICES: symmetric(20), STANDBY: symmetric(40)}


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    with running_network() as found:
        yield found


def round_trip_ms(near: Side, far: Side, most: float, count: int = 5) -> float:
    """The least of a few exchanges of small datagrams, up to the first that is below `most`."""
    times: list[float] = []
    with near.make_socket(socket.SOCK_DGRAM) as here, far.make_socket(socket.SOCK_DGRAM) as there:
        for end, side in ((here, near), (there, far)):
            end.bind((side.host, 0))
            end.settimeout(2)
        for _ in range(count):
            began = time.monotonic()
            here.sendto(b"there", there.getsockname())
            _, address = there.recvfrom(16)
            assert address == here.getsockname(), "nobody translates addresses"
            there.sendto(b"and back", address)
            here.recvfrom(16)
            times.append((time.monotonic() - began) * 1e3)
            if times[-1] < most:
                break
    return min(times)


SUBSETS = [
    links for count in range(1, len(LINKS) + 1) for links in itertools.combinations(LINKS, count)
]


@pytest.mark.parametrize("links", SUBSETS, ids="+".join)
def test_every_side_reaches_every_other_over_the_links_between(
    network: Network, links: tuple[str, ...]
) -> None:
    """The round trip is the sum over the links that are asked for; loopback has none."""
    network.shape({name: ALL[name] for name in links}, 1)
    sides = network.sides(links)
    for a, b in itertools.combinations(SIDES, 2):
        between = {a, b} - {BACKEND}
        # The clients' link is crossed from clients only; the standby's alone by the standby.
        if between == {SERVICES, STANDBY}:
            between = {STANDBY}
        elif STANDBY in between:
            between |= {SERVICES}
        wanted = sum(ALL[name].paths[0].rtt_ns / 1e6 for name in between & set(links))
        for near, far in ((sides[a], sides[b]), (sides[b], sides[a])):
            found = round_trip_ms(near, far, wanted + 3)
            assert wanted <= found < wanted + 3, (a, b)


def test_each_link_is_probed_and_counted_by_itself(network: Network) -> None:
    network.shape(ALL, 1)
    for name, link in ALL.items():
        asked = link.paths[0].rtt_ns / 1e6
        assert asked <= network.probe_ms(name) < asked + 5
    before = network.all_counts()
    sides = network.sides(ALL)
    assert download_between(sides.backend, sides.services, 200_000).octets == 200_000
    after = network.all_counts()
    carried = {
        name: after[name].now[0].down.bytes_out - before[name].now[0].down.bytes_out
        for name in LINKS
    }
    assert carried[CLIENTS] == carried[STANDBY] == 0
    assert 200_000 < carried[SERVICES] < 220_000
    assert download_between(sides.clients, sides.services, 200_000).octets == 200_000
    assert network.counts(CLIENTS).now[0].down.bytes_out > 200_000
    assert network.counts(SERVICES).now[0].down.bytes_out > 400_000


def test_each_link_has_its_rate(network: Network) -> None:
    network.shape({CLIENTS: symmetric(rate_mbit=40), SERVICES: symmetric(rate_mbit=15)}, 1)
    sides = network.sides((CLIENTS, SERVICES))
    assert 36 <= download_between(sides.clients, sides.backend, 3_000_000).mbit_per_s <= 39
    assert 13.5 <= download_between(sides.backend, sides.services, 1_500_000).mbit_per_s <= 14.5
    assert 13 <= download_between(sides.clients, sides.services, 1_500_000).mbit_per_s <= 14.5


def test_each_link_loses_packets_of_its_own(network: Network) -> None:
    network.shape({CLIENTS: symmetric(), SERVICES: symmetric(loss=0.05)}, 1)
    sides = network.sides((CLIENTS, SERVICES))
    download_between(sides.clients, sides.services, 1_000_000)
    seen = network.all_counts()
    assert seen[CLIENTS].now[0].down.lost == seen[CLIENTS].now[0].up.lost == 0
    assert 0.02 < seen[SERVICES].now[0].down.lost / seen[SERVICES].now[0].down.packets_in < 0.09


def test_connections_are_told_by_the_link_that_they_leave_by(network: Network) -> None:
    links = {CLIENTS: Link(congestion="reno"), SERVICES: Link(congestion="cubic")}
    network.shape(links, 1)
    sides = network.sides(links)
    with sides.services.make_socket(socket.SOCK_STREAM) as listener:
        listener.bind((sides.services.host, 0))
        listener.listen()
        with sides.clients.connect(listener.getsockname()[1], host=sides.services.host):
            found = network.congestion()
    assert found[CLIENTS] == {CLIENTS: ["reno"], BACKEND: []}
    assert found[SERVICES] == {BACKEND: [], SERVICES: ["cubic"]}


def test_a_path_of_any_link_can_go_down(network: Network) -> None:
    network.shape({CLIENTS: symmetric(), SERVICES: symmetric()}, 1)
    sides = network.sides((CLIENTS, SERVICES))
    network.switch(0, up=False, link=SERVICES)
    with pytest.raises(OSError, match=r"."):
        round_trip_ms(sides.clients, sides.services, 5)
    assert round_trip_ms(sides.clients, sides.backend, 5) < 5
    network.switch(0, up=True, link=SERVICES)
    network.shape({CLIENTS: symmetric(), SERVICES: symmetric()}, 1)
    assert round_trip_ms(sides.clients, sides.services, 5) < 5


@pytest.mark.parametrize("loss", [0.0, 0.02])
@pytest.mark.parametrize("name", [CLIENTS, SERVICES])
def test_a_capture_has_what_the_link_counts(
    network: Network, tmp_path: Path, name: str, loss: float
) -> None:
    """The parser is the one that reads tcpdump's files."""
    file = tmp_path / f"{name}.pcap"
    links = {CLIENTS: symmetric(), SERVICES: symmetric()} | {name: symmetric(2, loss)}
    network.shape(links, 1, {name: file})
    sides = network.sides(links)
    began_ns = time.time_ns()
    download_between(sides.clients, sides.services, 500_000)
    seen = network.all_counts(ends_captures=True)[name]
    download_between(sides.clients, sides.services, 100_000)  # is not in it any more
    packets = captured(file)
    up = [one for one in packets if one.source == sides.clients.host]
    down = [one for one in packets if one.source == sides.services.host]
    assert len(up) + len(down) == len(packets) == seen.captured > 300
    (path,) = seen.now
    assert (path.up.packets_in, path.up.bytes_in) == (len(up), sum(one.octets for one in up))
    assert (path.down.packets_out, path.down.bytes_out) == (
        len(down),
        sum(one.octets for one in down),
    )
    assert (path.down.lost > 0) == (loss > 0)
    times = [one.time_ns for one in packets]
    assert times == sorted(times)
    assert began_ns <= times[0]
    assert times[-1] <= time.time_ns()


def test_no_capture_is_made_unasked(network: Network, tmp_path: Path) -> None:
    network.shape({CLIENTS: symmetric()}, 1)
    download_between(*(network.sides((CLIENTS,))[one] for one in (CLIENTS, BACKEND)), 10_000)
    assert network.counts().captured == 0
    assert not list(tmp_path.iterdir())


def test_a_capture_that_cannot_be_written_is_said_so(network: Network, tmp_path: Path) -> None:
    with pytest.raises(TrialFailed, match="No such file"):
        network.shape({CLIENTS: symmetric()}, 1, {CLIENTS: tmp_path / "nowhere" / "a.pcap"})
    network.shape({CLIENTS: symmetric()}, 1)


# --- whole runs ------------------------------------------------------------------------------

PER_REQUEST = "connection_pool/per_request"
BRIEF = ("--set", "burst=1", "--set", "burst_interval=100ms", "--set", "warmup=200ms")


def skip_without_database() -> None:
    try:
        without_missing(catalog.select([PER_REQUEST]), {})
    except ComponentMissing as missing:
        pytest.skip(str(missing))


def test_a_database_is_behind_its_link(tmp_path: Path) -> None:
    """A query on a fresh connection takes five of its round trips, the way to it another."""
    skip_without_database()
    ended = run_bench(
        *("run", PER_REQUEST, *BRIEF, "--duration", "1s", "--repeats", "1"),
        *("--link", "rtt=10ms", "--link", "services:rtt=20ms", "--pcap", "services"),
        *("--results", str(tmp_path)),
        command=BENCH_WITHOUT_FIGURES,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    (folder,) = tmp_path.iterdir()
    (stored,) = store.open_run(folder).trials
    record = stored.record
    assert (record.status, record.reason) == ("ok", "")
    latency_ms = stored.data().latencies_ns / 1e6
    assert len(latency_ms) >= 8
    assert latency_ms.min() > 5 * 20 + 10
    facts = record.facts["links"][SERVICES]
    assert 20 <= facts["rtt_probe_ms"] < 25
    (end,) = record.links[SERVICES]["end"]
    assert end.up.packets_in > 8 * 5
    packets = captured(stored.folder / "services.pcap")
    assert len(packets) == facts["captured_packets"] == end.up.packets_in + end.down.packets_out
    report = (folder / "report" / "report.md").read_text()
    assert "services: rtt=20ms" in report
    assert "were written to disk during the trial" in report


def sides_in_use(pid: int) -> set[str]:
    """The namespaces, other than this one, in which descendants of a process are."""
    found = set()
    for process in descendants(pid):
        with contextlib.suppress(OSError):
            found.add(os.readlink(f"/proc/{process.pid}/ns/net"))
    return found - {os.readlink("/proc/self/ns/net")}


def test_after_kill_9_no_side_is_left(tmp_path: Path) -> None:
    skip_without_database()
    bench = start_bench(
        *("run", PER_REQUEST, *BRIEF, "--duration", "60s", "--repeats", "1"),
        *("--link", "rtt=2ms", "--link", "services:rtt=2ms", "--results", str(tmp_path / "r")),
        output=tmp_path / "output",
    )
    try:
        until(lambda: len(sides_in_use(bench.pid)) == 3, 60, "three sides are in use")
        used = sides_in_use(bench.pid)
        children = descendants(bench.pid)
    finally:
        bench.kill()
        bench.wait()
    until(lambda: not living(children), 10, f"no process is left of {children}")
    until(lambda: not used & namespaces(), 5, "no namespace is left")


def test_a_capture_of_a_link_that_is_not_there_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, words in (
        ("services", "pcap=services: no trial emulates that link; add --link services:rtt=0"),
        ("clients", "pcap=clients: no trial emulates that link; add --link rtt=0"),
        ("wan", "pcap=wan: unknown link; use clients, services, standby"),
    ):
        asked = ("run", PER_REQUEST, "--pcap", name, "--results", str(tmp_path / "r"))
        code, _, said = bench_main(asked, monkeypatch, capsys)
        assert (code, said) == (2, f"bench: {words}\n")
    assert not (tmp_path / "r").exists()
