"""What a run would measure and start, in words."""

from __future__ import annotations

from bench.model.component import ServiceRequest
from bench.model.part import Part
from bench.model.pattern import Pattern
from bench.model.records import Goal
from bench.model.trial import Trial
from bench.plan import preview

QUEUE = ServiceRequest("queue", settings=(("kept", "on"), ("plugins", "")))
PUSH = Pattern(
    "echo",
    "push",
    "push",
    "pushes",
    requires=("queue",),
    services=(QUEUE,),
    proxies=("front", "side.*"),
    parts=(Part("server", "server"), Part("worker", "worker", count="workers")),
)
POLL = Pattern("echo", "poll", "poll", "polls")
LOAD = {"warmup_s": 0.5, "duration_s": 8.0, "clients": 3, "fault": ""}


def trial(pattern: str, calibrates: bool = False, **load: object) -> Trial:
    return Trial(0, f"echo/{pattern}", {}, 1, 1, {**LOAD, **load}, calibrates=calibrates)


def counts_of(pattern: Pattern, load: object) -> dict[str, int]:
    assert isinstance(load, dict)
    return {"server": 1, "worker": load.get("workers", 2)} if pattern is PUSH else {}


def test_a_row_for_each_pattern_that_is_measured() -> None:
    trials = [trial("push"), trial("push", workers=4), trial("push", calibrates=True)]
    found = preview.rows(trials, [POLL, PUSH], counts_of, workers=2)
    assert found == [
        (
            "echo/push",
            "2 + 1 for laws",
            "30 s",
            "server, 2 to 4 worker, proxy front, 3 proxy side, 2 load processes",
        )
    ]
    assert preview.rows([trial("poll")], [POLL, PUSH], counts_of, workers=1) == [
        ("echo/poll", "1", "10 s", "server, load process")
    ]


def test_what_surrounds_the_trials_is_said_once() -> None:
    fault = "server:stop@50%,for=1s"
    trials = [trial("push"), trial("push", fault=f"{fault} server:kill@9s"), trial("poll")] * 400
    once = preview.Once({"queue": "The Queue"}, {})
    assert preview.lines(trials, [PUSH, POLL], once, Goal("latency_p50", 0.05, 30)) == [
        "1200 trials, one after the other, in about 3.3 h",
        "more repeats, up to 30, until latency_p50 is known well enough",
        "The Queue (kept=on): started once, for all trials",
        f"fault {fault}",
        "fault server:kill@9s",
    ]


def test_what_runs_already_is_not_started() -> None:
    once = preview.Once({"queue": "The Queue"}, {"queue": "amqp://127.0.0.1/"})
    assert preview.lines([trial("push")], [PUSH, POLL], once, None) == [
        "1 trial, one after the other, in about 10 s",
        "The Queue: the one at amqp://127.0.0.1/ is used",
    ]
    assert len(preview.lines([trial("poll")], [PUSH, POLL], once, None)) == 1
