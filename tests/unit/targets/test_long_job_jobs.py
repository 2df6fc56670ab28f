"""Jobs by their handles: what each state is, what is refused, what expires."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from scenarios.long_job.load import LOAD
from targets.long_job import _jobs
from targets.long_job._jobs import Full, Jobs, Other, State
from targets.long_job._workers import Job, Workers, read_seconds


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def jobs() -> Jobs:
    return Jobs(Workers(LOAD()), keep_s=60.0)


def test_a_handle_goes_from_unknown_to_collected() -> None:
    async def work() -> None:
        known = jobs()
        assert known.state("a") is State.UNKNOWN
        job = known.ask("a", 0.5)
        assert known.state("a") is State.RUNNING
        job.begun_ns, job.finished_ns = 3, 4
        known.finished(job)
        assert known.state("a") is State.FINISHED
        assert known.get("a").result == b"3 4"
        known.collect("a")
        assert known.state("a") is State.COLLECTED
        assert not len(known)

    run(work())


def test_to_ask_again_begins_no_other_job() -> None:
    async def work() -> None:
        known = jobs()
        first = known.ask("a", 0.5)
        assert known.ask("a", 0.5) is first
        with pytest.raises(Other, match=r"0\.5"):
            known.ask("a", 0.7)

    run(work())


def test_there_is_an_end_to_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        monkeypatch.setattr(_jobs, "MOST_JOBS", 2)
        known = jobs()
        for handle in "abc":
            known.ask(handle, 0.1)
            known.collect(handle)
        # The oldest handle is forgotten, and no longer known as collected.
        assert [known.state(one) for one in "abc"] == [
            State.UNKNOWN,
            State.COLLECTED,
            State.COLLECTED,
        ]
        known.ask("d", 0.1)
        known.ask("e", 0.1)
        with pytest.raises(Full):
            known.ask("f", 0.1)

    run(work())


def test_a_result_that_nobody_collects_expires() -> None:
    async def work() -> None:
        known = jobs()
        job = known.ask("a", 0.1)
        known.expire(job)
        assert known.state("a") is State.UNKNOWN
        known.expire(job)

    run(work())


@pytest.mark.parametrize("text", ["", "soon", "-1", "nan", "inf", "3601", "1,5"])
def test_times_that_are_none_are_refused_with_the_value(text: str) -> None:
    with pytest.raises(ValueError, match="must be a number from 0 to 3600") as refused:
        read_seconds(text)
    assert f"seconds={text}" in str(refused.value)


def test_times_are_read() -> None:
    assert [read_seconds(text) for text in ("0", "0.25", "3600")] == [0, 0.25, 3600]


def test_a_job_that_nobody_has_begun_has_no_times() -> None:
    async def work() -> None:
        assert Job("a", 1.0).result == b"0 0"

    run(work())
