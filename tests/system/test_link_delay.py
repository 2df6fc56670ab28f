"""What a link charges: its delay from the moment of sending, and what is more is said."""

from __future__ import annotations

import os
import signal
import socket
import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import measured
import numpy as np
import pytest
from link_builders import download, ip_packets, running_network, symmetric

from bench.lab.network.network import Network, usable
from bench.lab.processes import CORES_WITH_ONE_FOR_THE_LINK
from bench.model.links import CLIENTS
from bench.results.environment import cpus
from bench.results.store import StoredTrial

PRIVILEGE, MISSING = usable()
pytestmark = pytest.mark.skipif(not PRIVILEGE, reason=MISSING)
Measure = Callable[..., StoredTrial]

SO_RCVBUFFORCE, SO_TIMESTAMPNS = 33, 35
DELAY_NS = 20_000_000
STAMP, SECOND_NS = struct.Struct("qq"), 1_000_000_000


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    with running_network() as found:
        yield found


def excess_ms(network: Network, count: int, stopped_s: float) -> tuple[np.ndarray, float]:
    """How much longer than asked each of so many datagrams took that are sent at once.

    By the kernel's stamp of arrival.  Meanwhile the emulator is stopped, for as long as is said;
    it is also said for how many seconds it was.
    """
    one_way_ns = DELAY_NS
    network.shape({CLIENTS: symmetric(rtt_ms=2 * one_way_ns / 1e6)}, 1)
    near = network.clients.make_socket(socket.SOCK_DGRAM)
    far = network.backend.make_socket(socket.SOCK_DGRAM)
    (pid,) = network.pids
    with near, far:
        far.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
        far.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        far.bind((network.backend.host, 0))
        far.settimeout(5)
        near.connect(far.getsockname())
        began = time.monotonic()
        os.kill(pid, signal.SIGSTOP)
        try:
            for _ in range(count):
                near.send(struct.pack("q", time.time_ns()) + bytes(92))
            time.sleep(max(0.0, stopped_s - (time.monotonic() - began)))
        finally:
            os.kill(pid, signal.SIGCONT)
        stopped_s = time.monotonic() - began
        found = []
        for _ in range(count):
            payload, ((_, _, stamp),), _, _ = far.recvmsg(100, 64)
            seconds, nanoseconds = STAMP.unpack(stamp)
            (sent_ns,) = struct.unpack_from("q", payload)
            found.append(seconds * SECOND_NS + nanoseconds - sent_ns - one_way_ns)
    return np.array(found) / 1e6, stopped_s


TRIALS = 4
"""Neighbours on a shared machine can delay a packet; a link that is late is so each time."""


def test_a_link_that_waits_for_a_core_within_its_delay_is_not_late(network: Network) -> None:
    """Stopped for half of the delay: of that less than a twentieth is found in the median."""
    seen = []
    for _ in range(TRIALS):
        found, stopped_s = excess_ms(network, 500, DELAY_NS / 2e9)
        late = network.counts().late_ns
        assert late is not None
        assert found.min() >= 0
        # The link says so itself: to the time between giving a packet and its arrival.
        assert late.mean / 1e6 == pytest.approx(found.mean(), abs=0.1, rel=0.05)
        assert late.p50 / 1e6 == pytest.approx(np.median(found), abs=0.1, rel=0.05)
        if np.median(found) < stopped_s * 1e3 / 20:
            return
        if stopped_s < 0.7 * DELAY_NS / 1e9:  # else whoever should let it go on was late
            seen.append(np.median(found))
    if not seen:
        pytest.skip("others keep the cores busy: nothing could be stopped for as short a time")
    pytest.fail(f"half of the packets were more than {min(seen):.3f} ms late")


