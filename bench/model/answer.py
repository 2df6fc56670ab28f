"""The words of an experiment's answer: what is compared, and how one would say it.  Data only.

Must not know any number, nor how a comparison is judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Contrast:
    """A metric of some patterns against that of another one, at the answer's level.

    `less` and `more` are what one says of them where the metric is clearly less or more, without
    their names: templates with {times} (how many times, more than 1) or {share} (what part of
    the other's, less than 1), {other} and {others} ("short polling" and "short polling's", or
    "it" and "its" where it was named just before).  "[is|are]" is for one pattern and for several.
    """

    metric: str
    patterns: tuple[str, ...]
    other: str
    less: str
    more: str


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
