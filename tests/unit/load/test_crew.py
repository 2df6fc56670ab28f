"""A master's workers: whose replies are waited for, and what becomes of those that end."""

from __future__ import annotations

from bench.load.crew import Crew, spoken_by_all
from bench.load.worker_messages import WorkerReply
from bench.model.messages import ClientCounters, Disturbed, Done, Failed


def counters(connected: int) -> ClientCounters:
    return ClientCounters(connected, 0, 2 * connected, 0, [])


def test_all_workers_are_waited_for() -> None:
    crew = Crew(3)
    crew.expect(5)
    for worker in (2, 0):
        crew.heard(WorkerReply(5, worker, Done()), f"id{worker}")
        crew.heard(WorkerReply(5, worker, Done()), f"id{worker}")
    assert crew.missing(5) == 1
    crew.heard(WorkerReply(4, 1, Done()), "id1")  # to another command
    assert crew.missing(5) == 1
    crew.heard(WorkerReply(5, 1, Done()), "id1")
    assert crew.missing(5) == 0
    assert crew.ids == {0: "id0", 1: "id1", 2: "id2"}
    assert set(crew.replies(5)) == {0, 1, 2}


def test_who_has_ended_is_waited_for_no_more() -> None:
    crew = Crew(3)
    crew.expect(1)
    crew.heard(WorkerReply(1, 0, counters(4)), "a")
    crew.heard(WorkerReply(1, 1, counters(8)), "b")
    assert crew.missing(1) == 1
    crew.lose([2, 0])
    assert crew.missing(1) == 0
    crew.heard(WorkerReply(1, 2, counters(16)), "c")  # it was under way
    assert spoken_by_all(list(crew.replies(1).values())) == counters(8)
    crew.expect(2)
    assert crew.missing(2) == 1


def test_replies_are_one() -> None:
    assert spoken_by_all([counters(1), counters(2)]) == counters(3)
    assert spoken_by_all([Disturbed(1), Failed("no"), Failed("nor this")]) == Failed("no")
    assert spoken_by_all([]) == Failed("all workers have ended")
