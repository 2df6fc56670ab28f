"""The words of the project as frozen dataclasses.

Holds what every other module talks about: experiments, patterns, loads,
trials, findings.  Must not know how any of them is run, stored or drawn,
and reads no clock, file or socket.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from bench import links

Better = Literal["lower", "higher", "neither"]
Severity = Literal["note", "doubt", "void"]
Facts = Mapping[str, float]

SUFFIXES = ("_per_s", "_s", "_bytes")


class UsageError(Exception):
    """A user's mistake: what is wrong, the value, the remedy, in one line."""


class ComponentMissing(Exception):
    """A part that this machine lacks; the message names the remedy."""


class TrialFailed(Exception):
    """A trial that could not be finished; the message says why."""


def parameter(
    default: Any,
    unit: str,
    meaning: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """A field of a Load, with what the command line and the docs must know.

    `unit` is one of "", "s", "/s", "B", "%", "bit/s"; `low` and `high` are inclusive bounds
    in that unit; `choices` makes it a word instead of a number.
    """
    return field(
        default=default,
        metadata={
            "unit": unit,
            "meaning": meaning,
            "low": low,
            "high": high,
            "choices": choices,
        },
    )


@dataclass(frozen=True, kw_only=True)
class Load:
    """What is asked of a pattern.  An experiment's load derives from this one."""

    clients: int = parameter(100, "", "simulated clients", low=1, high=1_000_000)
    duration_s: float = parameter(10.0, "s", "length of the window", low=0.1, high=86_400)
    warmup_s: float = parameter(1.0, "s", "load before the window, not counted", low=0, high=3600)
    drain_s: float = parameter(
        10.0, "s", "longest wait after the window for what is under way", low=0, high=3600
    )

    stall_s: float = parameter(
        0.0, "s", "the server stands still for so long in the middle of the window", low=0, high=600
    )

    link: str = parameter(
        links.LOOPBACK,
        "",
        "the network between clients and backend: this host's loopback, an emulated link as the "
        "following parameters say, or one that has a name (docs/links.md)",
        choices=links.CHOICES,
    )
    rtt_s: float = parameter(0.0, "s", "link: round-trip time that it adds", low=0, high=60)
    jitter_s: float = parameter(
        0.0, "s", "link: a round trip takes so much more or less, in order", low=0, high=60
    )
    loss: float = parameter(0.0, "%", "link: share of packets lost", low=0, high=1)
    loss_up: float = parameter(
        0.0, "%", "link: the same, from clients, else as loss", low=0, high=1
    )
    rate: float = parameter(0.0, "bit/s", "link: bandwidth, 0 is without limit", low=0, high=1e11)
    rate_up: float = parameter(
        0.0, "bit/s", "link: the same, from clients, else as rate", low=0, high=1e11
    )
    queue_s: float = parameter(
        0.1, "s", "link: longest wait for bandwidth, else the packet is dropped", low=0, high=60
    )
    cc: str = parameter(
        "host", "", "link: TCP congestion control of both ends", choices=links.CONGESTION
    )
    second_path: str = parameter(
        "", "", "link: a second path beside the first, e.g. rtt=60ms,rate=5mbit"
    )

    def check(self) -> None:
        """UsageError where the values do not go together, or a file that they name is not there."""

    @property
    def patience_s(self) -> float:
        """How long after the window something may still be under way."""
        return self.drain_s

    @property
    def path_down_after_s(self) -> float:
        """How long after t0 the link's first path is taken down; 0: never."""
        return 0.0

    @property
    def gives_up_after_s(self) -> float | None:
        """Where the load itself makes deliveries go missing: how long without any to wait.

        None where all are owed, so that the whole patience is spent on them.
        """
        return None

    @property
    def deliveries_per_event(self) -> int:
        """How many clients each event is owed to."""
        return 1


def public_name(field_name: str) -> str:
    """`poll_interval_s` -> `poll_interval`: what users write and reports show."""
    for suffix in SUFFIXES:
        if field_name.endswith(suffix):
            return field_name.removesuffix(suffix)
    return field_name


@dataclass(frozen=True)
class Parameter:
    """One settable value of a load, as the command line and the docs see it."""

    name: str
    field_name: str
    kind: type
    unit: str
    default: Any
    meaning: str
    low: float | None
    high: float | None
    choices: tuple[str, ...]


def parameters_of(load: type[Load]) -> dict[str, Parameter]:
    """The parameters of a load class by public name, in declaration order."""
    found = {}
    for entry in dataclasses.fields(load):
        name = public_name(entry.name)
        found[name] = Parameter(
            name, entry.name, type(entry.default), default=entry.default, **entry.metadata
        )
    return found


@dataclass(frozen=True)
class Pattern:
    """One way to do an experiment's job, as its two files declare it."""

    experiment: str
    name: str
    title: str
    summary: str
    requires: tuple[str, ...] = ()
    compared: bool = True
    example: str = ""
    code_hash: str = ""

    @property
    def id(self) -> str:
        return f"{self.experiment}/{self.name}"


@dataclass(frozen=True)
class Prediction:
    """A law applied to a metric of one or more patterns.

    `function(load, facts)` gives the value in the metric's unit; `facts` are
    the metrics measured at the same level, from which a law takes what it
    cannot know (round-trip time, cost of one message, header sizes).
    """

    law: str
    formula: str
    source: str
    metric: str
    patterns: tuple[str, ...]
    function: Callable[[Any, Facts], float]


@dataclass(frozen=True)
class Scene:
    """Trials that a claim needs: patterns under settings, as on the command line."""

    patterns: tuple[str, ...]
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Claim:
    """A statement that a run can confirm or refute.

    `rule` judges (see bench.claims); `law` names the laws that it is held
    against; `scenes` are the trials that supply what the rule reads.
    """

    id: str
    statement: str
    scenes: tuple[Scene, ...]
    rule: Any
    law: str = ""


@dataclass(frozen=True)
class Experiment:
    """One question with its common workload."""

    name: str
    title: str
    question: str
    load: type[Load]
    operations: tuple[str, ...]
    outcome_operation: str
    headline: tuple[str, ...]
    tradeoff: tuple[tuple[str, str], ...]
    quick: Mapping[str, Any]
    verify_with: Mapping[str, Any]
    predictions: tuple[Prediction, ...] = ()
    claims: tuple[Claim, ...] = ()
    normal: Mapping[str, Any] = field(default_factory=dict)
    piece: str = "event"
    """What the outcome operation is one of, in the words of reports: event, page, query."""

    def predictions_for(self, pattern: str) -> tuple[Prediction, ...]:
        return tuple(p for p in self.predictions if pattern in p.patterns)


@dataclass(frozen=True)
class Trial:
    """One execution to be done: a pattern under a load, with its seed.

    `level` holds the swept values by public name; `load` every value by
    field name, in base units.
    """

    number: int
    pattern: str
    level: Mapping[str, Any]
    repeat: int
    seed: int
    load: Mapping[str, Any]

    @property
    def folder(self) -> str:
        words = [f"{self.number:04d}", self.pattern.replace("/", ".")]
        words += [f"{name}={value}" for name, value in self.level.items()]
        return "-".join([*words, f"r{self.repeat}"])


@dataclass(frozen=True)
class Finding:
    """A typed doubt with its remedy.  `void` forbids to use the numbers."""

    code: str
    severity: Severity
    message: str
    remedy: str

    ORDER: ClassVar[tuple[Severity, ...]] = ("void", "doubt", "note")
