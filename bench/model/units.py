"""Values with units, as users write them and as reports show them.  Pure.

Base units inside the program: seconds, bytes, events per second, bits per second, shares.
"""

from __future__ import annotations

import math
import re
from typing import Any

from bench.model import hints
from bench.model.errors import UsageError
from bench.model.load import Parameter

SCALES: dict[str, dict[str, float]] = {
    "s": {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0},
    "B": {
        "B": 1,
        "kB": 1e3,
        "KB": 1e3,
        "MB": 1e6,
        "GB": 1e9,
        "KiB": 2**10,
        "MiB": 2**20,
        "GiB": 2**30,
    },
    "/s": {"/s": 1.0, "/ms": 1e3, "/min": 1 / 60, "/h": 1 / 3600},
    "%": {"%": 0.01},
    "bit/s": {
        "bit/s": 1,
        "bit": 1,
        "kbit": 1e3,
        "mbit": 1e6,
        "Mbit": 1e6,
        "Mbit/s": 1e6,
        "gbit": 1e9,
    },
    "": {"": 1.0},
}
EXAMPLES = {
    "s": "250ms, 1s or 2min",
    "B": "100B, 4kB or 1MiB",
    "/s": "0.2/s or 30/min",
    "%": "0.5% or 2%",
    "bit/s": "500kbit, 20mbit or 1gbit",
    "": "100",
}
NUMBER = re.compile(
    r"^\s*([+-]?[0-9][0-9_]*(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?)(?![0-9_])\s*(\S*)\s*$"
)


def quantity(text: str, unit: str, name: str) -> float:
    """Parse `text` (as "250ms") to a number in the base unit.

    Raises UsageError naming the parameter, the value and how it was most likely meant.
    """
    value = _value(text, unit)
    if value is None:
        match = NUMBER.match(text)
        written = match.group(2) if match else ""
        kind = f"unknown unit {written!r}" if written else "the unit is missing"
        if not text.strip():
            kind = "a value is missing"
        elif not match:
            kind = "not a number with a unit" if unit else "not a number"
        elif not unit:
            kind = f"it takes no unit; remove {written!r}"
        raise UsageError(f"{name}={text}: {kind}; write it as {_meant(text, unit)}")
    if not math.isfinite(value):
        raise UsageError(f"{name}={text}: too large; write it as {EXAMPLES[unit]}")
    return value


def _value(text: str, unit: str) -> float | None:
    """The number in the base unit; None where the text is none with a unit of this kind."""
    match = NUMBER.match(text)
    if not match:
        return None
    number, written = match.groups()
    value = float(number.replace("_", ""))
    scale = SCALES[unit].get(written)
    if scale is None and not written and value == 0:
        scale = 1.0  # nothing is nothing in any unit
    return None if scale is None else value * scale


def _meant(text: str, unit: str) -> str:
    """What the user most likely meant; where that is not clear, examples."""
    return " or ".join(hints.rewritten(text, unit, SCALES[unit])) or EXAMPLES[unit]


def parse(parameter: Parameter, text: str) -> Any:
    """One value of a load parameter from its text; UsageError where it is not one."""
    if parameter.choices or parameter.kind is str:
        if parameter.choices and text not in parameter.choices:
            remedy = hints.meant(text, parameter.choices, f"use {' or '.join(parameter.choices)}")
            raise UsageError(f"{parameter.name}={text}: unknown value; {remedy}")
        return text
    try:
        value = quantity(text, parameter.unit, parameter.name)
    except UsageError as error:
        reason, lead, _ = str(error).rpartition("write it as ")
        written = _within_bounds(parameter, text)
        raise UsageError(
            f"{reason}{lead}{' or '.join(written) or EXAMPLES[parameter.unit]}"
        ) from None
    if parameter.kind is int:
        whole = round(value)
        # 1.001kB is 1000.9999999999999 in binary arithmetic; it means 1001.
        if not math.isclose(value, whole, rel_tol=1e-9, abs_tol=1e-9):
            raise UsageError(f"{parameter.name}={text}: must be a whole number; round it")
        value = whole
    return check_bounds(parameter, value, text)


def _within_bounds(parameter: Parameter, text: str) -> list[str]:
    """The likely ways to write it that the parameter allows: rtt=80 cannot mean 80s."""
    unit = parameter.unit
    written = hints.rewritten(text, unit, SCALES[unit])
    allowed = [one for one in written if _allowed(parameter, _value(one, unit))]
    if not allowed and written:
        number = NUMBER.match(written[0].lstrip("-"))
        rest = [f"{number[1]}{one}" for one in SCALES[unit]] if number else []
        allowed = [one for one in rest if _allowed(parameter, _value(one, unit))][:1]
    return allowed


def _allowed(parameter: Parameter, value: float | None) -> bool:
    low, high = parameter.low, parameter.high
    return value is not None and (low is None or value >= low) and (high is None or value <= high)


def check_bounds(parameter: Parameter, value: float, text: str) -> float:
    low, high = parameter.low, parameter.high
    if low is not None and value < low:
        raise UsageError(
            f"{parameter.name}={text}: too small; the minimum is {show(low, parameter.unit)}"
        )
    if high is not None and value > high:
        raise UsageError(
            f"{parameter.name}={text}: too large; the maximum is {show(high, parameter.unit)}"
        )
    return value


def split_values(text: str) -> list[str]:
    """`0.1,1,10/s` -> `["0.1/s", "1/s", "10/s"]`: a unit at the end serves all."""
    parts = [part.strip() for part in text.split(",")]
    last = NUMBER.match(parts[-1])
    unit = last.group(2) if last else ""
    full = []
    for part in parts:
        match = NUMBER.match(part)
        full.append(part + unit if match and not match.group(2) else part)
    return full


def base_unit(unit: str) -> str:
    """The unit in which a value is kept: percentages are shares."""
    return "" if unit == "%" else unit


def show(value: Any, unit: str) -> str:
    """A value in base units as users write it: 0.25, "s" -> "250ms"."""
    if isinstance(value, str):
        return value
    if unit == "s" and 0 < abs(value) < 1:
        name = "ms" if abs(value) >= 1e-3 else "us"
        return f"{value / SCALES['s'][name]:.6g}{name}"
    if unit == "B" and abs(value) >= 1e4 and value % 1000 == 0:
        name = "MB" if value % 1_000_000 == 0 else "kB"
        return f"{value / SCALES['B'][name]:.10g}{name}"
    if unit == "%":
        return f"{value * 100:.6g}%"
    if unit == "bit/s":
        for name in ("gbit", "mbit", "kbit"):
            if abs(value) >= SCALES[unit][name]:
                return f"{value / SCALES[unit][name]:.10g}{name}"
    return f"{value:.10g}{unit}"


def significant(value: float | None, digits: int = 3) -> str:
    """A number for people: three significant digits, no exponent for usual sizes."""
    if value is None or math.isnan(value):
        return "-"
    if value == 0:
        return "0"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    magnitude = math.floor(math.log10(abs(value)))
    rounded = round(value, digits - 1 - magnitude)
    # Rounding may have carried into the next decade: 9.996 -> 10.0.
    magnitude = math.floor(math.log10(abs(rounded)))
    decimals = max(0, digits - 1 - magnitude)
    if decimals > 6:
        return f"{value:.{digits - 1}e}"
    return f"{rounded:,.{decimals}f}"
