"""Whether two runs may be put side by side: which keys must agree, and which do not.

Reads run files only.  Must not know what was measured nor how it is compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bench.adaptive import precision
from bench.adaptive.precision import GroupKey
from bench.model.errors import UsageError
from bench.model.pattern import Pattern
from bench.model.records import RunFile
from bench.model.trial import Trial
from bench.results.environment import COMPARABLE

ABSENT = "absent"
MOST_NAMED = 6


@dataclass(frozen=True)
class Difference:
    """A key that must agree, with both values and where it was found (by place, else "")."""

    key: str
    a: str
    b: str
    where: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return f"{self.key} ({self.a} / {self.b})"


def differences(a: RunFile, b: RunFile) -> list[Difference]:
    """The keys in which the runs differ though they must not, of what both have measured.

    Seeds and numbers of repeats may differ: that is what makes them two runs.
    """
    found: dict[tuple[str, str, str], list[str]] = {}
    for key, x, y, where in _pairs(a, b):
        if x != y:
            found.setdefault((key, _shown(x), _shown(y)), []).append(where)
    return [
        Difference(key, x, y, tuple(filter(None, places))) for (key, x, y), places in found.items()
    ]


def require_alike(a: RunFile, b: RunFile, anyway: bool) -> list[Difference]:
    """The differences; UsageError where there are any, unless they are to be overlooked.

    Runs that share nothing cannot be compared at all.
    """
    if not shared_places(a, b):
        raise UsageError(
            "the runs share no pattern at the same level; measure the same patterns in both"
        )
    found = differences(a, b)
    if found and not anyway:
        names = ", ".join(entry.text for entry in found[:MOST_NAMED])
        more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
        raise UsageError(f"unlike runs: {names}{more}; repeat one of them, or add --anyway")
    return found


def shared_places(a: RunFile, b: RunFile) -> list[GroupKey]:
    """Patterns with their levels that both runs planned, in the order of the first."""
    others = {precision.group_key(trial) for trial in b.trials}
    places = dict.fromkeys(precision.group_key(trial) for trial in a.trials)
    return [place for place in places if place in others]


def _pairs(a: RunFile, b: RunFile) -> Iterator[tuple[str, Any, Any, str]]:
    """Every key that must agree, with both values and the place it belongs to."""
    yield "results version", a.version, b.version, ""
    yield "workers", a.workers, b.workers, ""
    places = shared_places(a, b)
    keys = list(COMPARABLE)
    if any("rabbitmq" in _pattern(run, place).requires for run in (a, b) for place in places):
        keys.append("rabbitmq")
    for key in keys:
        yield from _nested(key, a.environment.get(key), b.environment.get(key), "")
    of_a, of_b = _models(a), _models(b)
    for place in places:
        name = " ".join([place[0], *(f"{key}={value}" for key, value in place[1])])
        yield f"code of {place[0]}", _code(a, place), _code(b, place), name
        yield from _nested("load", of_a[place].load, of_b[place].load, name)


def _nested(key: str, x: Any, y: Any, where: str) -> Iterator[tuple[str, Any, Any, str]]:
    """A mapping's entries one by one: `packages.numpy`."""
    if not (isinstance(x, Mapping) and isinstance(y, Mapping)):
        yield key, x, y, where
        return
    for name in dict.fromkeys([*x, *y]):
        yield f"{key}.{name}", x.get(name), y.get(name), where


def _models(run: RunFile) -> dict[GroupKey, Trial]:
    """One trial that stands for each place."""
    return {precision.group_key(trial): trial for trial in run.trials}


def _pattern(run: RunFile, place: GroupKey) -> Pattern:
    experiment, _, name = place[0].partition("/")
    return run.patterns.get(place[0]) or Pattern(experiment, name, name, "")


def _code(run: RunFile, place: GroupKey) -> str:
    return _pattern(run, place).code_hash[:12]


def _shown(value: Any) -> str:
    return ABSENT if value is None or value == "" else str(value)
