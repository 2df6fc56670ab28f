"""Emulated links: round trips, losses, rates, counts, privileges, and that nothing is left."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import measured
import numpy as np
import psutil
import pytest
from link_builders import (
    Numbered,
    captured,
    download,
    namespaces,
    running_network,
    symmetric,
    up_counts,
)
from system_builders import (
    BENCH_WITHOUT_FIGURES,
    TINY,
    Quiet,
    descendants,
    living,
    run_bench,
    start_bench,
    until,
)

from bench.lab.network.network import FOLDER_PREFIX, Network, usable
from bench.lab.processes import Child
from bench.model import linktext, samples
from bench.model.errors import TrialFailed
from bench.model.links import CLIENTS, Link, Way
from bench.model.links import Path as LinkPath
from bench.model.load import LinkParameters
from bench.plan.trials import loads_of
from bench.results.store import StoredTrial
from bench.run import request, runner

PRIVILEGE, MISSING = usable()
pytestmark = pytest.mark.skipif(not PRIVILEGE, reason=MISSING)
Measure = Callable[..., StoredTrial]
SSE, POLLING = "notifications/sse", "notifications/short_polling"


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    with running_network() as found:
        yield found


def fields_of(text: str, experiment: str = "notifications") -> dict[str, Any]:
    """The load fields of `--link TEXT`."""
    from bench.catalog import experiments

    ((_, load),) = loads_of(experiments()[experiment], linktext.settings_of(text))
    fields = LinkParameters.__dataclass_fields__
    return {field: value for field, value in load.items() if field in fields}


# --- as asked --------------------------------------------------------------------------------


def both(congestion: str) -> dict[str, list[str]]:
    """That congestion control at both ends."""
    return {"clients": [congestion], "backend": [congestion]}


def asked_at_200_a_second(measure: Measure) -> tuple[StoredTrial, np.ndarray]:
    """A trial of short polling over 50 ms, and what its requests took in ms, sorted."""
    load = fields_of("rtt=50ms,cc=reno") | {"clients": 20, "poll_interval_s": 0.1}
    more = {"duration_s": 2.0, "warmup_s": 0.5, "event_rate_per_s": 5.0}
    stored = measure(POLLING, **(load | more))
    assert (stored.record.status, stored.record.reason) == ("ok", "")
    requests = stored.data().requests
    done = requests[requests["outcome"] != samples.PENDING]
    assert len(done) == pytest.approx(400, rel=0.05)
    return stored, np.sort(done["done_ns"] - done["sent_ns"]) / 1e6


def test_a_round_trip_takes_what_was_asked_for(measure: Measure) -> None:
    """200 requests a second at 50 ms: none takes less, most hardly more, and all counts say so.

    How late the last of a hundred is says how busy the machine is: tests/benchmarks/test_link.py.
    """
    stored, spent_ms = asked_at_200_a_second(measure)
    assert stored.record.facts["link"]["congestion"] == both("reno")
    assert spent_ms[0] > 50
    assert np.median(spent_ms) == pytest.approx(50, rel=0.1)
    found = measured.compute(stored.data())
    assert found["link_rtt_asked_ms"] == 50
    assert found["link_rtt_probe_ms"] == pytest.approx(50, rel=0.1)
    assert found["rtt_us"] == pytest.approx(50_000, rel=0.1)
    assert found["link_lost_share_up"] == found["link_retransmitted_share_up"] == 0
    assert 0 < found["link_cpu_share"] < 0.5
    raised = measured.of_trial(stored.data(), stored.record.counted, found)
    assert "link_differs" not in {one.code for one in raised}


def test_losses_are_as_many_as_asked_for_and_the_same_for_the_same_seed(network: Network) -> None:
    count, few, arrived = 50_000, 10_000, []
    for seed, packets in ((1, count), (1, few), (2, few)):
        network.shape({CLIENTS: symmetric(loss=0.02)}, seed)
        with Numbered(network) as flow:
            arrived.append(flow.send(packets))
        seen = up_counts(network)
        assert (seen.packets_in, seen.packets_out) == (packets, len(arrived[-1]))
        assert seen.lost == packets - len(arrived[-1])
        assert seen.overflowed == seen.refused == network.counts().dropped == 0
    assert 1 - len(arrived[0]) / count == pytest.approx(0.02, abs=0.003)
    assert arrived[1] == {number for number in arrived[0] if number < few}
    assert arrived[2] != arrived[1]


def test_a_long_transfer_gets_the_rate(network: Network) -> None:
    network.shape({CLIENTS: symmetric(rate_mbit=20)}, 1)
    assert 18.5 <= download(network, 5_000_000).mbit_per_s <= 19.5


def test_each_direction_is_shaped_by_itself(network: Network) -> None:
    up, down = Way(), Way(20_000_000, loss=0.05, rate=10e6)
    network.shape({CLIENTS: Link((LinkPath(up, down),))}, 1)
    assert download(network, 1_000_000).mbit_per_s < 10
    (seen,) = network.counts().now
    assert seen.up.lost == seen.up.overflowed == seen.up.retransmitted == 0
    assert seen.up.packets_in == seen.up.packets_out > 100
    assert 0.02 < seen.down.lost / seen.down.packets_in < 0.08
    # What was lost had to be sent again, but for segments without data; little else was.
    assert seen.down.lost - 5 <= seen.down.retransmitted <= 2 * seen.down.lost


def test_the_congestion_control_is_that_of_both_ends(measure: Measure) -> None:
    """Reno, which every kernel has: the round trips above."""
    known = Path("/proc/sys/net/ipv4/tcp_available_congestion_control").read_text().split()
    if "bbr" not in known:
        pytest.skip(f"this kernel has {', '.join(known)}")
    load = fields_of("rtt=2ms,cc=bbr")
    stored = measure(SSE, **(load | {"clients": 3, "duration_s": 0.3, "warmup_s": 0.1}))
    assert stored.record.facts["link"]["congestion"] == both("bbr")


def test_a_congestion_control_that_the_kernel_has_not_is_named(network: Network) -> None:
    with pytest.raises(TrialFailed, match=r"cc=none_such: .*; this kernel has .*reno"):
        network.shape({CLIENTS: symmetric(congestion="none_such")}, 1)
    network.shape({CLIENTS: symmetric()}, 1)  # it goes on
    assert download(network, 10_000).octets == 10_000


def test_both_paths_carry_traffic(network: Network) -> None:
    text = "path=rtt=4ms,rate=40mbit path=rtt=30ms,loss=1%"
    link = linktext.link_of(fields_of(text, "multipath"))
    assert link is not None
    network.shape({CLIENTS: link}, 1)
    before = network.counts().now
    assert len(before) == 2
    for path, megabytes in ((0, 2), (1, 1)):
        assert download(network, megabytes * 1_000_000, path=path).octets == megabytes * 1_000_000
    first, second = network.counts().now
    assert 2_000_000 < first.down.bytes_out < 2_200_000
    assert 1_000_000 < second.down.bytes_out < 1_100_000
    assert first.down.lost == 0 < second.down.lost
    network.switch(0, up=False)
    with pytest.raises(OSError, match=r"."):
        network.clients.connect(9, 0.3)
    assert download(network, 10_000, path=1).octets == 10_000
    network.switch(0, up=True)


# --- counts ----------------------------------------------------------------------------------


class Capture(Quiet):
    """Records every packet of the clients' device, and the link's counts when all is quiet."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.file = folder / "path0.pcap"
        self.log = folder / "tcpdump.log"
        self.child: Child | None = None
        self.offset_ns = 0
        self.seen: Any = None

    def phase(self, name: str, running: Any) -> None:
        if name == "start":  # the link is shaped, and its counts begin, after this
            command = ["tcpdump", "-i", "path0", "-w", str(self.file), "-s", "64", "-U"]
            command += ["-Z", "root", "--immediate-mode", "--time-stamp-precision=nano"]
            running.network.shape({CLIENTS: Link()}, 0)  # brings the device up
            join = running.network.clients.join
            self.child = Child("tcpdump", command, self.log, join=join)
            until(lambda: "listening on" in self.log.read_text(), 5, "tcpdump listens")
        if name == "window":
            self.offset_ns = time.time_ns() - time.monotonic_ns()
        if name == "finish":
            time.sleep(0.3)  # acknowledgements may be under way
            self.seen = running.network.counts()
            self.end()

    def end(self) -> None:
        assert self.child is not None
        self.child.send_signal(signal.SIGINT)
        self.child.process.wait(10)
        self.child.stop()
        assert "\n0 packets dropped by kernel" in self.log.read_text()


