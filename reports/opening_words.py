"""Numbers, ranges and subjects of the sentences that a report opens with.  Pure.

Knows templates and numbers; not which comparison is said, nor how it was decided.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.model.units import significant
from bench.stats.estimates import CONFIDENCE
from bench.verdicts.spreads import Exact
from reports.numbers import listed, unit_sign

PLURAL = re.compile(r"\[([^|\]]*)\|([^\]]*)\]")

MOST_VALUES = 3
"""More values are said as from the least to the greatest."""

ALIKE = 1.5
"""Ratios within this factor are said as a range."""

FINE = 1.1
"""An interval that is narrower than this factor has three digits."""

Times = tuple[float, float, float]
"""How many times as much: the value, and the ends of its interval."""


@dataclass(frozen=True)
class Names:
    """What a report calls things: patterns by name; titles, units and better sides by metric."""

    title: Callable[[str], str]
    metric: Callable[[str], str]
    unit: Callable[[str], str]
    better: Callable[[str], str]


def subject(who: Sequence[str], names: Names) -> str:
    """ "SSE and WebSocket"; a title's own comma would part a list."""
    return listed([bare(names.title(name)) for name in who])


def bare(title: str) -> str:
    """ "QUIC (migrating)" for "QUIC, migrating", and "token + deny list": one of a list."""
    return re.sub(r", (.*)", r" (\1)", title).replace(" and ", " + ")


def filled(template: str, who: Sequence[str], names: Names, **values: str) -> str:
    """A template with its subject, in singular or plural."""
    chosen = PLURAL.sub(lambda match: match.group(1 + (len(who) > 1)), template)
    return f"{subject(who, names)} {chosen.format(**values)}"


def multiples(template: str, who: Sequence[str], names: Names, ratios: Sequence[Times]) -> str:
    """ "short polling takes 330 times as long (300 to 360)"; of several each, or their range."""
    digits = max(_digits(one) for one in ratios)
    ordered = sorted(ratios)
    is_range = ordered[-1][0] / ordered[0][0] < ALIKE or len(ratios) > MOST_VALUES
    if is_range or len(who) != len(ratios):
        low, high = min(one[1] for one in ratios), max(one[2] for one in ratios)
        shown, ends = [ordered[0][0], ordered[-1][0]], [(low, high)]
        texts = list(dict.fromkeys(significant(value, digits) for value in shown))
        words = " to ".join(texts)
    else:
        ends = [(low, high) for _, low, high in ratios]
        words = listed([significant(value, digits) for value, _, _ in ratios])
    within = [f"{significant(low, digits)} to {significant(high, digits)}" for low, high in ends]
    return f"{filled(template, who, names, times=words)} ({listed(within)})"


def _digits(ratio: Times) -> int:
    return 3 if ratio[2] / ratio[1] < FINE or 1 / ALIKE < ratio[0] < ALIKE else 2


def amounts(values: Sequence[float], unit: str, is_share: bool) -> str:
    """ "1.5 ms", "1.5 and 1.6 ms", "1.5 to 3.1 ms"."""
    if is_share:
        values, unit = [100 * value for value in values], "%"
    texts = [significant(value, 2 if value < 1000 else 3) for value in values]
    alike = list(dict.fromkeys(texts))
    if len(alike) > MOST_VALUES:
        ordered = [text for _, text in sorted(zip(values, texts, strict=True))]
        words = f"{ordered[0]} to {ordered[-1]}"
    else:
        words = listed(alike if len(alike) == 1 else texts)
    if not unit:
        return words
    return f"{words}{'' if unit.startswith('/') else ' '}{unit_sign(unit)}"


def counted(value: float, exact: Exact) -> str:
    """ "48 % (45 to 52 %)", "100 % (at least 99.9 %)"; of a count "1.2 (0.9 to 1.6)"."""
    low, high = exact.interval(CONFIDENCE)
    if exact.counts.kind != "share":
        return f"{significant(value, 2)} ({significant(low, 2)} to {significant(high, 2)})"
    if exact.counts.hits >= exact.counts.of:
        return f"100 % (at least {significant(100 * low, 3)} %)"
    shown = [significant(100 * part, 2) for part in (value, low, high)]
    return f"{shown[0]} % ({shown[1]} to {shown[2]} %)"


def at_most(exact: Sequence[Exact]) -> str:
    """What nothing that was counted may still be: "at most 0.8 %"."""
    most = max(one.interval(CONFIDENCE)[1] for one in exact)
    if exact[0].counts.kind == "share":
        return f"at most {significant(100 * most, 2)} %"
    return f"at most {significant(most, 2)}"
