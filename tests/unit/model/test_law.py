"""A law's domain, the facts that it gets, and when it says nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pytest

from bench.model import linktext
from bench.model.domain import FREE, Condition, Domain, Either, Free, Range, Template, Units
from bench.model.law import SEED, Calibration, Law, NoValue, not_below_zero
from bench.model.load import Load, LoadType, parameter


@dataclass(frozen=True, kw_only=True)
class SmallLoad:
    """A size, a word, a text."""

    payload_bytes: int = parameter(100, "B", "size")
    schedule: str = parameter("poisson", "", "spacing", choices=("poisson", "constant", "other"))
    route: str = parameter("", "", "any text")


SMALL = LoadType(SmallLoad, links=("services",))


def load(**values: Any) -> Load[SmallLoad]:
    """A load whose link is settled, as in a plan."""
    return SMALL(**linktext.settled(SMALL(**values).values(), values))


def law(domain: Domain | None = None, function: Any = lambda *_: 1.0, **more: Any) -> Law:
    return Law("L", "f", "s", "latency_mean", ("sse",), function, domain, **more)


SIZES = Domain({"payload": Range(10, 1000), "schedule": ("poisson", "constant")})


@pytest.mark.parametrize(
    ("values", "inside"),
    [
        ({}, True),
        ({"payload_bytes": 10}, True),
        ({"payload_bytes": 1000, "schedule": "constant"}, True),
        ({"payload_bytes": 9}, False),
        ({"payload_bytes": 1001}, False),
        ({"schedule": "other"}, False),
        ({"clients": 99}, False),  # not named: its default
        ({"fault": "server:kill@1s"}, False),
        ({"duration_s": 3.0, "warmup_s": 0.0, "drain_s": 1.0}, True),  # lengths are free
        ({"link": "emulated", "rtt_s": 0.01}, False),
        ({"services_link": "emulated", "services_rtt_s": 0.01}, False),
    ],
)
def test_a_domain_has_what_it_names_and_defaults(values: dict[str, Any], inside: bool) -> None:
    assert SIZES.has(load(**values)) is inside


FAR = {"link": ("loopback", "emulated"), "rtt": Range(0.01, 0.1), "rate": Range(1e6, 1e9)}


@pytest.mark.parametrize(
    ("values", "inside"),
    [
        ({}, True),  # loopback has neither round trip nor rate
        ({"link": "emulated", "rtt_s": 0.01, "rate": 1e6}, True),
        ({"link": "emulated", "rtt_s": 0.2, "rate": 1e6}, False),
        ({"link": "emulated", "rtt_s": 0.01, "rate": 1e6, "rate_up": 2e6}, False),
        ({"link": "emulated", "rtt_s": 0.01, "rate": 1e6, "loss": 0.01}, False),
        ({"link": "wan"}, True),  # 80 ms, 100 Mbit/s
        ({"link": "4g"}, False),  # 170 ms
    ],
)
def test_a_link_is_what_it_stands_for(values: dict[str, Any], inside: bool) -> None:
    assert Domain(FAR).has(load(**values)) is inside


def test_a_link_behind_the_backend_is_named_by_its_own_parameters() -> None:
    domain = Domain({"services_link": ("emulated",), "services_rtt": Range(0.001, 0.01)})
    assert domain.has(load(services_link="emulated", services_rtt_s=0.005))
    assert not domain.has(load(services_link="emulated", services_rtt_s=0.05))
    assert not domain.has(load())


def test_a_range_can_have_single_values_beside_it() -> None:
    wanted = Either(Range(5, 100), (0,))
    assert [wanted.holds(value) for value in (0, 1, 5, 100, 101)] == [
        True,
        False,
        True,
        True,
        False,
    ]


def test_free_parameters_and_conditions() -> None:
    domain = Domain(
        {"clients": FREE, "payload": Free(7)},
        where=(Condition("at most 1 MB for all", lambda one: one.window.clients * 100 <= 1e6),),
    )
    assert domain.has(load(clients=10_000, payload_bytes=5))
    assert not domain.has(load(clients=10_001))


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("rtt=20ms,rate=5mbit", True),
        ("rtt=20.5ms,rate=5mbit", True),
        ("rtt=4ms,rate=5mbit", False),
        ("rtt=20ms", False),
        ("rtt=20ms,rate=5mbit,loss=1%", False),
        ("", False),
    ],
)
def test_texts_of_one_form(text: str, inside: bool) -> None:
    form = Template("rtt={rtt}ms,rate={rate}mbit", {"rtt": Range(5, 50), "rate": Range(1, 10)})
    assert Domain({"route": form}).has(load(route=text)) is inside


def test_a_range_says_how_it_is_spread_and_is_not_empty() -> None:
    assert Range(0.1, 10).is_logarithmic
    assert not Range(0, 10).is_logarithmic
    assert not Range(0.1, 10, evenly=True).is_logarithmic
    with pytest.raises(ValueError, match="empty"):
        Range(2, 1)


@pytest.mark.parametrize(("clients", "seconds"), [(1, 100.0), (10, 10.0), (1000, 2.0)])
def test_a_window_has_as_many_units_as_asked(clients: int, seconds: float) -> None:
    units = Units("events", 100, lambda one: one.window.clients, at_least_s=2)
    assert Domain({}, units=units).window_s(load(clients=clients)) == seconds
    assert Domain({}).window_s(load(clients=clients)) == 0
    assert units.window_s(load(clients=0)) == math.inf


# --- the law ------------------------------------------------------------------------------------


def test_a_law_says_nothing_outside_its_domain() -> None:
    one = law(SIZES)
    assert one(load(), {}) == 1
    assert math.isnan(one(load(payload_bytes=5), {}))
    assert math.isnan(one(load(clients=1), {}))


def test_a_law_says_nothing_where_a_measured_fact_lies_outside() -> None:
    one = law(Domain({}, facts={"server_cpu_share": Range(0, 0.8)}))
    assert one(load(), {"server_cpu_share": 0.8}) == 1
    assert math.isnan(one(load(), {"server_cpu_share": 0.81}))
    assert math.isnan(one(load(), {"server_cpu_share": math.nan}))
    assert math.isnan(one(load(), {}))


def test_a_law_gets_only_the_facts_that_it_declares() -> None:
    seen: list[dict[str, float]] = []

    def function(_: Any, facts: Any) -> float:
        seen.append(dict(facts))
        return 1.0

    idle = Calibration("idle", {"clients": 1}, ("cost",))
    facts = {"rtt_us": 1.0, "latency_mean": 2.0, "cost": 3.0, "idle.cost": 4.0, "idle.rtt_us": 5.0}
    law(None, function, facts=("rtt_us",), calibration=(idle,))(load(), facts)
    assert seen == [{"rtt_us": 1.0, "idle.cost": 4.0}]


@pytest.mark.parametrize(
    "function",
    [
        lambda load, facts: facts["missing"],
        lambda load, facts: facts["unknown"],
        lambda load, facts: 1 / 0,
        lambda load, facts: math.exp(1e4),
        lambda load, facts: math.sqrt(-1),
    ],
)
def test_a_law_that_has_no_value_says_nan(function: Any) -> None:
    facts = {"unknown": math.nan}
    assert math.isnan(law(None, function, facts=("missing", "unknown"))(load(), facts))


def test_a_fact_that_is_nan_was_not_measured() -> None:
    one = law(None, lambda _, facts: facts.get("slope", 7.0), facts=("slope",))
    assert one(load(), {"slope": math.nan}) == 7


def test_a_wider_band_has_a_reason() -> None:
    assert law(band=0.05).band == 0.05
    assert law(band=0.2, band_reason="bimodal").band == 0.2
    with pytest.raises(ValueError, match=r"law L: a band of 20% needs its reason"):
        law(band=0.2)


def test_a_law_is_only_fitted_until_another_seed_passed() -> None:
    assert not law().is_only_fitted
    assert law(fitted_with=(1,)).is_only_fitted
    assert not law(fitted_with=(1,), passed_with=(2,)).is_only_fitted
    with pytest.raises(ValueError, match="seed 1 fitted it and cannot audit it"):
        law(fitted_with=(1, 3), passed_with=(1,))


def test_a_law_of_a_schedule_is_asked_for_a_seed() -> None:
    of_seed = law(function=lambda _, facts: facts[SEED] % 10, facts=(SEED,))
    assert of_seed.is_of_seed
    assert of_seed(load(), {SEED: 1237}) == 7
    assert math.isnan(of_seed(load(), {}))
    assert not law().is_of_seed
    assert not law(facts=("rtt_us",)).is_of_seed


def test_a_law_without_a_value_may_say_why() -> None:
    def refuses(_: Any, facts: Any) -> float:
        if facts["a"] < 0:
            raise NoValue("a is below zero")
        return math.log(facts["a"])

    refusing = law(None, refuses, facts=("a",))
    assert refusing.reason(load(), {"a": 1.0}) == ""
    assert math.isnan(refusing(load(), {"a": -1.0}))
    assert refusing.reason(load(), {"a": -1.0}) == "a is below zero"
    assert refusing.reason(load(), {"a": 0.0}) == "", "arithmetic has no words"
    assert refusing.reason(load(), {}) == ""


@pytest.mark.parametrize("value", [3.0, 0.0, -0.0])
def test_what_is_not_below_zero_is_kept(value: float) -> None:
    assert not_below_zero(value, "it is below zero") == value


def test_what_means_nothing_below_zero_has_no_value_there() -> None:
    with pytest.raises(NoValue, match="it is below zero"):
        not_below_zero(-1e-9, "it is below zero")