@pytest.mark.skipif(not shutil.which("tcpdump"), reason="tcpdump is not installed")
@pytest.mark.parametrize("text", ["rtt=10ms", "rtt=10ms,loss=2%"])
def test_the_link_counts_what_a_capture_shows(measure: Measure, tmp_path: Path, text: str) -> None:
    """All packets of the trial exactly; in the window also TCP_INFO within 0.5 %."""
    capture = Capture(tmp_path)
    # Evenly spaced events at 100 ms; the window's edges lie 75 ms after one, when all is quiet.
    load = {"clients": 40, "schedule": "constant", "event_rate_per_s": 10.0, "payload_bytes": 1000}
    load |= {"warmup_s": 0.575, "duration_s": 1.5}
    stored = measure(SSE, capture, **(fields_of(text) | load))
    assert (stored.record.status, stored.record.reason) == ("ok", "")
    packets = captured(capture.file)
    (seen,) = capture.seen.now
    assert capture.seen.dropped == 0
    up = [one for one in packets if one.source == "10.77.0.1"]
    down = [one for one in packets if one.source == "10.77.0.2"]
    assert len(up) + len(down) == len(packets) > 1000
    assert (seen.up.packets_in, seen.up.bytes_in) == (len(up), sum(one.octets for one in up))
    assert (seen.down.packets_out, seen.down.bytes_out) == (
        len(down),
        sum(one.octets for one in down),
    )
    if "loss" in text:
        assert seen.down.lost > 0
        return
    data = stored.data()
    for way, found in (("up", up), ("down", down)):
        octets = sum(
            one.octets
            for one in found
            if data.t0_ns <= one.time_ns - capture.offset_ns < data.t1_ns
        )
        assert data.wire_bytes(way) == octets
        assert data.wire_change(f"wire_{way}") == pytest.approx(octets, rel=0.005)


