"""`--hosts` and `--listen`: what cannot be is said before anybody waits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from measured import EXPERIMENTS, PATTERNS
from unit_builders import trial

from bench.model.errors import TrialFailed, UsageError
from bench.model.messages import Address, ListenerAddress
from bench.model.records import RunFile
from bench.run import hosts
from bench.run.host_facts import check_reached
from bench.run.runner import RunPlan

LINKED = EXPERIMENTS["notifications"].load(link="emulated").values()
OWN = [one for one in PATTERNS["notifications"].values() if one.stands_for]
PLAN = RunPlan([], [trial()], seed=1, repeats=1)


def test_a_sound_request_is_let_through() -> None:
    hosts.check(PLAN, 3, "10.0.0.1")
    assert hosts.place_of("10.0.0.1", "--listen") == ("10.0.0.1", hosts.PORT)
    assert hosts.place_of("master:80", "--listen") == ("master", 80)


@pytest.mark.parametrize(
    ("count", "listen", "changes", "words"),
    [
        (0, "10.0.0.1", {}, "--hosts 0: must be at least 1"),
        (2, "", {}, "--hosts 2: name the address"),
        (2, "0.0.0.0:80", {}, "--listen 0.0.0.0:80: clients connect to it"),
        (2, "10.0.0.1:http", {}, "--listen 10.0.0.1:http: not ADDRESS or ADDRESS:PORT"),
        (2, "10.0.0.1:", {}, "not ADDRESS or ADDRESS:PORT"),
        (2, "10.0.0.1:70000", {}, "not ADDRESS or ADDRESS:PORT"),
        (2, "127.0.0.1", {}, "--listen 127.0.0.1: other hosts cannot reach 127.0.0.1, this"),
        (2, "127.0.1.1:80", {}, "--workers 2 for more load processes on this host"),
        (2, "localhost", {}, "--listen localhost: other hosts cannot reach localhost (127.0.0.1)"),
        (2, "10.0.0.1", {"workers": 2}, "--workers 2: with --hosts each host has workers"),
        (2, "10.0.0.1", {"patterns": OWN}, f"{OWN[0].id}: with --hosts the server must be one"),
        (
            2,
            "10.0.0.1",
            {"trials": [trial(load=LINKED)]},
            "--link: with --hosts the network is the one between the hosts",
        ),
    ],
)
def test_what_cannot_be_is_one_line(
    count: int, listen: str, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(UsageError) as raised:
        hosts.check(replace(PLAN, **changes), count, listen)
    assert words in str(raised.value)


def test_clients_elsewhere_cannot_reach_a_loopback() -> None:
    check_reached(Address("10.0.0.1", 80))
    with pytest.raises(TrialFailed, match=r"clients connect to 127\.0\.0\.1"):
        check_reached(Address("127.0.0.1", 5672))
    before = {"http2": ListenerAddress("127.0.0.1", 81, "https://127.0.0.1:81")}
    with pytest.raises(TrialFailed, match="measure this pattern without --hosts"):
        check_reached(Address("10.0.0.1", 80, before))


def test_a_run_with_hosts_is_not_resumed() -> None:
    run = RunFile(1, "", "", 1, 1, 1, {}, {}, [])
    hosts.check_resumable(run)
    with pytest.raises(UsageError, match=r"carried by other hosts \(a, b\); start a new run with"):
        hosts.check_resumable(replace(run, hosts=["a", "b"]))
