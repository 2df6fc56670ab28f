"""The words of an experiment's answer: what people choose by, and how one would say it.  Data only.

Must not know any number, nor how a comparison is judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Contrast:
    """A metric by which people choose: some patterns against another one, at the answer's level.

    `has` says what one side has, `rest` what the other has of it, both without their names:
    "[brings|bring] an event after {value}" and "[takes|take] {times} times as long", so that
    " as {other}" can follow.  "[is|are]" is for one pattern and for several.  `none` says it of
    those whose share is 0 ("[loses|lose] no event"); {value} is then a share in percent.  The
    better side comes first.  A run that lacks `other`, or all of `patterns` (none named: all),
    is compared with what it has.
    """

    metric: str
    patterns: tuple[str, ...]
    other: str
    has: str
    rest: str
    none: str = ""


@dataclass(frozen=True)
class TurningPoint:
    """Where a claim's comparison changes sides: {x} is the place.

    `below` and `above` say it for a claim whose pattern has less of the metric below the place,
    or above it.
    """

    claim: str
    below: str
    above: str


@dataclass(frozen=True)
class Answer:
    """What an experiment's report opens with.

    `at` are the values (by public name) of the load that it speaks of where the run has them;
    `level` are the words for the parameters that it names, with {} for the value.
    """

    says: tuple[Contrast | TurningPoint, ...]
    at: Mapping[str, Any] = field(default_factory=dict)
    level: Mapping[str, str] = field(default_factory=dict)

    @property
    def contrasts(self) -> tuple[Contrast, ...]:
        return tuple(one for one in self.says if isinstance(one, Contrast))
