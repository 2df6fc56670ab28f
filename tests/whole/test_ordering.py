"""Orders: quick defaults below the plan file below the options; refused in one line otherwise."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bench import catalog
from bench.model.errors import ComponentMissing, UsageError
from bench.plan.trials import Request
from bench.run import request
from bench.run.request import Asked
from bench.verdicts.hypotheses import NEEDED

SSE = "notifications/sse"


def refusal(function: Any, *arguments: Any) -> str:
    with pytest.raises(UsageError) as caught:
        function(*arguments)
    return str(caught.value)


def test_settings_are_those_of_set_and_of_options() -> None:
    assert request.settings_of(["event_rate=5/s", "trace=a=b"], clients="10", duration="") == {
        "clients": "10",
        "event_rate": "5/s",
        "trace": "a=b",
    }


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        (["clients"], "--set clients: not NAME=VALUE; write e.g. --set event_rate=5/s"),
        (["clients="], "--set clients=: not NAME=VALUE; write e.g. --set event_rate=5/s"),
        (["=5"], "--set =5: not NAME=VALUE; write e.g. --set event_rate=5/s"),
        ([""], "--set : not NAME=VALUE; write e.g. --set event_rate=5/s"),
        (["a=1", "a=2"], "a: set twice; name several values as a=1,2,3"),
        (["duration=1s"], "duration: set twice; name several values as duration=1,2,3"),
    ],
)
def test_bad_settings(pairs: list[str], message: str) -> None:
    assert refusal(lambda: request.settings_of(pairs, duration="2s")) == message


@pytest.fixture
def plan_file(tmp_path: Path) -> str:
    path = tmp_path / "plan.toml"
    path.write_text(
        f'patterns = ["{SSE}"]\nrepeats = 2\nseed = 7\nworkers = 3\n'
        '[load]\nclients = 20\nevent_rate = "5/s"\n'
    )
    return str(path)


def test_options_weigh_more_than_the_plan_file(plan_file: str) -> None:
    asked = Asked((plan_file,), {"clients": "30", "payload": "64B"}, repeats=1, workers=2)
    assert request.request_of(asked) == Request(
        (SSE,), {"clients": "30", "event_rate": "5/s", "payload": "64B"}, 1, 7, 2
    )


def test_quick_weighs_least(plan_file: str) -> None:
    quick = catalog.experiments()["notifications"].quick
    assert {"clients", "duration"} <= set(quick)
    load, plain = (
        next(one.load for one in request.plan_of(asked).trials if not one.calibrates)
        for asked in (Asked((plan_file,), quick=True), Asked((SSE,)))
    )
    assert load["clients"] == 20
    assert (
        load["duration_s"]
        == float(quick["duration"].removesuffix("ms")) / 1000
        != plain["duration_s"]
    )
    assert request.request_of(Asked((plan_file,), quick=True)).repeats == 2
    often = catalog.experiments()["notifications"].quick_repeats
    assert request.plan_of(Asked((SSE,), quick=True)).repeats == often
    assert request.request_of(Asked((SSE,), quick=True, repeats=9)).repeats == 9


def test_by_default_there_are_repeats_enough_for_a_verdict(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(f'patterns = ["{SSE}"]')
    for asked in (Asked((SSE,)), Asked((SSE,), claims="N2"), Asked((str(plan),))):
        assert request.request_of(asked).repeats == NEEDED


def test_a_plan_holds_every_pattern_at_every_level_and_repeat() -> None:
    plan = request.plan_of(
        Asked(
            (SSE, "notifications/null"), {"clients": "100,200"}, repeats=2, seed=5, command="bench"
        )
    )
    compared = [trial for trial in plan.trials if not trial.calibrates]
    assert {(t.pattern, t.load["clients"], t.repeat) for t in compared} == {
        (pattern, clients, repeat)
        for pattern in (SSE, "notifications/null")
        for clients in (100, 200)
        for repeat in (1, 2)
    }
    assert len(compared) == 8
    # Both levels of SSE share what its laws need: events for one client, and for many.
    assert len(plan.trials) == 8 + 2 * 2
    assert [trial.number for trial in plan.trials] == list(range(12))
    assert (plan.seed, plan.repeats, plan.workers, plan.command) == (5, 2, 1, "bench")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            Asked(("a.toml", SSE)),
            f"a.toml {SSE}: no other names go with a plan file; list the patterns in the file",
        ),
        (Asked(("no.toml",)), "no.toml: plan not found; name a TOML file or a pattern"),
        (Asked((SSE,), workers=0), "workers=0: must be at least 1; write --workers 2"),
        (Asked((SSE,), repeats=0), "repeats=0: must be at least 1; write --repeats 6"),
        (
            Asked((SSE,), {"schedule": "trace"}),
            "schedule=trace: needs a trace; add --set trace=FILE.csv",
        ),
        (
            Asked((SSE,), {"payload": "1B"}),
            "payload=1B: too small; the minimum is 48B",
        ),
        (
            Asked((SSE,), {"clients": "1000000000"}),
            "clients=1000000000: too large; the maximum is 1000000",
        ),
        (
            Asked((SSE,), {"duration": "5"}),
            "duration=5: the unit is missing; write it as 5s",
        ),
        (
            Asked((SSE,), {"clients": "1,2", "payload": "50,60B", "event_rate": "1,2/s"}),
            "clients, payload, event_rate: 3 parameters are swept at once; sweep at most 2",
        ),
    ],
)
def test_bad_orders(asked: Asked, message: str) -> None:
    assert refusal(request.plan_of, asked) == message


@pytest.mark.parametrize(
    ("name", "known"),
    [("nothing", "notifications, "), ("notifications/nothing", "rabbitmq_own, short_polling")],
)
def test_unknown_names_are_answered_with_what_there_is(name: str, known: str) -> None:
    words = refusal(request.plan_of, Asked((name,)))
    assert words.startswith(f"{name}: unknown ")
    assert known in words.partition("; ")[2]


def test_a_trace_is_read_before_anything_starts(tmp_path: Path) -> None:
    path = tmp_path / "trace.csv"
    trace = {"schedule": "trace", "trace": str(path)}
    words = refusal(request.plan_of, Asked((SSE,), trace))
    assert words.startswith(f"trace={path}: cannot be read (")
    assert words.endswith("); name a CSV file")
    path.write_text("1,50\n0.5,50\n")
    words = refusal(request.plan_of, Asked((SSE,), trace))
    assert words == (
        f"{path} line 2: 0.5,50 is negative or earlier than the line before; sort the trace by time"
    )
    path.write_text("0.5,50\n")
    assert request.plan_of(Asked((SSE,), trace)).trials


def test_one_pattern_takes_one_of_each() -> None:
    pattern, load = request.one_pattern(SSE, ["clients=3"], {})
    assert (pattern.id, load["clients"]) == (SSE, 3)
    assert refusal(request.one_pattern, "notifications", [], "") == (
        "notifications: names an experiment; write EXPERIMENT/PATTERN, "
        "e.g. notifications/long_polling"
    )
    assert refusal(request.one_pattern, SSE, ["clients=1,2"], {}) == (
        "clients: this command takes one value each and cannot sweep"
    )


def test_what_lacks_a_component_is_left_out_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bench.lab.services.rabbitmq.missing", lambda: "install it")
    plan = request.plan_of(Asked((SSE, "notifications/rabbitmq"), repeats=1))
    assert plan.not_measured == {"notifications/rabbitmq": "install it"}
    assert {trial.pattern for trial in plan.trials} == {SSE}
    assert [pattern.id for pattern in plan.patterns] == [SSE, "notifications/rabbitmq"]
    with pytest.raises(ComponentMissing, match=r"^install it$"):
        request.plan_of(Asked(("notifications/rabbitmq",)))
    # A broker that the user names makes up for it.
    monkeypatch.setattr("bench.lab.services.rabbitmq.accepts", lambda *_: True)
    foreign = {"rabbitmq": "amqp://guest:guest@127.0.0.1:1/"}
    assert request.plan_of(Asked(("notifications/rabbitmq",), foreign=foreign)).trials


def test_a_quick_run_measures_the_floor_once() -> None:
    plan = request.plan_of(Asked((SSE, "notifications/null"), quick=True))
    count = Counter(trial.pattern for trial in plan.trials)
    assert count == {SSE: plan.repeats, "notifications/null": 1}
    alone = request.plan_of(Asked(("notifications/null",), quick=True))
    assert len(alone.trials) == alone.repeats
