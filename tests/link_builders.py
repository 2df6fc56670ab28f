"""Traffic over an emulated link, made by hand: downloads, datagrams, packet captures.

For tests and benchmarks; knows nothing of trials.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.lab.network.network import Network
from bench.lab.side import Side
from bench.model.errors import ComponentMissing
from bench.model.links import BACKEND, CLIENTS, Link, Way
from bench.model.links import Path as LinkPath
from bench.model.readings import WayCounts

SECONDS = 60.0
CHUNK = 1 << 16
UDP_SEGMENT = 103
"""Socket option: one call sends many datagrams of this size, so that sending costs little."""


@contextlib.contextmanager
def running_network() -> Iterator[Network]:
    """A network of this process; the test is skipped where there can be none."""
    network = Network()
    try:
        network.start()
    except ComponentMissing as error:
        pytest.skip(str(error))
    try:
        yield network
    finally:
        network.stop()


def symmetric(
    rtt_ms: float = 0.0, loss: float = 0.0, rate_mbit: float = 0.0, congestion: str = ""
) -> Link:
    """A link of one path that is the same both ways."""
    way = Way(round(rtt_ms * 1e6 / 2), 0, loss, rate_mbit * 1e6)
    return Link((LinkPath(way, way),), congestion)


# --- downloads -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Download:
    """How long a download took from the first connect to the last byte."""

    octets: int
    seconds: float

    @property
    def mbit_per_s(self) -> float:
        return self.octets * 8 / 1e6 / self.seconds


def download(network: Network, octets: int, connections: int = 1, path: int = 0) -> Download:
    """The clients' end asks and gets so many bytes over so many connections, evenly shared."""
    sides = network.side(CLIENTS, path=path), network.side(BACKEND, path=path)
    return download_between(*sides, octets, connections)


def download_between(clients: Side, backend: Side, octets: int, connections: int = 1) -> Download:
    """The same between any two sides."""
    share = octets // connections
    with backend.make_socket(socket.SOCK_STREAM) as listener:
        listener.bind((backend.host, 0))
        listener.listen(connections)
        listener.settimeout(SECONDS)
        port = listener.getsockname()[1]

        def serve(_: int) -> None:
            taken, _ = listener.accept()
            with taken:
                taken.settimeout(SECONDS)
                wanted = taken.recv(16)
                assert wanted == b"please"
                sendings = memoryview(bytes(CHUNK))
                for start in range(0, share, CHUNK):
                    taken.sendall(sendings[: min(CHUNK, share - start)])

        def fetch(_: int) -> int:
            with clients.make_socket(socket.SOCK_STREAM) as one:
                one.settimeout(SECONDS)
                one.connect((backend.host, port))
                one.sendall(b"please")
                buffer, got = bytearray(CHUNK), 0
                while count := one.recv_into(buffer):
                    got += count
                return got

        with ThreadPoolExecutor(2 * connections) as pool:
            began = time.monotonic()
            served = [pool.submit(serve, n) for n in range(connections)]
            fetched = [pool.submit(fetch, n) for n in range(connections)]
            got = sum(one.result() for one in fetched)
            seconds = time.monotonic() - began
            for one in served:
                one.result()
    assert got == share * connections
    return Download(got, seconds)


def namespaces() -> set[str]:
    """Network namespaces in which a process is, or that have a name."""
    found = set()
    for link in Path("/proc").glob("[0-9]*/ns/net"):
        try:
            found.add(os.readlink(link))
        except OSError:
            continue
    return found | {path.name for path in Path("/run/netns").glob("*")}


# --- datagrams -------------------------------------------------------------------------------


def up_counts(network: Network, path: int = 0) -> WayCounts:
    return network.counts().now[path].up


