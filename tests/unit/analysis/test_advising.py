"""Advice on workloads: an answer or a named reason, and never a number outside a domain."""

from __future__ import annotations

import math
import random

import pytest
from advice_builders import (
    advised,
    any_constants,
    constants,
    notifications,
    with_values,
    workload,
)
from hypothesis import given
from hypothesis import strategies as st

from bench.analysis.advice_text import text_of
from bench.analysis.advising import Advised, Adviser
from bench.catalog import experiments
from bench.model import units
from bench.model.errors import UsageError
from bench.model.load import parameters_of
from bench.plan.workload import drawn

KNOWN = constants()
TITLES = {"short_polling": "short polling", "long_polling": "long polling", "sse": "SSE"} | {
    "websocket": "WebSocket",
    "rabbitmq": "RabbitMQ",
}

ANY = st.fixed_dictionaries(
    {},
    optional={
        "clients": st.integers(1, 1_000_000).map(str),
        "event_rate": st.floats(0.001, 100_000).map(lambda rate: f"{rate:.6f}/s"),
        "audience": st.sampled_from(["every", "one"]),
        "payload": st.integers(48, 16_000_000).map(lambda size: f"{size}B"),
        "rtt": st.floats(0, 60).map(lambda rtt: f"{rtt:.6f}s"),
        "loss": st.floats(0, 5).map(lambda loss: f"{loss:.3f}%"),
        "poll_interval": st.floats(0.001, 3600).map(lambda interval: f"{interval:.6f}s"),
        "long_poll_timeout": st.floats(0.01, 3600).map(lambda timeout: f"{timeout:.6f}s"),
        "schedule": st.sampled_from(["poisson", "constant"]),
        "late": st.floats(0.001, 10).map(lambda late: f"{late:.6f}s"),
        "cpu": st.floats(0.1, 300).map(lambda share: f"{share:.3f}%"),
        "bytes": st.integers(1, 100_000).map(lambda size: f"{size}B"),
        "proxy": st.sampled_from(["none", "passes", "http_only", "buffers"]),
        "away": st.sampled_from(["no", "yes"]),
        "prefer": st.sampled_from(["cpu", "late", "bytes"]),
    },
)


def told(texts: dict[str, str]) -> Advised:
    return advised(KNOWN, **texts)


@given(st.lists(ANY, min_size=4, max_size=4))
def test_any_workload_gets_an_answer_or_a_named_reason(many: list[dict[str, str]]) -> None:
    """Hundreds of workloads from anywhere that parameters reach; no number outside a domain."""
    for texts in many:
        found = told(texts)
        if found.first is None:
            assert found.options
            assert all(one.why for one in found.options)
            assert text_of(found, TITLES, KNOWN).answer.startswith("No ")
        else:
            assert found.first.state == "meets"
        for option in found.options:
            for figure in option.figures.values():
                assert figure.law.speaks_of(found.workload.load)
                assert option.pattern in figure.law.patterns
                assert figure.low <= figure.value <= figure.high


@given(st.integers(0, 10_000))
def test_a_crossing_lies_within_the_domains_and_changes_the_first(seed: int) -> None:
    experiment = notifications()
    assert experiment.advice is not None
    asked = drawn(experiment, experiment.advice, random.Random(seed))
    if asked is None:
        return
    found = Adviser(experiment.advice, KNOWN).advised(asked)
    for one in found.crossings:
        beyond = found.workload.at(one.parameter, _like(one.parameter, one.value))
        there = Adviser(beyond.advice, KNOWN).advised(beyond, crossings=False)
        assert there.first is not None
        assert there.first.pattern == one.pattern
        assert found.first is not None
        assert one.pattern != found.first.pattern


@pytest.mark.parametrize("name", [n for n, one in experiments().items() if one.advice is not None])
def test_each_experiment_with_advice_answers_some_of_its_own_workloads(name: str) -> None:
    experiment = experiments()[name]
    advice = experiment.advice
    assert advice is not None
    known, source = any_constants(experiment), random.Random(3)
    adviser = Adviser(advice, known)
    titles = dict.fromkeys(advice.patterns, "one")
    asked = [one for _ in range(30) if (one := drawn(experiment, advice, source)) is not None]
    found = [adviser.advised(one, crossings=False) for one in asked]
    assert sum(one.first is not None for one in found) >= len(found) / 4
    for one in found:
        figures = [figure for option in one.options for figure in option.figures.values()]
        assert all(figure.law.speaks_of(one.workload.load) for figure in figures)
        assert text_of(one, titles, known).answer


def _like(name: str, value: float) -> float:
    parameter = parameters_of(notifications().load)[name]
    return round(value) if parameter.kind is int else value


@given(st.integers(0, 10_000))
def test_the_first_is_the_cheapest_of_those_that_meet_all_limits(seed: int) -> None:
    """Against all options, taken one by one."""
    experiment = notifications()
    assert experiment.advice is not None
    asked = drawn(experiment, experiment.advice, random.Random(seed))
    if asked is None:
        return
    found = Adviser(experiment.advice, KNOWN).advised(asked, crossings=False)
    meeting = [
        one
        for one in found.options
        if {asked.prefer, *asked.limits} <= one.figures.keys()
        and all(one.figures[name].value <= limit for name, limit in asked.limits.items())
    ]
    cheapest = min((one.figures[asked.prefer].value for one in meeting), default=None)
    first = found.first
    assert (first.figures[asked.prefer].value if first else None) == cheapest


