"""Values with units: what users may write, and what they are told."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.model import units
from bench.model.errors import UsageError
from bench.model.load import Parameter


def a_parameter(kind: type = float, unit: str = "s", **values: object) -> Parameter:
    settings = {"low": None, "high": None, "choices": (), "default": 1, "meaning": ""}
    return Parameter("delay", "delay_s", kind, unit, **(settings | values))  # type: ignore[arg-type]


# --- happy path ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("250ms", "s", 0.25),
        ("1s", "s", 1),
        ("2min", "s", 120),
        ("1h", "s", 3600),
        ("5us", "s", 5e-6),
        ("7ns", "s", 7e-9),
        (" 1.5 s ", "s", 1.5),
        ("1e3ms", "s", 1),
        ("-1s", "s", -1),
        ("+1s", "s", 1),
        ("100B", "B", 100),
        ("4kB", "B", 4000),
        ("4KB", "B", 4000),
        ("4KiB", "B", 4096),
        ("1MB", "B", 1_000_000),
        ("1MiB", "B", 1_048_576),
        ("2GB", "B", 2_000_000_000),
        ("2GiB", "B", 2_147_483_648),
        ("0.2/s", "/s", 0.2),
        ("30/min", "/s", 0.5),
        ("3600/h", "/s", 1),
        ("2/ms", "/s", 2000),
        ("2%", "%", 0.02),
        ("0.5 %", "%", 0.005),
        ("500bit", "bit/s", 500),
        ("500bit/s", "bit/s", 500),
        ("500kbit", "bit/s", 500_000),
        ("20mbit", "bit/s", 20_000_000),
        ("20Mbit", "bit/s", 20_000_000),
        ("1gbit", "bit/s", 1_000_000_000),
        # Nothing is nothing in any unit.
        ("0", "s", 0),
        ("0", "%", 0),
        ("0.0", "bit/s", 0),
        ("100", "", 100),
        ("10_000", "", 10_000),
        ("1.", "", 1),
    ],
)
def test_a_quantity_is_read_in_its_base_unit(text: str, unit: str, value: float) -> None:
    assert units.quantity(text, unit, "x") == pytest.approx(value, rel=1e-12)


def test_whole_numbers_and_words_keep_their_type() -> None:
    clients = units.parse(a_parameter(int, "", low=1, high=10), "10")
    assert clients == 10
    assert type(clients) is int
    assert type(units.parse(a_parameter(float, "s"), "10s")) is float
    assert units.parse(a_parameter(int, "B"), "1.5kB") == 1500
    assert units.parse(a_parameter(str, "", choices=("on", "off")), "off") == "off"
    assert units.parse(a_parameter(str, ""), "any, text") == "any, text"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("10", ["10"]),
        ("10,100,1000", ["10", "100", "1000"]),
        ("0.1,1,10/s", ["0.1/s", "1/s", "10/s"]),
        ("1ms, 2 , 3s", ["1ms", "2s", "3s"]),
        ("1s,2", ["1s", "2"]),
        ("every,one", ["every", "one"]),
        ("1,x", ["1", "x"]),
        ("", [""]),
    ],
)
def test_a_unit_at_the_end_serves_all_values(text: str, parts: list[str]) -> None:
    assert units.split_values(text) == parts


# --- sad path -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "unit", "message"),
    [
        ("soon", "s", "x=soon: not a number with a unit; write it as 250ms, 1s or 2min"),
        ("", "s", "x=: a value is missing; write it as 250ms, 1s or 2min"),
        ("nan", "", "x=nan: not a number; write it as 100"),
        ("1 2s", "s", "x=1 2s: unknown unit '2s'; write it as 250ms, 1s or 2min"),
        ("1,5s", "s", "x=1,5s: unknown unit ',5s'; write it as 1.5s"),
        ("5", "s", "x=5: the unit is missing; write it as 5s or 5ms"),
        ("5", "B", "x=5: the unit is missing; write it as 5B"),
        ("5", "/s", "x=5: the unit is missing; write it as 5/s"),
        ("5sec", "s", "x=5sec: unknown unit 'sec'; write it as 5s"),
        ("5mb", "B", "x=5mb: unknown unit 'mb'; write it as 5MB"),
        ("5Hz", "/s", "x=5Hz: unknown unit 'Hz'; write it as 5/s"),
        ("5", "%", "x=5: the unit is missing; write it as 5%"),
        ("5", "bit/s", "x=5: the unit is missing; write it as 5mbit"),
        ("5MB", "bit/s", "x=5MB: unknown unit 'MB'; write it as 5mbit"),
        ("5s", "", "x=5s: it takes no unit; remove 's'; write it as 5"),
    ],
)
def test_what_is_no_quantity_is_refused_with_an_example(text: str, unit: str, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        units.quantity(text, unit, "x")
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("parameter", "text", "message"),
    [
        (
            a_parameter(low=0.1, high=60),
            "99ms",
            "delay=99ms: too small; the minimum is 100ms",
        ),
        (a_parameter(low=0.1, high=60), "2min", "delay=2min: too large; the maximum is 60s"),
        (
            a_parameter(low=0.1, high=60),
            "1e999s",
            "delay=1e999s: too large; write it as 250ms, 1s or 2min",
        ),
        (a_parameter(low=0), "-1s", "delay=-1s: too small; the minimum is 0s"),
        (
            a_parameter(int, "B", low=48, high=16_000_000),
            "17MB",
            "delay=17MB: too large; the maximum is 16MB",
        ),
        (a_parameter(int, "", low=1), "0", "delay=0: too small; the minimum is 1"),
        # What is offered is allowed.
        (a_parameter(high=60), "80", "delay=80: the unit is missing; write it as 80ms"),
        (
            a_parameter(unit="/s", low=0.1),
            "-5",
            "delay=-5: the unit is missing; write it as 5/s",
        ),
        (
            a_parameter(unit="%", low=0, high=1),
            "0.02",
            "delay=0.02: the unit is missing; write it as 0.02% or 2%",
        ),
        (
            a_parameter(unit="%", low=0, high=1),
            "500",
            "delay=500: the unit is missing; write it as 0.5% or 2%",
        ),
        (a_parameter(int, ""), "1.5", "delay=1.5: must be a whole number; round it"),
        (
            a_parameter(str, "", choices=("on", "off")),
            "On",
            "delay=On: unknown value; did you mean on?",
        ),
    ],
)
def test_a_bad_value_is_refused_with_the_remedy(
    parameter: Parameter, text: str, message: str
) -> None:
    with pytest.raises(UsageError) as refused:
        units.parse(parameter, text)
    assert str(refused.value) == message


def test_bounds_belong_to_what_is_allowed() -> None:
    parameter = a_parameter(low=0.1, high=60)
    assert units.parse(parameter, "100ms") == pytest.approx(0.1)
    assert units.parse(parameter, "1min") == 60


# --- showing ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.25, "s", "250ms"),
        (1e-3, "s", "1ms"),
        (9.99e-4, "s", "999us"),
        (0, "s", "0s"),
        (1.0, "s", "1s"),
        (90, "s", "90s"),
        (-0.5, "s", "-500ms"),
        (9000, "B", "9000B"),
        (10_000, "B", "10kB"),
        (10_001, "B", "10001B"),
        (16_000_000, "B", "16MB"),
        (0.5, "/s", "0.5/s"),
        (0.02, "%", "2%"),
        (0.005, "%", "0.5%"),
        (0, "%", "0%"),
        (0, "bit/s", "0bit/s"),
        (999, "bit/s", "999bit/s"),
        (1000, "bit/s", "1kbit"),
        (2.5e6, "bit/s", "2.5mbit"),
        (1e9, "bit/s", "1gbit"),
        (1_000_000, "", "1000000"),
        ("every", "", "every"),
    ],
)
def test_values_are_shown_as_users_write_them(value: object, unit: str, text: str) -> None:
    assert units.show(value, unit) == text


@given(st.integers(0, 16_000_000))
def test_sizes_survive_show_and_parse(value: int) -> None:
    assert units.parse(a_parameter(int, "B"), units.show(value, "B")) == value


@given(st.integers(0, 9_999_999_999))
def test_counts_survive_show_and_parse(value: int) -> None:
    assert units.parse(a_parameter(int, ""), units.show(value, "")) == value


@given(
    st.sampled_from(["s", "/s", "%", "bit/s"]),
    st.floats(1e-9, 1e9) | st.floats(-1e9, -1e-9) | st.just(0.0),
)
def test_measures_survive_show_and_parse_to_six_digits(unit: str, value: float) -> None:
    back = units.quantity(units.show(value, unit), unit, "x")
    assert back == pytest.approx(value, rel=1e-5)


@pytest.mark.parametrize("text", ["1__0", "1_", "0_"])
def test_a_number_with_loose_underscores_has_no_unit_either(text: str) -> None:
    if text == "0_":  # nothing is nothing in any unit
        assert units.quantity(text, "/s", "x") == 0
        return
    with pytest.raises(UsageError, match=f"^x={text}: the unit is missing"):
        units.quantity(text, "/s", "x")


@given(
    st.text("0123456789.eE+-_ ,/numshkKMGiBx", max_size=8), st.sampled_from(sorted(units.SCALES))
)
def test_any_text_is_a_number_or_a_usage_error(text: str, unit: str) -> None:
    value = 0.0
    message = f"x={text}: "
    try:
        value = units.quantity(text, unit, "x")
    except UsageError as error:
        message = str(error)
    assert not math.isnan(value)
    assert message.startswith(f"x={text}: ")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (math.nan, "-"),
        (None, "-"),
        (1, "1.00"),
        (12.345, "12.3"),
        (123.45, "123"),
        (1234.5, "1,230"),
        (1_234_567, "1,230,000"),
        (0.01234, "0.0123"),
        (-0.01234, "-0.0123"),
        (0.00001234, "1.23e-05"),
    ],
)
def test_numbers_for_people_have_three_significant_digits(value: float, text: str) -> None:
    assert units.significant(value) == text


@given(st.floats(1e-12, 1e12))
def test_a_shown_number_is_within_half_a_unit_of_its_third_digit(value: float) -> None:
    assert float(units.significant(value).replace(",", "")) == pytest.approx(value, rel=5.01e-3)


@pytest.mark.parametrize(("unit", "base"), [("%", ""), ("/s", "/s"), ("", "")])
def test_a_percentage_is_kept_as_a_share(unit: str, base: str) -> None:
    assert units.base_unit(unit) == base
    assert unit != "%" or units.show(0.03, unit) == "3%"