class Numbered:
    """Numbered datagrams from the clients' end, and which of them arrived at the backend's."""

    def __init__(self, network: Network, path: int = 0) -> None:
        self._network, self._path = network, path
        clients, backend = network.side(CLIENTS, path=path), network.side(BACKEND, path=path)
        self.near = clients.make_socket(socket.SOCK_DGRAM)
        self.far = backend.make_socket(socket.SOCK_DGRAM)
        self.far.bind((backend.host, 0))
        self.far.setblocking(False)
        self.near.connect(self.far.getsockname())

    def __enter__(self) -> Numbered:
        return self

    def __exit__(self, *_: object) -> None:
        self.near.close()
        self.far.close()

    def send(self, count: int, batch: int = 200) -> set[int]:
        """Send so many, a batch at a time, so that no buffer overflows; who arrived."""
        arrived: set[int] = set()
        for start in range(0, count, batch):
            for number in range(start, min(count, start + batch)):
                self.near.send(struct.pack(">Q", number))
            self._settle(min(count, start + batch))
            arrived |= self._arrivals()
        return arrived

    def _settle(self, sent: int) -> None:
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            seen = up_counts(self._network, self._path)
            if seen.packets_in == sent == seen.packets_out + seen.lost + seen.overflowed:
                return
        pytest.fail(f"{sent} packets were sent, the link knows of {seen}")

    def _arrivals(self) -> set[int]:
        found: set[int] = set()
        with contextlib.suppress(BlockingIOError):
            while True:
                found.add(struct.unpack(">Q", self.far.recv(16))[0])
        return found


def paced(network: Network, per_s: int, seconds: float, octets: int = 100) -> None:
    """So many datagrams a second from the clients' end, a few each millisecond; nobody reads."""
    with Numbered(network) as flow:
        payload, each = bytes(octets), per_s // 1000
        due = time.monotonic()
        for _ in range(int(seconds * 1000)):
            due += 1e-3
            time.sleep(max(0.0, due - time.monotonic()))
            for _ in range(each):
                flow.near.send(payload)
        time.sleep(0.1)


@dataclass(frozen=True)
class Flood:
    """How many packets came through in a time."""

    packets: int
    seconds: float


def flood(network: Network, seconds: float, octets: int = 32) -> Flood:
    """As many datagrams as fit: always some on the link, never too many for it."""
    with Numbered(network) as flow:
        flow.near.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, octets)
        batch, most = bytes(octets * 64), 3000
        sent = 0
        before, began = up_counts(network), time.monotonic()
        seen = before
        while time.monotonic() - began < seconds:
            while sent - (seen.packets_out - before.packets_out) < most:
                flow.near.send(batch)
                sent += 64
            seen = up_counts(network)
        spent = time.monotonic() - began
        return Flood(seen.packets_out - before.packets_out, spent)


# --- captures --------------------------------------------------------------------------------

CAPTURE_HEADER, RECORD_HEADER = struct.Struct("<IHHiIII"), struct.Struct("<IIII")
NANOSECOND_MAGIC, ETHERNET, RAW_IP = 0xA1B23C4D, 1, 101


@dataclass(frozen=True)
class Captured:
    """One packet of a capture: wall clock, IPv4 source address, length at IP level."""

    time_ns: int
    source: str
    octets: int


def captured(path: Path) -> list[Captured]:
    """All packets of a capture: of a device, as tcpdump writes it, or of a link."""
    return [
        Captured(time_ns, socket.inet_ntoa(packet[12:16]), octets)
        for time_ns, packet, octets in _records(path)
    ]


def ip_packets(path: Path) -> list[bytes]:
    """Their bytes, as far as they were captured."""
    return [packet for _, packet, _ in _records(path)]


def _records(path: Path) -> Iterator[tuple[int, bytes, int]]:
    """Of each packet the time (ns), what was captured of it, and its length at IP level."""
    data = path.read_bytes()
    magic, *_, link = CAPTURE_HEADER.unpack_from(data)
    assert magic == NANOSECOND_MAGIC
    header = {ETHERNET: 14, RAW_IP: 0}[link]
    place = CAPTURE_HEADER.size
    while place < len(data):
        seconds, nanoseconds, length, whole = RECORD_HEADER.unpack_from(data, place)
        place += RECORD_HEADER.size
        packet = data[place + header : place + length]
        place += length
        (total,) = struct.unpack_from(">H", packet, 2)
        assert total == whole - header
        yield seconds * 1_000_000_000 + nanoseconds, packet, total