def test_the_nearest_crossing_of_push_and_polling_is_where_they_cost_the_same() -> None:
    found = advised(clients="100", event_rate="1/s")
    assert found.first is not None
    assert found.first.pattern == "websocket"
    crossing = next(one for one in found.crossings if one.parameter == "event_rate")
    assert crossing.pattern == "short_polling"
    at = advised(clients="100", event_rate=f"{crossing.value}/s")
    costs = {one.pattern: one.figures["cpu"].value for one in at.options}
    assert costs["short_polling"] == pytest.approx(costs["websocket"], rel=0.01)


def test_what_a_need_excludes_is_out_with_its_reason() -> None:
    found = {one.pattern: one for one in advised(proxy="http_only").options}
    assert found["websocket"].state == "excluded"
    assert found["websocket"].why == ("a proxy that knows HTTP only refuses its upgrade",)
    assert found["sse"].state == "meets"


def test_constants_that_were_not_measured_are_named() -> None:
    found = advised(constants("far"), rtt="50ms", clients="50")
    (sse,) = (one for one in found.options if one.pattern == "sse")
    assert sse.state == "unknown"
    assert "the constants far." in sse.why[0]
    assert found.first is not None  # short polling's are there
    assert found.first.pattern == "short_polling"


def test_without_any_constant_there_is_no_number_of_cpu() -> None:
    asked = workload()
    found = Adviser(asked.advice, None).advised(asked)
    assert found.first is None
    assert all("cpu" not in one.figures for one in found.options)


def test_what_is_uncertain_widens_the_interval() -> None:
    narrow, wide = (
        next(one for one in advised(constants(spread=spread)).options if one.pattern == "sse")
        for spread in (0.0, 0.2)
    )
    band = narrow.figures["cpu"].law.band
    exact = narrow.figures["cpu"]
    assert exact.high / exact.value == pytest.approx(1 + band)
    assert wide.figures["cpu"].high > exact.high


def test_a_constant_of_which_one_end_has_no_value_still_widens_the_interval() -> None:
    """With less in `many` a client of long polling costs less than 0, which has no value."""
    near = 1000 + 8 * 210.0 + 1.0
    name = "many.backend_cpu_us_per_s"
    asked = workload(clients="100", audience="every")
    figures = []
    for spread in (0.0, 0.5):
        found = with_values(constants(spread=0.0), "long_polling", {name: near}, spread)
        options = Adviser(asked.advice, found).options(asked)
        (option,) = (one for one in options if one.pattern == "long_polling")
        figures.append(option.figures["cpu"])
    exact, wide = figures
    assert wide.value == exact.value
    added = math.sqrt((wide.high - wide.value) ** 2 - (exact.high - exact.value) ** 2)
    clients_cost = near * 0.5 / (8 * 199)
    assert added == pytest.approx(99 * clients_cost, rel=0.05)


def test_polls_are_as_seldom_as_the_limit_on_lateness_allows() -> None:
    found = advised(late="300ms", clients="50")
    (polling,) = (one for one in found.options if one.pattern == "short_polling")
    assert polling.is_sure
    assert 250 < polling.figures["late"].value < 300
    given_one = workload(late="300ms", poll_interval="2s")
    assert given_one.load.own.poll_interval_s == 2


# --- words --------------------------------------------------------------------------------------


def test_the_answer_comes_first_and_names_the_command() -> None:
    found = text_of(advised(clients="200", event_rate="2/s", late="300ms"), TITLES, KNOWN)
    assert found.answer.startswith("Use WebSocket (notifications/websocket): ")
    assert found.command.startswith("bench run notifications/websocket notifications/sse --set ")
    assert "--until-precise 5% --metric backend_cpu_us_per_s" in found.command
    assert any("docs/advising.md#laws-of-notifications" in line for line in found.why)
    assert any("RabbitMQ" in line for line in found.unknown)


def test_no_answer_names_what_is_outside() -> None:
    found = text_of(advised(payload="5kB", loss="1%"), TITLES, KNOWN)
    assert found.answer.startswith("No answer: the laws say nothing about this workload. Outside: ")
    assert "payload=5000B (they hold for 48B to 1000B)" in found.answer
    assert "loss=1%" in found.answer


def test_where_nothing_meets_the_limits_the_nearest_is_named() -> None:
    found = text_of(advised(cpu="0.1%"), TITLES, KNOWN)
    assert "No pattern meets the limits. The nearest is WebSocket: " in found.answer
    assert "where 0.1% is the limit" in found.answer


def test_old_constants_are_said() -> None:
    found = text_of(advised(), TITLES, KNOWN, is_old=True)
    assert any("The code has changed" in line for line in found.unknown)


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ({"payloda": "5B"}, "payloda=5B: unknown; did you mean payload"),
        ({"users": "5"}, "users=5: unknown; did you mean clients?"),
        ({"event_rate": "5"}, "event_rate=5: the unit is missing; write it as 5/s"),
        ({"late": "300"}, "late=300: the unit is missing; write it as 300s or 300ms"),
        ({"cpu": "0%"}, "cpu=0%: allows nothing; name more than 0, or leave it out"),
        ({"prefer": "cpus"}, "prefer=cpus: unknown value; did you mean cpu?"),
        ({"proxy": "nginx"}, "proxy=nginx: unknown value; use none or passes or "),
        ({"clients": "0"}, "clients=0: too small; the minimum is 1"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(texts: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        workload(**texts)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_units_of_limits_are_those_of_the_costs() -> None:
    asked = workload(late="300ms", cpu="20%", bytes="2kB")
    assert asked.limits == {"late": 300.0, "cpu": 200_000.0, "bytes": 2000.0}
    assert units.show(0.2, "%") == "20%"
