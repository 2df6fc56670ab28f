"""What happens in the backend: feeds without gaps, an event source that keeps its schedule."""

from __future__ import annotations

import asyncio
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from load_builders import in_loop

from bench.model.payload import decode
from bench.model.samples import EVENT_DTYPE, EVERY
from scenarios.notifications.experiment import EXPERIMENT
from targets import _event_log, _events
from targets._event_log import EventLog, LoggedEvent
from targets._events import Event, EventSource, Feed, Herds

KEPT = 100


def filled(count: int, kept: int = KEPT) -> Feed:
    feed = Feed(kept)
    for sequence in range(1, count + 1):
        feed.append(Event(sequence, b"%d" % sequence))
    return feed


def sequences(events: list[Event]) -> list[int]:
    return [event.sequence for event in events]


@given(st.integers(0, 12), st.integers(-1, 14), st.integers(1, 12))
def test_since_gives_what_came_after_oldest_first(count: int, after: int, kept: int) -> None:
    feed = filled(count, kept)
    wanted = [n for n in range(1, count + 1) if n > after][-kept:]
    assert sequences(feed.since(after)) == wanted


def test_wait_returns_at_once_what_is_there() -> None:
    async def run() -> None:
        assert sequences(await filled(3).wait(1)) == [2, 3]

    in_loop(run)


def test_all_who_wait_are_woken_by_the_next_event_with_what_each_has_not_seen() -> None:
    async def run() -> None:
        feed = filled(2)
        waiting = [asyncio.ensure_future(feed.wait(2)) for _ in range(3)]
        ahead = asyncio.ensure_future(feed.wait(3))
        await asyncio.sleep(0)
        assert not any(task.done() for task in waiting)
        feed.append(Event(3, b""))
        assert [sequences(await task) for task in waiting] == [[3]] * 3
        # Who had seen more than there is was woken for nothing, and says so.
        assert await ahead == []

    in_loop(run)


def test_who_is_woken_late_gets_all_that_came_meanwhile() -> None:
    async def run() -> None:
        feed = Feed(KEPT)
        waiting = asyncio.ensure_future(feed.wait(0))
        await asyncio.sleep(0)
        for sequence in (1, 2, 3):
            feed.append(Event(sequence, b""))
        assert sequences(await waiting) == [1, 2, 3]

    in_loop(run)


def test_nothing_came_before_the_timeout() -> None:
    async def run() -> None:
        feed = filled(2)
        assert await feed.wait(2, 0) == []
        feed.append(Event(3, b""))  # nobody waits any more
        assert sequences(await feed.wait(2, 0)) == [3]

    in_loop(run)


@pytest.mark.parametrize("timeout_s", [None, 3600.0])
def test_who_gives_up_leaves_nothing_behind(timeout_s: float | None) -> None:
    async def run() -> None:
        feed = Feed(KEPT)
        tasks = [asyncio.ensure_future(feed.wait(0, timeout_s)) for _ in range(2)]
        await asyncio.sleep(0)
        assert len(feed._waiting) == 2
        tasks[0].cancel()
        await asyncio.gather(tasks[0], return_exceptions=True)
        assert len(feed._waiting) == 1
        feed.append(Event(1, b""))
        assert sequences(await tasks[1]) == [1]
        assert not feed._waiting

    in_loop(run)


# --- the source ---------------------------------------------------------------------------


def load(**values: Any) -> Any:
    return EXPERIMENT.load(**values)


def published(load: Any, seed: int, end_ns: int, folder: Path) -> tuple[EventSource, np.ndarray]:
    """A source whose schedule is long past: it publishes everything at once, in order."""
    (folder / "events.bin").unlink(missing_ok=True)
    source = EventSource(load, seed)
    source.keep_log(folder / "events.bin")
    in_loop(lambda: source.run(0, end_ns))
    assert source.failure == ""
    source.close_log()
    return source, np.fromfile(folder / "events.bin", EVENT_DTYPE)


