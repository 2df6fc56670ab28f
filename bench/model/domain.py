"""Where a law claims to hold: ranges and choices of load parameters, and of measured facts.

A domain is data, so that points can be drawn from it, documents can show it, and a law says
nothing outside it.  Must not know any law, nor how points are drawn or measured.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.model.links import EMULATED, LOOPBACK
from bench.model.load import FAR_LINKS, Load, Parameter

LENGTHS = ("duration", "warmup", "drain")
"""How long is measured: where a domain does not name them, any will do."""

_UP = "_up"


@dataclass(frozen=True)
class Range:
    """All values from `low` to `high`, ends included, in base units.

    Points are spread evenly over its logarithm where `low` is positive, unless `evenly`.
    """

    low: float
    high: float
    evenly: bool = False

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ValueError(f"a range from {self.low} to {self.high} is empty")

    @property
    def is_logarithmic(self) -> bool:
        return self.low > 0 and math.isfinite(self.high) and not self.evenly

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Free:
    """A parameter that makes no difference to the law; points that are drawn have `drawn`.

    None: the parameter's default.
    """

    drawn: Any = None

    def holds(self, _: Any) -> bool:
        return True


FREE = Free()


@dataclass(frozen=True)
class Template:
    """Texts of one form with numbers in it: `rtt={rtt}ms,rate={rate}mbit`, each with its range."""

    text: str
    ranges: Mapping[str, Range]

    def holds(self, value: str) -> bool:
        found = self._pattern.fullmatch(value)
        return found is not None and all(
            one.holds(float(found[name])) for name, one in self.ranges.items()
        )

    @property
    def _pattern(self) -> re.Pattern[str]:
        parts = re.split(r"\{(\w+)\}", self.text)
        return re.compile(
            "".join(
                f"(?P<{part}>[0-9]+(?:\\.[0-9]+)?)" if at % 2 else re.escape(part)
                for at, part in enumerate(parts)
            )
        )


@dataclass(frozen=True)
class Either:
    """A range, or single values beside it: a bandwidth from 5 to 100 Mbit/s, or no limit (0).

    One draw in `SINGLES` is a single value.
    """

    range: Range
    values: tuple[Any, ...]

    def holds(self, value: Any) -> bool:
        return value in self.values or self.range.holds(value)


SINGLES = 4

Wanted = Range | Either | Free | Template | tuple[Any, ...]
"""What a domain says of one parameter: a range, choices, or that it makes no difference."""


@dataclass(frozen=True)
class Condition:
    """What must hold between parameters; `text` says it in plain English."""

    text: str
    holds: Callable[[Load[Any]], bool]


@dataclass(frozen=True)
class Units:
    """How many independent observations a point needs, for its estimate to be precise enough.

    `per_s(load)` of them come in a second; `noun` says what they are.  A window lasts at
    least `at_least_s`; a load that would need more than `at_most_s` is not drawn.
    """

    noun: str
    count: int
    per_s: Callable[[Load[Any]], float]
    at_least_s: float = 1.0
    at_most_s: float = 20.0

    def window_s(self, load: Load[Any]) -> float:
        """How long the window must be; infinite where none come."""
        rate = self.per_s(load)
        return max(self.at_least_s, self.count / rate) if rate > 0 else math.inf


def _holds(wanted: Wanted, value: Any) -> bool:
    return value in wanted if isinstance(wanted, tuple) else wanted.holds(value)


@dataclass(frozen=True)
class Domain:
    """The loads, links and measured facts for which a law claims to hold.

    `load` says it of parameters by their public names, in base units; a parameter that is not
    named must have its default, but for the lengths, which may have any.  `facts` are ranges of
    metrics of the same trial.  On loopback nothing else is asked of a link; a named link is
    what it stands for.
    """

    load: Mapping[str, Wanted] = field(default_factory=dict)
    facts: Mapping[str, Range] = field(default_factory=dict)
    where: tuple[Condition, ...] = ()
    units: Units | None = None

    def has(self, load: Load[Any]) -> bool:
        """Whether a load lies in it."""
        return next(self._strangers(load), None) is None and all(
            one.holds(load) for one in self.where
        )

    def strangers(self, load: Load[Any]) -> list[Parameter]:
        """The parameters whose values do not lie in it, whatever the others are."""
        return list(self._strangers(load))

    def _strangers(self, load: Load[Any]) -> Iterator[Parameter]:
        values = load.by_name
        return (one for one in load.parameters.values() if not self._allows(one, values))

    def has_facts(self, facts: Mapping[str, float]) -> bool:
        """Whether what was measured lies in it; what was not measured does not."""
        return all(one.holds(facts.get(key, math.nan)) for key, one in self.facts.items())

    def window_s(self, load: Load[Any]) -> float:
        """How long a window must be for a point's estimate to be precise enough; 0: any."""
        return self.units.window_s(load) if self.units else 0.0

    def _allows(self, parameter: Parameter, values: Mapping[str, Any]) -> bool:
        name, value = parameter.name, values[parameter.name]
        which = link_of(parameter)
        if which and which != name and values[which] == LOOPBACK:
            return True
        if which == name and value != LOOPBACK:
            value = EMULATED
        if name in self.load:
            return _holds(self.load[name], value)
        if name in LENGTHS:
            return True
        if which and name.endswith(_UP):
            return bool(value == values[name.removesuffix(_UP)])
        return bool(value == parameter.default)


def link_of(parameter: Parameter) -> str:
    """The parameter that says which link it describes; "" where it describes none."""
    if parameter.section == "link":
        return "link"
    return f"{parameter.section}_link" if parameter.section in FAR_LINKS else ""
