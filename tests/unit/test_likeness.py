"""Which runs may be put side by side."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from unit_builders import trial

from bench.model.errors import UsageError
from bench.model.pattern import Pattern
from bench.model.records import RunFile
from bench.model.trial import Trial
from bench.results import comparability, store
from bench.results.environment import COMPARABLE

SSE = Pattern("notifications", "sse", "SSE", "One stream.", code_hash="a" * 40)
RABBIT = Pattern("notifications", "rabbitmq", "AMQP", "Queues.", ("rabbitmq",), code_hash="r")
ENVIRONMENT: dict[str, Any] = {
    "host": "here",
    "cpu": "Example",
    "cores": 2,
    "kernel": "6.0",
    "python": "3.11.0",
    "patternbench": "0.1",
    "packages": {"numpy": "2.0", "locust": "2.1"},
    "load_average": 0.1,
    "rabbitmq": "3.10",
}


def a_run(trials: list[Trial] | None = None, *patterns: Pattern, **values: Any) -> RunFile:
    planned = [trial(number, repeat=number) for number in (1, 2)] if trials is None else trials
    settings: dict[str, Any] = {
        "version": store.VERSION,
        "created": "2025-01-01T00:00:00Z",
        "command": "bench run notifications",
        "seed": 1,
        "repeats": 2,
        "workers": 1,
        "environment": ENVIRONMENT,
        "patterns": {pattern.id: pattern for pattern in patterns or (SSE,)},
        "trials": planned,
    }
    return RunFile(**(settings | values))


def keys(a: RunFile, b: RunFile) -> list[str]:
    return [entry.key for entry in comparability.differences(a, b)]


def test_a_run_is_like_itself_and_like_one_with_other_seeds_and_repeats() -> None:
    other = a_run([trial(1, seed=99)], seed=2, repeats=1, created="2025-02-02T00:00:00Z")
    assert keys(a_run(), a_run()) == []
    assert keys(a_run(), other) == []


def test_what_changes_by_itself_does_not_count() -> None:
    assert keys(a_run(), a_run(environment=ENVIRONMENT | {"load_average": 3.0})) == []


@pytest.mark.parametrize("key", [key for key in COMPARABLE if key != "packages"])
def test_the_machine_must_agree(key: str) -> None:
    found = comparability.differences(a_run(), a_run(environment=ENVIRONMENT | {key: "other"}))
    assert [(entry.key, entry.b) for entry in found] == [(key, "other")]


@pytest.mark.parametrize(
    ("changes", "texts"),
    [
        ({"workers": 2}, ["workers (1 / 2)"]),
        ({"version": 9}, [f"results version ({store.VERSION} / 9)"]),
        (
            {"environment": ENVIRONMENT | {"packages": {"numpy": "2.0", "uvloop": "1"}}},
            ["packages.locust (2.1 / absent)", "packages.uvloop (absent / 1)"],
        ),
        ({"environment": {}}, None),
        (
            {"patterns": {SSE.id: dataclasses.replace(SSE, code_hash="b" * 40)}},
            ["code of notifications/sse (aaaaaaaaaaaa / bbbbbbbbbbbb)"],
        ),
    ],
)
def test_differences_have_both_values(changes: dict[str, Any], texts: list[str] | None) -> None:
    found = [entry.text for entry in comparability.differences(a_run(), a_run(**changes))]
    assert texts is None or found == texts
    assert found


def test_loads_are_compared_level_by_level() -> None:
    levels = [{"clients": 10}, {"clients": 20}, {"clients": 30}]
    a = [trial(n, level=level, load={"clients": 1, "x": 1}) for n, level in enumerate(levels)]
    b = [trial(n, level=level, load={"clients": 1, "x": 2}) for n, level in enumerate(levels[1:])]
    (found,) = comparability.differences(a_run(a), a_run(b))
    assert (found.key, found.a, found.b) == ("load.x", "1", "2")
    assert found.where == ("notifications/sse clients=20", "notifications/sse clients=30")


def test_the_brokers_version_counts_where_it_is_needed() -> None:
    other = {"environment": ENVIRONMENT | {"rabbitmq": "4.0"}}
    assert keys(a_run(), a_run(**other)) == []
    trials = [trial(1, pattern=RABBIT.id)]
    assert keys(a_run(trials, RABBIT), a_run(trials, RABBIT, **other)) == ["rabbitmq"]


def test_what_only_one_has_measured_makes_no_difference() -> None:
    changed = dataclasses.replace(RABBIT, code_hash="other")
    a = a_run([trial(1), trial(2, pattern=RABBIT.id)], SSE, RABBIT)
    assert keys(a, a_run([trial(1)], SSE, changed)) == []
    assert comparability.shared_places(a, a_run([trial(1)])) == [(SSE.id, (("clients", 10),))]


def test_unlike_runs_are_refused_with_keys_and_values_in_one_line() -> None:
    other = a_run(environment=ENVIRONMENT | {"kernel": "6.1"}, workers=2)
    with pytest.raises(UsageError) as caught:
        comparability.require_alike(a_run(), other, anyway=False)
    assert str(caught.value) == (
        "unlike runs: workers (1 / 2), kernel (6.0 / 6.1); repeat one of them, or add --anyway"
    )
    assert len(comparability.require_alike(a_run(), other, anyway=True)) == 2
    assert comparability.require_alike(a_run(), a_run(), anyway=False) == []


def test_many_differences_are_counted() -> None:
    with pytest.raises(UsageError, match="and 1 more; repeat"):
        comparability.require_alike(a_run(), a_run(environment={}), anyway=False)


def test_runs_that_share_nothing_cannot_be_compared() -> None:
    other = a_run([trial(1, level={"clients": 99})])
    with pytest.raises(UsageError, match="share no pattern at the same level"):
        comparability.require_alike(a_run(), other, anyway=True)