def test_a_late_source_keeps_each_events_scheduled_time(tmp_path: Path) -> None:
    wanted = load(event_rate_per_s=100.0, schedule="constant", payload_bytes=60)
    source, log = published(wanted, 1, 1_000_000_000, tmp_path)
    assert log["intended_ns"].tolist() == list(range(0, 1_000_000_000, 10_000_000))
    assert log["sequence"].tolist() == list(range(1, 101))
    assert set(log["feed"].tolist()) == {EVERY}
    assert (np.diff(log["published_ns"]) >= 0).all()
    assert source.published == 100
    events = source.feed_of(0).since(0)
    assert [len(event.payload) for event in events] == [60] * 100
    assert [decode(event.payload) for event in events] == [
        (entry["sequence"], entry["intended_ns"], entry["published_ns"]) for entry in log
    ]


def test_events_for_one_client_have_their_own_numbers_without_gaps(tmp_path: Path) -> None:
    wanted = load(clients=4, audience="one", event_rate_per_s=100.0)
    source, log = published(wanted, 3, 2_000_000_000, tmp_path)
    assert set(log["feed"].tolist()) == {0, 1, 2, 3}
    for client in range(4):
        mine = log[log["feed"] == client]
        assert mine["sequence"].tolist() == list(range(1, len(mine) + 1))
        assert sequences(source.feed_of(client).since(0)) == mine["sequence"].tolist()


@pytest.mark.parametrize(
    ("clients", "audience", "kept"),
    [(10, "every", 40), (10, "one", 4), (4, "one", 10), (1000, "one", 3)],
)
def test_all_feeds_together_keep_so_many_events_and_each_a_few(
    monkeypatch: pytest.MonkeyPatch, clients: int, audience: str, kept: int
) -> None:
    monkeypatch.setattr(_events, "KEPT_EVENTS", 40)
    monkeypatch.setattr(_events, "LEAST_KEPT", 3)
    source = EventSource(load(clients=clients, audience=audience), 1)
    for _ in range(50):
        source.publish_now(0)
    assert sequences(source.feed_of(0).since(0)) == list(range(51 - kept, 51))


def test_the_same_seed_makes_the_same_events(tmp_path: Path) -> None:
    wanted = load(clients=9, audience="one", event_rate_per_s=50.0)
    logs = [published(wanted, seed, 10**9, tmp_path)[1] for seed in (5, 5, 6)]
    names = ["feed", "sequence", "intended_ns"]
    assert logs[0][names].tolist() == logs[1][names].tolist() != logs[2][names].tolist()


def test_a_listener_is_told_of_each_event_after_the_feed_has_it() -> None:
    told: list[tuple[int, int, int]] = []
    source = EventSource(
        load(audience="one"),
        1,
        lambda audience, event: told.append((audience, event.sequence, source.feed_of(8).last)),
    )
    source.publish_now(8)
    source.publish_now(8)
    assert told == [(8, 1, 1), (8, 2, 2)]


def test_a_trace_is_replayed_again_and_again_with_its_sizes(tmp_path: Path) -> None:
    (tmp_path / "trace.csv").write_text("time_s,size_bytes\n0,50\n0.25,60\n1,70\n")
    source = EventSource(load(schedule="trace", trace=str(tmp_path / "trace.csv")), 1)
    schedule = list(islice(source.schedule(), 5))
    # Three events in 1 s: the mean gap of 0.5 s is between the last and the first again.
    assert schedule[:3] == [(0, 50), (250_000_000, 60), (1_000_000_000, 70)]
    assert schedule[3:] == [(1_500_000_000, 50), (1_750_000_000, 60)]


def test_a_source_that_breaks_says_so(tmp_path: Path) -> None:
    source = EventSource(load(schedule="trace", trace=str(tmp_path / "gone.csv")), 1)
    in_loop(lambda: source.run(0, 1))
    assert source.failure.startswith("event source: FileNotFoundError: ")


# --- a source that is started again ---------------------------------------------------------


