"""Parts as a pattern declares them: what is read, what is refused and why."""

from __future__ import annotations

from typing import Any

import pytest

from bench.model.errors import UsageError
from bench.model.load import Parameter
from bench.model.part import SERVER, Part, cores_of, read_parts

WORKERS = Parameter("workers", "workers", int, "", 2, "", 1, None, ())


def test_parts_are_read_in_their_order_with_defaults() -> None:
    declared = (
        {"name": "hub", "role": "server", "class": "Target"},
        {"name": "job_runner", "role": "worker", "count": "workers", "side": "services"},
        {"name": "door", "role": "relay", "entrance": True},
    )
    assert read_parts(declared) == (
        Part("hub", "server", 1, "backend", "Target"),
        Part("job_runner", "worker", "workers", "services", "JobRunner"),
        Part("door", "relay", 1, "backend", "Door", is_entrance=True),
    )


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ((), "it is empty"),
        ("x", "Expected `array`"),
        (({"name": "a"},), "missing required field `role`"),
        (({"name": "a", "role": "x", "colour": 1},), "unknown field `colour`"),
        (({"name": "A b", "role": "x"},), "name 'A b' must be lower-case"),
        (({"name": "a", "role": "X"},), "role 'X' must be lower-case"),
        (({"name": "a", "role": "x", "count": 0},), "count 0 must be 1 to"),
        (({"name": "a", "role": "x", "side": "moon"},), "unknown side 'moon'"),
        (({"name": "a", "role": "x"}, {"name": "a", "role": "y"}), "'a' is declared twice"),
        (
            tuple({"name": name, "role": "x", "entrance": True} for name in "ab"),
            "a and b are entrances; name one",
        ),
    ],
)
def test_what_is_no_declaration_is_refused(declared: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_parts(declared)


def test_a_count_may_be_a_parameter_of_the_load() -> None:
    part = Part("worker", "worker", "workers")
    assert part.instances({"workers": 3}, {"workers": WORKERS}) == 3
    assert Part("worker", "worker", 2).instances({}, {}) == 2
    for load, parameters in (({}, {"workers": WORKERS}), ({"workers": 3}, {})):
        with pytest.raises(UsageError, match="number of parts worker must be a whole number"):
            part.instances(load, parameters)


def test_one_of_a_kind_has_no_number_in_its_label() -> None:
    assert SERVER.label(0) == "server"
    assert Part("worker", "worker", 2).label(1) == "worker.1"
    assert Part("worker", "worker", "workers").label(0) == "worker.0"


def test_who_stands_where_clients_do_runs_on_the_cores_of_the_load() -> None:
    roles = ("generator", "caller", "receiver", "server", "worker", "database", "proxy")
    assert [cores_of(role) for role in roles] == ["load"] * 3 + ["backend"] * 4
