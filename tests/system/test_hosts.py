"""Three hosts carry a run's load, each with a network and a clock of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import pytest
from hosts_builders import MASTER, FakeHost, fake_hosts, may_have_hosts
from system_builders import BENCH_WITHOUT_FIGURES, descendants, settings, until

from bench.results import store

pytestmark = pytest.mark.skipif(bool(may_have_hosts()), reason=may_have_hosts())

AHEAD_S = (600, 4200, 0, 7801)
"""The master, then the workers' hosts: 1 h ahead, 10 min behind, and 2 h and a second ahead."""

CLIENTS = 9
LOAD = [
    "--no-calibration",
    "--clients",
    str(CLIENTS),
    *settings(event_rate="20/s", warmup="300ms", drain="3s"),
]
SOON_S = 30.0
LONG_S = 110.0
ESTABLISHED = "01"


@dataclass
class Run:
    """A run under way with its hosts."""

    hosts: Sequence[FakeHost]
    master: subprocess.Popen[str]
    workers: Sequence[subprocess.Popen[str]]
    output: Path
    results: Path

    @property
    def said(self) -> str:
        return self.output.read_text()

    def finished(self) -> store.StoredRun:
        """The run when the master has ended, and the hosts with it."""
        code = self.master.wait(LONG_S)
        assert code == 0, self.said
        for worker in self.workers:
            worker.wait(SOON_S)
        (folder,) = [path for path in self.results.iterdir() if path.is_dir()]
        return store.open_run(folder)


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator[Run]:
    """A run with three hosts, as a user starts it: the workers with the line that it prints."""
    output, results = folder / "master.txt", folder / "results"
    with fake_hosts(AHEAD_S) as hosts:
        options = ["--hosts", "3", "--listen", MASTER, "--results", str(results)]
        master = hosts[0].start(
            "run", *arguments, *LOAD, *options, output=output, command=BENCH_WITHOUT_FIGURES
        )
        line = until(
            lambda: re.search(r"bench (worker --master \S+ --token \S+)", output.read_text()),
            SOON_S,
            "the line to copy",
        )
        workers = [
            host.start(*line[1].split(), "--name", host.name, output=folder / host.name)
            for host in hosts[1:]
        ]
        try:
            yield Run(hosts, master, workers, output, results)
        finally:
            for process in (master, *workers):
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
                    process.wait(SOON_S)


@dataclass(frozen=True)
class Measured:
    """A run of three trials; in the window of the second one a host was killed."""

    run: store.StoredRun
    said: str
    left: Sequence[psutil.Process]
    """Of its processes."""

    @property
    def whole(self) -> store.StoredTrial:
        """The first trial, which nobody disturbed."""
        return self.run.trials[0]


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    folder = tmp_path_factory.mktemp("hosts")
    names = [f"notifications/{name}" for name in ("sse", "long_polling", "websocket")]
    with started(folder, *names, "--duration", "4s", "--repeats", "1") as under_way:
        until(lambda: trials_of(under_way), LONG_S, "the first trial ends")
        left = kill_in_window(under_way)
        return Measured(under_way.finished(), under_way.said, left)


def trials_of(run: Run) -> list[Path]:
    return list(run.results.glob("*/trials/*/trial.json"))


def connections(host: FakeHost) -> int:
    """How many a host has to the master."""
    rows = Path(f"/proc/{host.pid}/net/tcp").read_text().splitlines()[1:]
    there = "".join(f"{int(byte):02X}" for byte in reversed(MASTER.split(".")))
    return sum(
        words[2].startswith(there) and words[3] == ESTABLISHED for words in map(str.split, rows)
    )


def kill_in_window(run: Run) -> Sequence[psutil.Process]:
    """End host2 when its clients are measured; which of its processes survive that."""
    victim = run.workers[1]
    # Its clients' connections beside its own and its worker's.
    until(lambda: connections(run.hosts[2]) >= 2 + CLIENTS // 3, LONG_S, "clients connect")
    time.sleep(1.0)  # into the window
    below = descendants(victim.pid)
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait(SOON_S)
    _, alive = psutil.wait_procs(below, SOON_S)
    return alive


def test_all_trials_are_measured_and_the_first_with_all_hosts(measured: Measured) -> None:
    stored, said = measured.run, measured.said
    assert [one.record.status for one in stored.trials] == ["ok"] * 3, said
    assert (stored.file.workers, len(stored.file.hosts)) == (3, 3)
    assert measured.whole.record.facts["hosts"].keys() == {"host1", "host2", "host3"}
    for host in ("host1", "host2", "host3"):
        assert f"host {host} (10.77.0." in said


def test_each_offset_is_within_its_uncertainty_of_the_truth(measured: Measured) -> None:
    truth_ns = {f"host{n}": (AHEAD_S[0] - AHEAD_S[n]) * 10**9 for n in (1, 2, 3)}
    hosts = measured.whole.record.facts["hosts"]
    assert hosts.keys() == truth_ns.keys()
    for name, host in hosts.items():
        assert abs(host["offset_ns"] - truth_ns[name]) <= host["uncertainty_ns"]
        # A wait for the processor widens it, but no hour hides in it.
        assert host["uncertainty_ns"] < 100_000_000


def test_every_row_comes_home(measured: Measured) -> None:
    data, record = measured.whole.data(), measured.whole.record
    hosts = record.facts["hosts"].values()
    assert record.facts["client_errors"] == []
    assert sum(host["rows"] for host in hosts) == len(data.rows) == record.counted
    assert all(host["rows"] and host["blocks"] for host in hosts)
    assert len(data.window_events) > 10
    assert data.accounting.lost == data.accounting.duplicated == 0
    assert set(data.outcomes["client"].tolist()) == set(range(CLIENTS))


def test_times_over_hosts_are_those_of_one_clock(measured: Measured) -> None:
    """With clocks hours apart, no latency is below what the clocks' uncertainty allows."""
    data = measured.whole.data()
    most_ns = max(host["uncertainty_ns"] for host in measured.whole.record.facts["hosts"].values())
    assert data.latencies_ns.min() > -most_ns
    assert np.median(data.latencies_ns) < 10**9
    requests = np.concatenate([one.data().requests for one in measured.run.trials])
    assert len(requests), "long polling asks"
    assert (requests["done_ns"] >= requests["sent_ns"]).all()


def test_each_host_meters_itself(measured: Measured) -> None:
    data = measured.whole.data()
    for name in measured.whole.record.facts["hosts"]:
        assert data.part_cpu_ns(f"clients at {name}") > 0
    whole = sum(data.part_cpu_ns(f"clients at {name}") for name in data.hosts)
    assert data.cpu_ns("generator") == pytest.approx(whole, rel=0.05)
    assert data.memory_growth("generator") > 0


def test_a_killed_host_costs_its_own_clients(measured: Measured) -> None:
    """Its trial goes on with the others and says so; the next one has all clients again."""
    said = measured.said
    assert "host host2 was lost" in said or "hosts were lost: host2" in said
    assert not measured.left
    _, first, second = measured.run.trials
    assert "lost" in first.record.facts["hosts"]["host2"]
    assert second.record.facts["hosts"].keys() == {"host1", "host3"}
    data = first.data()
    events = len(data.window_events)
    got = np.bincount(data.outcomes["client"], minlength=CLIENTS)
    assert sorted(got)[3:] == [events] * (CLIENTS - CLIENTS // 3)
    assert all(number < events for number in sorted(got)[:3])
    assert second.data().accounting.lost == 0