def test_a_source_goes_on_after_the_one_that_died(tmp_path: Path) -> None:
    """What was published is not published again; what was due meanwhile reaches nobody."""
    path = tmp_path / "events.bin"
    wanted = load(event_rate_per_s=100.0, schedule="constant")
    first = EventSource(wanted, 1)
    first.keep_log(path)
    in_loop(lambda: first.run(0, 300_000_000))
    # It is killed: nobody closes its log.
    second = EventSource(wanted, 1)
    second.keep_log(path)
    assert (second.published, second.feed_of(0).last) == (30, 30)
    in_loop(lambda: second.run(0, 500_000_000))
    second.close_log()
    log = np.fromfile(path, EVENT_DTYPE)
    assert log["sequence"].tolist() == list(range(1, 51))
    assert log["intended_ns"].tolist() == list(range(0, 500_000_000, 10_000_000))
    assert (log["published_ns"] > 0).tolist() == [True] * 30 + [False] * 20
    assert second.feed_of(0).since(0) == []


def test_events_for_one_client_go_on_as_they_would_have(tmp_path: Path) -> None:
    wanted = load(event_rate_per_s=100.0, audience="one", clients=3)
    whole, log = published(wanted, 5, 1_000_000_000, tmp_path)
    assert whole.published == len(log)
    path = tmp_path / "again.bin"
    for end_ns in (400_000_000, 1_000_000_000):
        source = EventSource(wanted, 5)
        source.keep_log(path)
        in_loop(lambda source=source, end_ns=end_ns: source.run(0, end_ns))
    source.close_log()
    again = np.fromfile(path, EVENT_DTYPE)
    for column in ("feed", "sequence", "intended_ns"):
        assert again[column].tolist() == log[column].tolist()


def test_a_feed_begun_anew_makes_those_wait_who_missed_something() -> None:
    async def run() -> None:
        feed = Feed(KEPT)
        feed.last = 7
        waiting = asyncio.ensure_future(feed.wait(3))
        await asyncio.sleep(0)
        assert not waiting.done()
        feed.append(Event(8, b""))
        assert sequences(await waiting) == [8]

    in_loop(run)


def test_a_log_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_event_log, "ROWS_A_STEP", 4)
    rows = [LoggedEvent(EVERY, number, number * 10, number * 11) for number in range(1, 12)]
    for part in (rows[:5], rows[5:]):
        log = EventLog(tmp_path / "events.bin")
        for row in part:
            log.append(*row)
    assert list(log) == rows
    log.close()
    assert (tmp_path / "events.bin").stat().st_size == 32 * len(rows)


class Moments:
    """A clock that a test sets."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = 100
        patch.setattr(_events, "now_ns", lambda: self.now)


def test_a_herd_lasts_from_an_event_until_all_wait_again(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, herds = Moments(monkeypatch), Herds()
    for waiting in (1, 2, 3):
        herds.gather(waiting)
    herds.leave(3)
    for clock.now, waiting in ((110, 1), (120, 2), (140, 3)):
        herds.gather(waiting)
    assert (herds.count, herds.total_ns, herds.inside) == (1, 40, 0)


def test_an_event_inside_a_herd_is_counted_and_its_herd_not_timed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, herds = Moments(monkeypatch), Herds()
    herds.gather(1)
    herds.gather(2)
    herds.leave(2)
    herds.gather(1)
    herds.leave(1)
    herds.gather(1)
    herds.gather(2)
    assert (herds.count, herds.inside) == (0, 1)
    herds.leave(2)
    herds.gather(1)
    clock.now += 5
    herds.gather(2)
    assert (herds.count, herds.total_ns, herds.inside) == (1, 5, 1)


def test_a_feed_tells_its_herds_who_waits() -> None:
    async def run() -> None:
        feed = filled(1)
        waiting = [asyncio.ensure_future(feed.wait(1)) for _ in range(3)]
        await asyncio.sleep(0)
        feed.append(Event(2, b""))
        await asyncio.gather(*waiting)
        again = [asyncio.ensure_future(feed.wait(2)) for _ in range(3)]
        await asyncio.sleep(0)
        assert (feed.herds.count, feed.herds.inside) == (1, 0)
        feed.append(Event(3, b""))
        await asyncio.gather(*again)

    in_loop(run)
