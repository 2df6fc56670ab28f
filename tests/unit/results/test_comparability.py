"""Which runs may be put side by side."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from unit_builders import trial

from bench.model.errors import UsageError
from bench.model.pattern import Pattern
from bench.model.records import Identity, RunFile
from bench.model.trial import Trial
from bench.results import comparability, store
from bench.results.environment import COMPARABLE

SSE = Pattern("notifications", "sse", "SSE", "One stream.")
RABBIT = Pattern("notifications", "rabbitmq", "AMQP", "Queues.", ("rabbitmq",))
FILES = {"targets/_events.py": "1", "targets/notifications/sse.py": "2"}
CODE = Identity(FILES, {"aiohttp": "3.9", "rabbitmq": "3.10"})
ENVIRONMENT: dict[str, Any] = {
    "host": "here",
    "cpu": "Example",
    "cores": 2,
    "kernel": "6.0",
    "python": "3.11.0",
    "patternbench": "0.1",
    "packages": {"numpy": "2.0", "locust": "2.1"},
    "load_average": 0.1,
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
        "code": {pattern.id: CODE for pattern in patterns or (SSE,)},
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


@pytest.mark.parametrize("key", COMPARABLE)
def test_the_machine_must_agree(key: str) -> None:
    found = comparability.differences(a_run(), a_run(environment=ENVIRONMENT | {key: "other"}))
    assert [(entry.key, entry.b) for entry in found] == [(key, "other")]


@pytest.mark.parametrize(
    ("changes", "texts"),
    [
        ({"workers": 2}, ["workers (1 / 2)"]),
        ({"version": 9}, [f"results version ({store.VERSION} / 9)"]),
        ({"environment": {}}, None),
        (
            {"code": {SSE.id: Identity(FILES | {"targets/_events.py": "9"}, CODE.versions)}},
            ["targets/_events.py changed"],
        ),
        (
            {"code": {SSE.id: Identity(FILES | {"targets/_new.py": "9"}, CODE.versions)}},
            ["targets/_new.py added"],
        ),
        (
            {"code": {SSE.id: Identity({"targets/_events.py": "1"}, CODE.versions)}},
            ["targets/notifications/sse.py removed"],
        ),
        (
            {"code": {SSE.id: Identity(FILES, {"aiohttp": "3.10", "yarl": "1"})}},
            ["aiohttp 3.9 / 3.10", "rabbitmq 3.10 / absent", "yarl absent / 1"],
        ),
        ({"code": {}}, ["code: recorded in the old form"]),
        ({"unlike": ["aiohttp 3.9 / 3.10"]}, ["B was continued though unlike: aiohttp 3.9 / 3.10"]),
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


def test_a_file_of_several_patterns_is_named_once() -> None:
    trials = [trial(1), trial(2, pattern=RABBIT.id)]
    changed = Identity(FILES | {"targets/_events.py": "9"}, CODE.versions)
    a = a_run(trials, SSE, RABBIT)
    (found,) = comparability.differences(
        a, dataclasses.replace(a, code={SSE.id: changed, RABBIT.id: changed})
    )
    assert found.where == (SSE.id, RABBIT.id)


def test_runs_of_before_there_were_identities_are_compared_by_their_hashes() -> None:
    def old(code_hash: str, numpy: str = "2.0") -> RunFile:
        pattern = dataclasses.replace(SSE, code_hash=code_hash)
        packages = ENVIRONMENT | {"packages": {"numpy": numpy}}
        return a_run(None, pattern, code={}, environment=packages)

    assert keys(old("a"), old("a")) == []
    assert keys(old("a"), old("b")) == ["code of notifications/sse"]
    assert keys(old("a"), old("a", "2.1")) == ["packages.numpy"]


def test_a_parameter_that_is_empty_is_one_that_a_run_does_not_know() -> None:
    with_it, without = (a_run([trial(1, load={"clients": 1} | more)]) for more in ({"x": ""}, {}))
    assert keys(with_it, without) == []


# --- adding trials to a run ---------------------------------------------------------------


def test_nothing_has_changed_since() -> None:
    assert comparability.changes_since(a_run(), ENVIRONMENT, {SSE.id: CODE}) == []


@pytest.mark.parametrize(
    ("environment", "code", "text"),
    [
        ({"kernel": "6.1"}, CODE, "kernel (6.0 / 6.1)"),
        ({}, Identity({}, CODE.versions), "targets/_events.py removed"),
        ({}, Identity(FILES, {"aiohttp": "4", "rabbitmq": "3.10"}), "aiohttp 3.9 / 4"),
    ],
)
def test_what_has_changed_since_is_named(
    environment: dict[str, Any], code: Identity, text: str
) -> None:
    found = comparability.changes_since(a_run(), ENVIRONMENT | environment, {SSE.id: code})
    assert found[0].text == text


def test_a_run_of_before_cannot_tell_what_has_changed() -> None:
    found = comparability.changes_since(a_run(code={}), ENVIRONMENT, {SSE.id: CODE})
    assert [entry.text for entry in found] == ["code: recorded in the old form"]


# --- refusals --------------------------------------------------------------------------


def test_what_only_one_has_measured_makes_no_difference() -> None:
    a = a_run([trial(1), trial(2, pattern=RABBIT.id)], SSE, RABBIT)
    assert keys(a, a_run([trial(1)], SSE, code={SSE.id: CODE, RABBIT.id: Identity({}, {})})) == []
    assert comparability.shared_places(a, a_run([trial(1)])) == [(SSE.id, (("clients", 10),))]


def test_unlike_runs_are_refused_with_keys_and_values_in_one_line() -> None:
    other = a_run(environment=ENVIRONMENT | {"kernel": "6.1"}, workers=2)
    with pytest.raises(UsageError) as caught:
        comparability.check_comparable([a_run()], [other], allow_unlike=False)
    assert str(caught.value) == (
        "unlike runs: workers (1 / 2), kernel (6.0 / 6.1); "
        "repeat one of them, or add --allow-unlike"
    )
    assert len(comparability.check_comparable([a_run()], [other], allow_unlike=True)) == 2
    assert comparability.check_comparable([a_run()], [a_run()], allow_unlike=False) == []


def test_every_run_of_both_sides_is_held_against_the_first() -> None:
    a, b = [a_run(), a_run(workers=2)], [a_run(), a_run(workers=3), a_run(workers=2)]
    found = comparability.check_comparable(a, b, allow_unlike=True)
    assert [entry.text for entry in found] == ["workers (1 / 2)", "workers (1 / 3)"]


def test_many_differences_are_counted() -> None:
    with pytest.raises(UsageError, match="and 1 more; repeat"):
        comparability.check_comparable(
            [a_run()], [a_run(environment={}, workers=2)], allow_unlike=False
        )


def test_runs_that_share_nothing_cannot_be_compared() -> None:
    other = a_run([trial(1, level={"clients": 99})])
    with pytest.raises(UsageError, match="share no pattern at the same level"):
        comparability.check_comparable([a_run()], [other], allow_unlike=True)
