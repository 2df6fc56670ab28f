"""Rates per client, and loads in words: for every experiment, as its rates.py declares them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from measured import EXPERIMENTS

from bench.model.errors import UsageError
from bench.model.load import parameters_of
from bench.model.rates import counted, per_second
from bench.model.trial import Trial
from bench.plan import load_words
from bench.plan.trials import loads_of

NOTIFICATIONS = EXPERIMENTS["notifications"]
EACH = "1 event/s of its own for each of them"
PATHS = {"link": "emulated", "rate": "10mbit", "second_path": "rate=5mbit"}
RATED = {name: one for name, one in EXPERIMENTS.items() if one.rates and one.rates.per_client}


def planned(name: str, **settings: str) -> list[str]:
    """What is said of a plan with these settings."""
    experiment = EXPERIMENTS[name]
    loads = loads_of(experiment, settings)
    trials = [
        Trial(number, f"{name}/x", level, 1, 1, load) for number, (level, load) in enumerate(loads)
    ]
    return load_words.lines(EXPERIMENTS, trials, settings)


@pytest.mark.parametrize(
    ("name", "settings", "said"),
    [
        (
            "notifications",
            {"clients": "2000", "event_rate": "1/s", "audience": "every"},
            "2,000 clients, 1 event/s for all of them = 2,000 deliveries/s",
        ),
        (
            "notifications",
            {"clients": "2000", "per_client": "1/s", "link": "emulated", "rtt": "80ms"},
            f"2,000 clients, {EACH} = 2,000 deliveries/s; link rtt=80ms",
        ),
        (
            "page_load",
            {},
            "1 client, pages of 30 resources of 1000B, one after the other (no rate)",
        ),
        (
            "proxies",
            {"clients": "100", "per_client": "2/s"},
            "100 clients, 2 requests/s from each of them = 200 requests/s",
        ),
        (
            "proxies",
            {"clients": "1"},
            "1 client, each sends its next request as soon as it has the reply (no rate)",
        ),
        ("connection_pool", {}, "1 client, a burst of 50 queries every 1s = 50 queries/s"),
        (
            "connection_pool",
            {"clients": "10", "per_client": "100/s"},
            "10 clients, 100 queries/s from each of them = 1,000 queries/s",
        ),
    ],
)
def test_a_load_in_words(name: str, settings: Mapping[str, str], said: str) -> None:
    assert planned(name, **settings) == [f"load: {said}"]


def test_two_paths_in_words() -> None:
    (said,) = planned("multipath", **PATHS)
    assert said.startswith("load: 1 client, transfers of 8MB, one after the other (no rate); link ")


def test_a_broadcast_says_how_to_ask_for_events_of_ones_own() -> None:
    first, instead = planned("notifications", clients="2000", event_rate="3/s")
    assert first.endswith("for all of them = 6,000 deliveries/s")
    assert instead.endswith("--per-client 3/s")


def test_a_rate_of_the_backends_says_how_to_ask_for_one_of_each_client() -> None:
    first, instead = planned("notifications", clients="10", event_rate="5/s", audience="one")
    assert first == "load: 10 clients, 0.5 events/s of its own for each of them = 5 deliveries/s"
    assert instead.endswith("--per-client 5/s")


def test_of_many_levels_the_first_and_the_last_are_said() -> None:
    said = planned("notifications", clients="1,2,3,4", per_client="1,2/s")
    assert [line.split(",")[0] for line in said] == [
        "load: 1 client",
        "  and so on",
        "load: 4 clients",
    ]
    assert "8 loads" in said[1]


@pytest.mark.parametrize("name", RATED)
def test_each_client_has_the_rate_at_every_number_of_clients(name: str) -> None:
    experiment = RATED[name]
    assert experiment.rates is not None
    assert experiment.rates.per_client is not None
    fields = {one.name: one.field_name for one in parameters_of(experiment.load).values()}
    for (level, load), clients in zip(
        loads_of(experiment, {"clients": "10,20", "per_client": "2/s"}), (10, 20), strict=True
    ):
        assert level == {"clients": clients}
        for parameter, value in experiment.rates.per_client(2.0, clients).items():
            assert load[fields[parameter]] == value


def test_rates_per_client_sweep() -> None:
    found = loads_of(NOTIFICATIONS, {"clients": "10", "per_client": "0.5,2/s"})
    assert [level for level, _ in found] == [{"event_rate": 5.0}, {"event_rate": 20.0}]
    assert {load["audience"] for _, load in found} == {"one"}


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        (
            "page_load",
            {"per_client": "1/s"},
            "--per-client 1/s: not for page_load: there is no rate",
        ),
        ("notifications", {"per_client": "0/s"}, "must be more than 0"),
        ("notifications", {"per_client": "1"}, "per-client=1: the unit is missing"),
        ("notifications", {"per_client": "1,1/s"}, "a value appears twice"),
        (
            "notifications",
            {"per_client": "1/s", "audience": "every"},
            "audience=every: --per-client 1/s sets audience itself",
        ),
        (
            "notifications",
            {"per_client": "1/s", "event_rate": "5/s"},
            "event_rate=5/s: --per-client 1/s sets event_rate itself",
        ),
        (
            "notifications",
            {"per_client": "1000/s", "clients": "1000"},
            "event_rate=1000000/s: too la",
        ),
    ],
)
def test_what_contradicts_a_rate_per_client(
    name: str, settings: Mapping[str, str], words: str
) -> None:
    with pytest.raises(UsageError, match=words.replace("(", "\\(")):
        loads_of(EXPERIMENTS[name], settings)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_says_whose_rates_it_has(name: str) -> None:
    rates = EXPERIMENTS[name].rates
    assert rates is not None, f"add scenarios/{name}/rates.py (docs/adding-an-experiment.md)"
    assert rates.about.endswith(".")


@pytest.mark.parametrize(("number", "words"), [(1, "1 query"), (2000, "2,000 queries")])
def test_a_count_in_words(number: int, words: str) -> None:
    assert counted(number, "query", "queries") == words
    assert per_second(number, "query", "queries") == f"{words}/s"