def test_what_exceeds_the_delay_is_late_and_said(network: Network) -> None:
    """Stopped for 50 ms where 20 are asked for: late by the difference, by both accounts."""
    found, stopped_s = excess_ms(network, 500, 2.5 * DELAY_NS / 1e9)
    late = network.counts().late_ns
    assert late is not None
    assert np.median(found) > (stopped_s * 1e3 - DELAY_NS / 1e6) * 0.8
    assert late.mean / 1e6 == pytest.approx(found.mean(), rel=0.05)
    assert late.p50 / 1e6 == pytest.approx(np.median(found), rel=0.05)
    assert late.most / 1e6 == pytest.approx(found.max(), rel=0.1)


def ones_sum(data: bytes) -> int:
    """The Internet checksum of data that holds its own: 0 where that is right (RFC 1071)."""
    padded = data + bytes(len(data) % 2)
    total = sum(struct.unpack(f">{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def test_packets_are_whole(network: Network, tmp_path: Path) -> None:
    """None is longer than the devices allow, and every checksum is there: no card adds it."""
    network.shape({CLIENTS: symmetric(2)}, 1, {CLIENTS: tmp_path / "a.pcap"})
    download(network, 300_000)
    network.all_counts(ends_captures=True)
    packets = ip_packets(tmp_path / "a.pcap")
    assert len(packets) > 300_000 / 1448
    for packet in packets:
        assert len(packet) <= 1500
        assert ones_sum(packet[:20]) == 0
        pseudo = packet[12:20] + struct.pack(">HH", packet[9], len(packet) - 20)
        assert ones_sum(pseudo + packet[20:]) == 0


RECEIVERS = 2000
BROADCAST = {
    "clients": RECEIVERS,
    "schedule": "constant",
    "event_rate_per_s": 2.0,
    "duration_s": 2.5,
    "warmup_s": 1.25,
    "drain_s": 5.0,
}
ONE_WAY_MS, WITHIN, WITHIN_WHERE_SAID = 40.0, 0.03, 0.75
SAID = {"link_late", "link_shares_core"}
"""The findings by which a link says that it charged more than was asked for."""


def broadcast(measure: Measure, **link: object) -> tuple[float, set[str]]:
    """The mean latency of events to 2,000 clients in ms, and the findings of that trial."""
    stored = measure("notifications/sse", **BROADCAST, **link)
    assert (stored.record.status, stored.record.reason) == ("ok", "")
    data = stored.data()
    values = measured.compute(data)
    raised = measured.of_trial(data, stored.record.counted, values)
    return values["latency_mean"], {one.code for one in raised}


def test_a_broadcast_takes_longer_by_the_delay_or_a_finding_says_that_it_is_late(
    measure: Measure,
) -> None:
    """2,000 clients at once, 40 ms one way, within 3 %; with two cores it is said.

    There the link takes from the server's core what on loopback the receivers' kernel takes, and
    which of both is more depends on the machine: by 17 ms in one run.  What is asked for is that
    the delay is there, and that the trial says how it came to be longer.
    """
    over_loopback, over_link = [], []
    for _ in range(TRIALS):
        over_loopback.append(broadcast(measure)[0])
        mean_ms, codes = broadcast(measure, link="emulated", rtt_s=2 * ONE_WAY_MS / 1e3)
        over_link.append(mean_ms)
        # Whatever disturbs a trial makes it longer.
        off_ms = min(over_link) - min(over_loopback) - ONE_WAY_MS
        room = WITHIN_WHERE_SAID if codes & SAID else WITHIN
        if abs(off_ms) <= room * ONE_WAY_MS:
            # With fewer cores the link takes from others what it needs, which is said, too.
            has_core = len(cpus()) >= CORES_WITH_ONE_FOR_THE_LINK
            assert has_core != ("link_shares_core" in codes)
            return
    if (load := os.getloadavg()[0]) > 2 * len(cpus()):
        pytest.skip(f"off by {off_ms:.1f} ms, but others keep the cores busy ({load:.1f})")
    pytest.fail(f"off by {off_ms:.1f} ms: {over_loopback} ms without, {over_link} ms with the link")
