"""The words of the project: names, parameters, folders."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pytest
from unit_builders import trial

from bench.model.experiment import Experiment
from bench.model.finding import Finding
from bench.model.law import Law
from bench.model.load import Change, LoadType, Window, parameter, parameters_of, public_name
from bench.model.pattern import Pattern


@dataclasses.dataclass(frozen=True, kw_only=True)
class SmallLoad:
    event_rate_per_s: float = parameter(1.0, "/s", "how often", low=0.1, high=10)
    audience: str = parameter("every", "", "who", choices=("every", "one"))
    payload_bytes: int = parameter(100, "B", "how much")


SMALL = LoadType(SmallLoad, {"clients": Change(default=1, high=10)}, frozenset({"second_path"}))


@pytest.mark.parametrize(
    ("field_name", "name"),
    [
        ("poll_interval_s", "poll_interval"),
        ("event_rate_per_s", "event_rate"),
        ("payload_bytes", "payload"),
        ("clients", "clients"),
        ("resources", "resources"),
    ],
)
def test_users_write_names_without_units(field_name: str, name: str) -> None:
    assert public_name(field_name) == name


def test_parameters_come_in_declaration_order_with_all_they_declare() -> None:
    found = parameters_of(SMALL)
    assert list(found) == [
        "clients",
        "duration",
        "warmup",
        "drain",
        "fault",
        "link",
        "rtt",
        "jitter",
        "loss",
        "loss_up",
        "rate",
        "rate_up",
        "queue",
        "cc",
        "event_rate",
        "audience",
        "payload",
    ]
    rate = found["event_rate"]
    assert (rate.field_name, rate.kind, rate.unit, rate.default, rate.meaning) == (
        "event_rate_per_s",
        float,
        "/s",
        1.0,
        "how often",
    )
    assert (rate.low, rate.high, rate.choices) == (0.1, 10, ())
    assert found["audience"].choices == ("every", "one")
    assert (found["payload"].kind, found["payload"].low) == (int, None)


def test_a_load_takes_only_named_values_and_stays_as_it_is() -> None:
    with pytest.raises(TypeError):
        SMALL(5)  # type: ignore[call-arg]
    load = SMALL(clients=5)
    with pytest.raises(dataclasses.FrozenInstanceError):
        load.window.clients = 6  # type: ignore[misc]


def test_a_load_is_composed_and_stored_flat() -> None:
    load = SMALL(clients=5, rtt_s=0.05, audience="one")
    found = (load.window.clients, load.link.rtt_s, load.faults.fault, load.own.audience)
    assert found == (5, 0.05, "", "one")
    assert list(load.values()) == [one.field_name for one in SMALL.parameters.values()]
    assert SMALL(**load.values()) == load


def test_an_experiment_changes_shared_parameters_and_leaves_some_out() -> None:
    clients = SMALL.parameters["clients"]
    assert (clients.default, clients.low, clients.high) == (1, 1, 10)
    assert clients.meaning == parameters_of(Window)["clients"].meaning
    assert SMALL().window.clients == 1
    assert SMALL().link.second_path == ""
    with pytest.raises(TypeError, match="second_path"):
        SMALL(second_path="rtt=5ms")


def test_a_stored_load_may_have_values_that_are_gone() -> None:
    assert SMALL.read({"clients": 3, "second_path": "", "once": 1}) == SMALL(clients=3)


@pytest.mark.parametrize(
    ("own", "changes", "without"),
    [
        (Window, {}, frozenset()),
        (SmallLoad, {"client": Change(default=1)}, frozenset()),
        (SmallLoad, {}, frozenset({"audience"})),
    ],
)
def test_a_load_that_contradicts_the_shared_parameters_is_refused(
    own: type, changes: Mapping[str, Change], without: frozenset[str]
) -> None:
    with pytest.raises(ValueError, match=r"declared twice|is no shared parameter"):
        LoadType(own, changes, without)


def test_a_trials_folder_names_number_pattern_level_and_repeat() -> None:
    folder = trial(12, level={"clients": 100, "poll_interval": 0.5}, repeat=3).folder
    assert folder == "0012-notifications.sse-clients=100-poll_interval=0.5-r3"
    assert trial(0, level={}).folder == "0000-notifications.sse-r1"


def test_folders_sort_as_the_trials_were_run() -> None:
    folders = [trial(number).folder for number in (0, 9, 10, 100, 9999)]
    assert folders == sorted(folders)


def test_a_pattern_is_known_by_experiment_and_name() -> None:
    assert Pattern("notifications", "sse", "SSE", "One stream.").id == "notifications/sse"


def test_predictions_are_found_by_pattern_in_order() -> None:
    laws = [
        Law(law, "", "", "latency_mean", patterns, lambda load, facts: 0.0)
        for law, patterns in (("A", ("x",)), ("B", ("y",)), ("C", ("x", "y")))
    ]
    experiment = Experiment("e", "E", "?", SMALL, (), "", (), (), {}, {}, predictions=tuple(laws))
    assert [entry.id for entry in experiment.predictions_for("x")] == ["A", "C"]
    assert experiment.predictions_for("z") == ()


def test_severities_are_ordered_from_the_gravest() -> None:
    assert Finding.ORDER == ("void", "doubt", "note")
