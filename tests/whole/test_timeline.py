"""Faults are carried out in order, noted with their times, and undone whatever happens."""

from __future__ import annotations

import threading
import time

import pytest

from bench.lab.actors import Actor
from bench.lab.faults import actions
from bench.model.errors import TrialFailed
from bench.model.fault import Fault, parse_faults, timeline
from bench.plan.fault_checks import verb_of
from bench.run.timeline import Timeline

SECONDS = 10.0
WINDOW_NS = 10**9
LONG_AGO_NS = 10**10


class FakePath(Actor):
    """Notes what it is told; `refuses` to go down."""

    def __init__(self, refuses: bool = False) -> None:
        super().__init__("path.1")
        self.told: list[bool] = []
        self.is_told = threading.Event()
        self._refuses = refuses

    def switch(self, up: bool) -> None:
        self.told.append(up)
        self.is_told.set()
        if self._refuses and not up:
            raise TrialFailed("the link is not running")


def carried_out(text: str, actor: Actor, t0_ns: int) -> Timeline:
    faults = parse_faults(text)

    def action(fault: Fault):
        verb = verb_of(fault, "path", {name: one.verb for name, one in actions().items()})
        assert verb is not None
        return actions()[verb.name]

    return Timeline(
        timeline(faults, WINDOW_NS, 1),
        t0_ns,
        {fault: action(fault) for fault in faults},
        lambda fault: [actor],
    )


def past_ns() -> int:
    """A window so long ago that all is due at once."""
    return time.monotonic_ns() - LONG_AGO_NS


def test_what_lasts_is_undone_at_its_end() -> None:
    path = FakePath()
    with carried_out("path.1:down@0.1s,for=0.2s,every=0.3s,times=3", path, past_ns()) as line:
        line.settle(SECONDS)
        assert path.told == [False, True] * 3
    assert path.told == [False, True] * 3
    assert [(one.who, one.verb, one.planned_begin_ns, one.planned_end_ns) for one in line.done] == [
        ("path.1", "path_down", begin, begin + 200_000_000)
        for begin in (100_000_000, 400_000_000, 700_000_000)
    ]
    for one in line.done:
        assert one.began_ns is not None
        assert one.ended_ns is not None
        assert LONG_AGO_NS <= one.began_ns <= one.ended_ns


def test_what_nothing_ends_holds_until_the_trial_is_over() -> None:
    path = FakePath()
    with carried_out("path.1:down@0.1s", path, past_ns()) as line:
        line.settle(SECONDS)
        assert path.told == [False]
        assert line.done[0].ended_ns is None
    assert path.told == [False, True]
    assert line.done[0].ended_ns is not None


def test_it_is_undone_when_the_trial_fails() -> None:
    path = FakePath()

    def fail() -> None:
        with carried_out("path.1:down@0.1s,for=0.8s", path, time.monotonic_ns() - 10**8):
            assert path.is_told.wait(SECONDS)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert path.told == [False, True]


def test_before_its_time_nothing_is_done() -> None:
    path = FakePath()
    with carried_out("path.1:down@0.5s", path, time.monotonic_ns() + 3600 * 10**9) as line:
        pass
    assert path.told == []
    assert (line.done[0].began_ns, line.done[0].ended_ns) == (None, None)


def test_without_faults_nothing_is_done() -> None:
    path = FakePath()
    with carried_out("", path, past_ns()) as line:
        line.settle(SECONDS)
    assert (path.told, line.done) == ([], [])


def test_a_fault_of_nobody_fails_the_trial() -> None:
    (fault,) = parse_faults("path.1:down@0.1s")
    action = actions()["path_down"]
    line = Timeline(timeline([fault], WINDOW_NS, 1), past_ns(), {fault: action}, lambda _: [])
    with pytest.raises(TrialFailed, match="there is no actor with that name and number"), line:
        line.settle(SECONDS)


def test_a_fault_that_could_not_be_done_fails_the_trial() -> None:
    path = FakePath(refuses=True)
    words = "--fault path.1:down@100ms: the link is not running"
    line = carried_out("path.1:down@0.1s", path, past_ns())
    with pytest.raises(TrialFailed, match=words), line:
        line.settle(SECONDS)
    assert line.done[0].failure == "the link is not running"
