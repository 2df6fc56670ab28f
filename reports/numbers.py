"""Numbers and names as people read them in tables, figures and sentences.  Pure."""

from __future__ import annotations

import math

from bench.analysis.metrics import Metric
from bench.model.units import significant
from bench.stats.estimates import Estimate

MISSING = "-"
SAME = "±0"
EQUAL = 1e-9
"""A relative width below which an interval is rounding, not spread."""

WIDEST = 100.0
SMALL = 0.3
"""Half an interval's width as a share, up to which it is shown as a percentage."""

UNIT_SIGNS = {"us": "µs"}


def unit_sign(unit: str) -> str:
    return UNIT_SIGNS.get(unit, unit)


def title(metric: Metric) -> str:
    """ "latency p99 (ms)": a metric's name with its unit."""
    return f"{metric.title} ({unit_sign(metric.unit)})" if metric.unit else metric.title


def number(value: float) -> str:
    """Three significant digits, more where rounding would make 0.9998 of deliveries all of them."""
    for digits in range(3, 7):
        text = significant(value, digits)
        if not (0 < value < 1 and float(text) >= 1):
            return text
    return "0.999999"


def with_unit(value: float, unit: str) -> str:
    text = significant(value)
    return f"{text} {unit_sign(unit)}" if unit else text


def amount(text: str, unit: str) -> str:
    """ "12 ms", "3.4/s", "0.5": a number's text with its unit, where there is a number."""
    if text == MISSING or not unit:
        return text
    return f"{text}{'' if unit.startswith('/') else ' '}{unit_sign(unit)}"


def interval(entry: Estimate, between: str = " to ") -> str:
    """ "0.40 to 0.44"; "±0" where all trials agree; nothing where one stands alone.

    An interval over more than a factor of `WIDEST` says no more than that nothing is known.
    """
    if not entry.has_interval:
        return ""
    if 0 < entry.low < entry.high / WIDEST:
        return "not known"
    if entry.high - entry.low <= EQUAL * abs(entry.value):
        return SAME
    return f"{number(entry.low)}{between}{number(entry.high)}"


def short_interval(entry: Estimate, between: str) -> str:
    """ "±12 %" where it is narrow and about as far to both sides, else its ends; nothing for ±0."""
    words = interval(entry, between)
    if words in ("", SAME, "not known") or not entry.low > 0:
        return "" if words == SAME else words
    half = math.sqrt(entry.high / entry.low) - 1
    skew = math.sqrt(entry.high * entry.low) / entry.value
    if half > SMALL or not 0.95 < skew < 1.05:
        return words
    return f"±{significant(100 * half, 2 if half >= 0.1 else 1)} %"


def percent(share: float) -> str:
    """A difference as people say it: +3.2 %."""
    if math.isnan(share):
        return MISSING
    digits = 0 if abs(share) >= 0.1 else 1
    return f"{round(share * 100, digits) or 0.0:+,.{digits}f} %"


def times(ratio: float) -> str:
    """A ratio to two or three digits: 1.32, 24.1, 2,410."""
    return significant(ratio)


def sentence_case(text: str) -> str:
    """The first letter large, the others as they are (SSE stays SSE, gRPC gRPC, io_uring so)."""
    word = text.partition(" ")[0]
    return text if text[1:2].isupper() or "_" in word else text[:1].upper() + text[1:]


def listed(words: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
