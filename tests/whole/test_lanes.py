"""Which worker runs which tests, with workers that only pretend: one of them alone measures."""

from __future__ import annotations

import itertools
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from lanes import BRIEF, MEASURING, PATIENT, LaneScheduling, measures

ROOT = Path(__file__).parents[2]
TIMED = [f"tests/system/test_{name}.py" for name in ("first", "second", "third")]
UNTIMED = ["tests/system/test_ports.py", "tests/unit/stats/test_a.py", "tests/whole/test_b.py"]


class Worker:
    """As xdist's: it runs a test when it knows the next one, or that there is none."""

    def __init__(self, number: int) -> None:
        self.gateway = SimpleNamespace(id=f"gw{number}")
        self.shutting_down = False
        self.waiting: list[int] = []
        self.done: list[str] = []

    def send_runtest_some(self, indices: list[int]) -> None:
        assert not self.shutting_down
        self.waiting += indices

    def shutdown(self) -> None:
        self.shutting_down = True

    @property
    def is_ready(self) -> bool:
        return len(self.waiting) > 1 or (self.shutting_down and bool(self.waiting))


def played(tests: list[str], turns: list[int]) -> list[Worker]:
    """All workers after all tests, having had their turns in this order again and again."""
    workers = [Worker(number) for number in range(max(turns) + 1)]
    config: Any = SimpleNamespace(
        getvalue=lambda name: [f"{len(workers)}*popen"],
        option=SimpleNamespace(loadscopereorder=True),
    )
    scheduling: Any = LaneScheduling(config)
    for worker in workers:
        scheduling.add_node(worker)
        scheduling.add_node_collection(worker, tests)
    scheduling.schedule()
    for number in itertools.islice(itertools.cycle(turns), 20 * len(tests)):
        worker = workers[number]
        if worker.is_ready:
            index = worker.waiting.pop(0)
            worker.done.append(tests[index])
            scheduling.mark_test_complete(worker, index)
    assert not scheduling.has_pending
    return workers


def named(files: list[str], each: int = 3) -> list[str]:
    return [f"{file}::test_{number}" for file in files for number in range(each)]


@pytest.mark.parametrize("turns", [[0, 1], [0, 0, 0, 1], [0, 1, 1, 1, 1], [0, 1, 2], [0, 1, 1, 2]])
@pytest.mark.parametrize("each", [1, 3])
@pytest.mark.parametrize(
    "files", [TIMED + UNTIMED, UNTIMED + TIMED, TIMED, UNTIMED, TIMED[:1], UNTIMED[:1]]
)
def test_all_are_run_once_and_the_first_worker_alone_measures(
    files: list[str], each: int, turns: list[int]
) -> None:
    tests = named(files, each)
    workers = played(tests, turns)
    first, *others = workers
    assert sorted(one for worker in workers for one in worker.done) == sorted(tests)
    assert all(worker.shutting_down for worker in workers)
    beside = [one.partition("::")[0] for worker in others for one in worker.done]
    assert not [file for file in beside if measures(file) and file not in BRIEF]
    order = [measures(one.partition("::")[0]) for one in first.done]
    assert order == sorted(order, reverse=True), "what measures comes first"


def test_the_first_worker_helps_when_it_has_measured() -> None:
    first, second = played(named(TIMED[:1] + UNTIMED), [0, 0, 0, 0, 1])
    assert {one.partition("::")[0] for one in first.done} > set(TIMED[:1])
    assert second.done


def test_a_file_stays_whole() -> None:
    workers = played(named(UNTIMED, 7), [0, 1, 2])
    files = [one for worker in workers for one in {one.partition("::")[0] for one in worker.done}]
    assert len(files) == len(set(files))


def test_contracts_are_divided_by_experiment_and_come_last_beside_what_measures() -> None:
    brief = [
        f"{file}::test_it[{experiment}/{number}]"
        for file in BRIEF
        for experiment in ("chat", "chain", "calls")
        for number in range(4)
    ]
    tests = [*brief, *named(UNTIMED), *named(TIMED, 9)]
    first, *others = played(tests, [0, 1, 1, 2, 2])
    assert [one for one in first.done if one not in brief][:27] == named(TIMED, 9)
    assert any(one in brief for worker in others for one in worker.done)
    for worker in others:
        kinds = [one in brief for one in worker.done]
        assert kinds == sorted(kinds), "what is patient comes first"
    for worker in (first, *others):
        parts = [one.rpartition("/")[0] for one in worker.done if one in brief]
        assert sorted(parts) == sorted(4 * list(dict.fromkeys(parts))), "an experiment stays whole"


def test_every_file_that_is_named_is_there_and_would_measure() -> None:
    assert all((ROOT / name).is_file() and measures(name) for name in BRIEF)
    for name in PATIENT:
        assert (ROOT / name).is_file()
        assert name.startswith(MEASURING)
    assert measures("tests/system/test_new.py")
    assert not measures("tests/unit/stats/test_new.py")
