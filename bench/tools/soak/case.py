"""What a soak is made of: options, cases drawn from a seed, and what came of each.  Pure.

Only the shapes; which cases there are is said by the parts, each in a file of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

Status = Literal["ok", "wrong", "missed", "not measured"]


@dataclass(frozen=True)
class Options:
    """How much is asked for; what a soak is continued with is what it was begun with."""

    seed: int
    moments: int = 50
    """Of each kind of kill; the parts that cost more take a share of it."""

    fuzz_cases: int = 10_000
    crowd_clients: int = 10_000
    crowd_s: float = 3600.0
    lanes: int = 3
    """Cases that run side by side: most of them wait most of the time."""


@dataclass(frozen=True)
class Candidate:
    """A pattern that this machine can measure, and what runs for it beside harness and load."""

    pattern: str
    experiment: str
    has_service: bool = False
    has_proxy: bool = False


@dataclass(frozen=True)
class Case:
    """One thing to try: `words` are what its part drew for it."""

    part: str
    number: int
    words: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.part}/{self.number:03d}"

    @property
    def text(self) -> str:
        """What was drawn, for people."""
        return " ".join(f"{name}={value}" for name, value in self.words.items())


@dataclass(frozen=True)
class Outcome:
    """What came of a case.

    `left` counts what it left behind, `lost` what was finished and is gone or changed;
    `problems` names everything that should not be, each in a line.  A moment that came after
    the end of what it should have hit is `missed`.
    """

    status: Status = "ok"
    problems: Sequence[str] = ()
    left: int = 0
    lost: int = 0
    tracebacks: int = 0
    said: str = ""
    """A line for the summary: a value, or why it was not measured."""

    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Done:
    """A case that is done, as a line of the state."""

    key: str
    text: str
    outcome: Outcome
    seconds: float
    commit: str
    ended: str


def judged(outcome: Outcome) -> Outcome:
    """The same, "wrong" where it names a problem."""
    return replace(outcome, status="wrong") if outcome.problems else outcome
