"""All processes of a trial have the harness's clock, or the trial says who has not."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

import pytest

from bench.model.errors import TrialFailed
from bench.model.messages import LoadReady
from bench.run import startup

HOUR_AHEAD, GONE = 7, 8


@pytest.fixture(autouse=True)
def _clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {HOUR_AHEAD: "time:[2]", GONE: ""}
    monkeypatch.setattr(startup, "clock_of", lambda pid: known.get(pid, "time:[1]"))


def running(*server: int, hosted: object = None) -> Any:
    parts = [SimpleNamespace(label="server", pids=server)]
    return SimpleNamespace(parts=parts, load=SimpleNamespace(name="load process"), hosted=hosted)


def test_one_clock_is_fine_and_so_is_who_is_gone() -> None:
    startup.check_clocks(running(1, GONE), LoadReady([2, os.getpid()]))


@pytest.mark.parametrize(
    ("server", "clients", "named"), [(HOUR_AHEAD, 1, "server"), (1, HOUR_AHEAD, "load process")]
)
def test_who_has_another_is_named(server: int, clients: int, named: str) -> None:
    with pytest.raises(TrialFailed, match=f"^{named} has another clock than the harness"):
        startup.check_clocks(running(server), LoadReady([clients]))


def test_clients_on_other_hosts_are_not_looked_for_on_this_one() -> None:
    startup.check_clocks(running(1, hosted=object()), LoadReady([HOUR_AHEAD]))
