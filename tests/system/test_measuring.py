"""What is measured is what happened: a stopped server, a packet capture, several workers."""

from __future__ import annotations

import os
import shutil
import signal
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import measured
import numpy as np
import psutil
import pytest
from system_builders import Quiet

from bench.model import samples
from bench.results.store import StoredTrial
from scenarios.notifications import laws

Measure = Callable[..., StoredTrial]

# --- coordinated omission --------------------------------------------------------------------

WINDOW_S, STOP_AFTER_S, STOP_S = 4.0, 1.0, 1.5


class Stopper(Quiet):
    """Stops the target for a while in mid-window."""

    stopped_ns = continued_ns = 0

    def phase(self, name: str, running: Any) -> None:
        if name == "window":
            threading.Thread(target=self.stop, args=(running,)).start()

    def stop(self, running: Any) -> None:
        ((pid,),) = [part.pids for part in running.parts]
        time.sleep(max(0.0, running.t0_ns / 1e9 + STOP_AFTER_S - time.monotonic()))
        os.kill(pid, signal.SIGSTOP)
        self.stopped_ns = time.monotonic_ns()
        time.sleep(STOP_S)
        self.continued_ns = time.monotonic_ns()
        os.kill(pid, signal.SIGCONT)


def test_no_event_of_a_stopped_server_is_forgiven(measure: Measure) -> None:
    """Law CO-1: a stop of D in a window T adds D^2/(2T) to the mean, and D to the maximum."""
    stopper = Stopper()
    stored = measure(
        "notifications/sse",
        stopper,
        clients=5,
        schedule="constant",
        event_rate_per_s=50.0,
        duration_s=WINDOW_S,
        warmup_s=0.2,
    )
    assert stored.record.status == "ok"
    data = stored.data()
    rows = data.outcomes
    assert data.accounting.lost == 0
    during = rows[
        (rows["intended_ns"] > stopper.stopped_ns) & (rows["intended_ns"] < stopper.continued_ns)
    ]
    assert len(during) == pytest.approx(5 * 50 * STOP_S, rel=0.05)
    assert (during["done_ns"] >= stopper.continued_ns).all()
    others = rows[
        (rows["intended_ns"] < stopper.stopped_ns - 100_000_000)
        | (rows["intended_ns"] > stopper.continued_ns + 300_000_000)
    ]
    calm_ms = float(np.mean(others["done_ns"] - others["intended_ns"])) / 1e6
    stop_s = (stopper.continued_ns - stopper.stopped_ns) / 1e9
    found = measured.compute(data)
    grown_s = (found["latency_mean"] - calm_ms) / 1e3
    assert grown_s == pytest.approx(laws.stall_mean(stop_s, WINDOW_S), rel=0.2)
    assert found["latency_max"] / 1e3 == pytest.approx(stop_s, rel=0.1)
    # A tool that counts from the moment of sending sees next to nothing of it.
    assert found["service_mean"] < found["latency_mean"] / 10


# --- bytes on the wire -----------------------------------------------------------------------

CAPTURE_HEADER, RECORD_HEADER = struct.Struct("<IHHiIII"), struct.Struct("<IIII")
NANOSECOND_MAGIC, ETHERNET = 0xA1B23C4D, 1


def captured(path: Path) -> Iterator[tuple[int, int, int]]:
    """(wall clock ns, TCP destination port, IP total length) of each packet of a capture."""
    data = path.read_bytes()
    magic, *_, link = CAPTURE_HEADER.unpack_from(data)
    assert (magic, link) == (NANOSECOND_MAGIC, ETHERNET)
    place = CAPTURE_HEADER.size
    while place < len(data):
        seconds, nanoseconds, length, _ = RECORD_HEADER.unpack_from(data, place)
        place += RECORD_HEADER.size
        packet = data[place + 14 : place + length]
        place += length
        (total,) = struct.unpack_from(">H", packet, 2)
        header = 4 * (packet[0] & 15)
        (port,) = struct.unpack_from(">H", packet, header + 2)
        yield seconds * 1_000_000_000 + nanoseconds, port, total


