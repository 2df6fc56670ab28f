"""The cut of a path: at its time, once, and brought back whatever happens."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from bench.lab.faults.cut import Cut
from bench.model.errors import TrialFailed

SECONDS = 10.0


class FakeNetwork:
    """Notes what it is told; `refuses` to take a path down."""

    def __init__(self, refuses: bool = False) -> None:
        self.alive = True
        self.told: list[tuple[int, bool]] = []
        self.is_told = threading.Event()
        self._refuses = refuses

    def switch(self, path: int, up: bool) -> None:
        self.told.append((path, up))
        self.is_told.set()
        if self._refuses and not up:
            raise TrialFailed("the link is not running")


def cut(network: Any, t0_ns: int, after_s: float) -> Cut:
    return Cut(network, t0_ns, after_s)


def test_a_path_is_down_until_the_end() -> None:
    network = FakeNetwork()
    with cut(network, time.monotonic_ns() - 10**9, 0.5):
        assert network.is_told.wait(SECONDS)
        assert network.told == [(0, False)]
    assert network.told == [(0, False), (0, True)]


def test_it_comes_back_when_the_trial_fails() -> None:
    network = FakeNetwork()

    def fail() -> None:
        with cut(network, time.monotonic_ns() - 10**9, 0.5):
            assert network.is_told.wait(SECONDS)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert network.told == [(0, False), (0, True)]


def test_before_its_time_nothing_is_cut() -> None:
    network = FakeNetwork()
    with cut(network, time.monotonic_ns(), 3600.0):
        pass
    assert (0, False) not in network.told


def test_without_a_cut_nothing_is_told() -> None:
    network = FakeNetwork()
    with cut(network, 0, 0.0), cut(None, 0, 0.5):
        pass
    assert network.told == []


def test_a_cut_that_did_not_happen_fails_the_trial() -> None:
    network = FakeNetwork(refuses=True)
    with pytest.raises(TrialFailed), cut(network, 0, 0.5):
        assert network.is_told.wait(SECONDS)


def test_an_emulator_that_died_is_told_nothing() -> None:
    network = FakeNetwork()
    with cut(network, 0, 0.5):
        assert network.is_told.wait(SECONDS)
        network.alive = False
    assert network.told == [(0, False)]