# --- what breaks -----------------------------------------------------------------------------


class KillsTheLink(Quiet):
    def phase(self, name: str, running: Any) -> None:
        if name == "window" and running.trial.number == 0:
            os.kill(running.network.pids[0], signal.SIGKILL)


def test_a_killed_link_fails_its_trial_and_is_started_again(tmp_path: Path) -> None:
    settings = {"clients": "3", "duration": "500ms", "warmup": "100ms", "drain": "1s"}
    asked = request.Asked(
        (SSE,), settings | linktext.settings_of("rtt=2ms"), repeats=2, calibrate=False
    )
    folder = runner.new_run(request.plan_of(asked), tmp_path)
    before = psutil.Process().children(recursive=True)
    observer = KillsTheLink()
    runner.execute(folder, {}, observer)
    first, second = observer.records
    assert first.status == "failed"
    assert "link was killed by SIGKILL" in first.reason
    assert (second.status, second.reason) == ("ok", "")
    assert observer.said == ["starting the link", "starting the link"]
    assert living(psutil.Process().children(recursive=True)) == living(before)


def by_ip(*command: str) -> str:
    """What `ip ...` lists, without counters and times."""
    if not shutil.which("ip"):
        return ""
    return subprocess.run(["ip", *command], capture_output=True, text=True, check=True).stdout


def of_links(pid: int) -> list[psutil.Process]:
    """All processes of a trial on a link, as soon as they are there."""
    children = descendants(pid)
    try:
        commands = [" ".join(child.cmdline()) for child in children]
    except psutil.Error:  # one of them ended meanwhile
        return []
    wanted = ("bench.lab.network", "bench.load", "targets")
    return children if all(any(word in one for one in commands) for word in wanted) else []


def test_after_kill_9_nothing_is_left_and_the_next_run_works(tmp_path: Path) -> None:
    temporary, results = tmp_path / "tmp", tmp_path / "results"
    temporary.mkdir()
    env = {"TMPDIR": str(temporary)}
    listed = [by_ip("netns", "list"), by_ip("-o", "link"), sorted(os.listdir("/sys/class/net"))]
    before = namespaces()
    bench = start_bench(
        *("run", SSE, "--link", "rtt=20ms,loss=1%", "--clients", "3", "--duration", "60s"),
        *("--repeats", "1", "--no-calibration", "--results", str(results)),
        output=tmp_path / "output",
        env=env,
    )
    try:
        children = until(
            lambda: of_links(bench.pid) if bench.poll() is None else [None], 30, "a trial begins"
        )
        assert None not in children, (tmp_path / "output").read_text()
        assert len(namespaces() - before) == 2
    finally:
        bench.kill()
        bench.wait()
    until(lambda: not living(children), 5, f"no process is left of {children}")
    until(lambda: namespaces() <= before, 2, "no namespace is left")
    assert [
        by_ip("netns", "list"),
        by_ip("-o", "link"),
        sorted(os.listdir("/sys/class/net")),
    ] == listed
    assert [path.name for path in temporary.glob(f"{FOLDER_PREFIX}*")], "only a folder is left"

    again = run_bench(
        *("run", SSE, *TINY, "--link", "rtt=0,6ms", "--repeats", "1", "--no-calibration"),
        *("--results", str(tmp_path / "again")),
        env=env,
        command=BENCH_WITHOUT_FIGURES,
    )
    assert (again.returncode, again.stderr) == (0, "")
    assert not list(temporary.iterdir()), "and the next run removes it"
    assert namespaces() <= before
    (folder,) = (tmp_path / "again").iterdir()
    with (folder / "report" / "summary.csv").open() as file:
        rows = list(csv.DictReader(file))
    probed = {r["level"]: float(r["value"]) for r in rows if r["metric"] == "link_rtt_probe_ms"}
    assert set(probed) == {"rtt=0s", "rtt=6ms"}
    assert probed["rtt=0s"] < 3
    assert 6 <= probed["rtt=6ms"] < 9
    origins = Counter(r["origin"] for r in rows if r["metric"] == "wire_bytes_per_event")
    assert origins == {"link": 2, "tcp_info": 2}