class Capture(Quiet):
    """Records all packets of the target's port."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.port = self.offset_ns = 0
        self.process: subprocess.Popen[str] | None = None

    def phase(self, name: str, running: Any) -> None:
        if name == "connect":
            sockets = psutil.Process(
                *[pid for part in running.parts for pid in part.pids]
            ).net_connections("tcp4")
            (self.port,) = {s.laddr.port for s in sockets if s.status == psutil.CONN_LISTEN}
            self.begin()
        if name == "window":
            self.offset_ns = time.time_ns() - time.monotonic_ns()
        if name == "finish":
            self.end()

    def begin(self) -> None:
        command = ["tcpdump", "-i", "lo", "-w", str(self.path), "-s", "96", "-U", "-Z", "root"]
        command += ["--immediate-mode", "--time-stamp-precision=nano", f"tcp port {self.port}"]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        line = self.process.stderr.readline()
        while line and "listening on" not in line:
            said, line = line, self.process.stderr.readline()
        if not line:
            self.process.wait()
            self.process.stderr.close()
            pytest.skip(f"packets cannot be captured here: {said.strip()}")

    def end(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        words = self.process.communicate(timeout=10)[1]
        assert "\n0 packets dropped by kernel" in words, words

    def totals(self, start_ns: int, end_ns: int) -> tuple[int, int, int]:
        """Bytes up and down in a window of the monotonic clock, and packets."""
        up = down = packets = 0
        for time_ns, port, total in captured(self.path):
            if start_ns <= time_ns - self.offset_ns < end_ns:
                packets += 1
                if port == self.port:
                    up += total
                else:
                    down += total
        return up, down, packets


@pytest.mark.skipif(not shutil.which("tcpdump"), reason="tcpdump is not installed")
@pytest.mark.parametrize("pattern", ["notifications/sse", "notifications/short_polling"])
def test_the_kernels_counts_are_those_of_a_packet_capture(
    measure: Measure, tmp_path: Path, pattern: str
) -> None:
    capture = Capture(tmp_path / "lo.pcap")
    # The window's edges lie between two events.
    stored = measure(
        pattern,
        capture,
        clients=8,
        schedule="constant",
        event_rate_per_s=40.0,
        warmup_s=0.5125,
        duration_s=2.5,
        poll_interval_s=0.04,
    )
    assert stored.record.status == "ok"
    data = stored.data()
    up, down, packets = capture.totals(data.t0_ns, data.t1_ns)
    assert packets > 500
    assert data.wire_change("wire_up") == pytest.approx(up, rel=0.01)
    assert data.wire_change("wire_down") == pytest.approx(down, rel=0.01)
    segments = data.wire_change("segments_up") + data.wire_change("segments_down")
    assert segments == pytest.approx(packets, rel=0.01)


# --- several load processes ------------------------------------------------------------------


def test_two_workers_do_the_work_of_one(measure: Measure) -> None:
    load = {"clients": 7, "event_rate_per_s": 50.0, "duration_s": 1.0, "warmup_s": 0.2}
    one, two = (measure("notifications/sse", workers=number, **load) for number in (1, 2))
    found = [stored.data() for stored in (one, two)]
    for stored, data in zip((one, two), found, strict=True):
        assert (stored.record.status, stored.record.reason) == ("ok", "")
        assert len(data.rows) == stored.record.counted
        assert measured.METRICS["completeness"].function(data) == 1.0
        assert set(data.outcomes["client"].tolist()) == set(range(7))
        assert data.wire["t1"].open == 7
    events = [len(data.window_events) for data in found]
    deliveries = [len(data.outcomes) for data in found]
    assert events[0] == events[1] > 0
    assert deliveries[0] == deliveries[1] == 7 * events[0]


# --- what is under way at the end ---------------------------------------------------------------


def test_a_held_request_counts_though_the_trial_ends_before_its_reply(measure: Measure) -> None:
    """Evenly spaced events at 0, 2 and 4 s after the start; the window is [0.5, 4.5)."""
    stored = measure(
        "notifications/long_polling",
        clients=4,
        event_rate_per_s=0.5,
        schedule="constant",
        warmup_s=0.5,
        duration_s=4.0,
    )
    data = stored.data()
    pending = data.requests[data.requests["outcome"] == samples.PENDING]
    assert len(data.outcomes) == 4 * 2
    # Each delivery in the window is followed by a request, the last one by one still held.
    assert len(data.requests) == 4 * 2
    assert sorted(pending["client"]) == [0, 1, 2, 3]
    assert len(data.rows) == stored.record.counted
