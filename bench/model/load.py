"""The workload's parameters: typed, with units and bounds.

A load is composed of the window, the link, the faults and the experiment's own part.
Stored and set it is flat: each value by its field's name.
Must not know what any experiment means by them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, Literal, TypeVar

from bench.model import links

Own = TypeVar("Own")

FAULT = "fault"
"""The parameter that says what is done to whom; it is a level where claims differ by it."""

SUFFIXES = ("_per_s", "_s", "_bytes")


def parameter(
    default: Any,
    unit: str,
    meaning: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    in_window: bool = False,
) -> Any:
    """A field of a load's part, with what the command line and the docs must know.

    `unit` is one of "", "s", "/s", "B", "%", "bit/s"; `low` and `high` are inclusive bounds
    in that unit; `choices` makes it a word instead of a number.  With `in_window` it means
    nothing where there is no window, as under plain Locust.
    """
    return field(
        default=default,
        metadata={
            "unit": unit,
            "meaning": meaning,
            "low": low,
            "high": high,
            "choices": choices,
            "in_window": in_window,
        },
    )


@dataclass(frozen=True, kw_only=True)
class Window:
    """How many clients, and for how long."""

    clients: int = parameter(100, "", "simulated clients", low=1, high=1_000_000)
    duration_s: float = parameter(10.0, "s", "length of the window", low=0.1, high=86_400)
    warmup_s: float = parameter(1.0, "s", "load before the window, not counted", low=0, high=3600)
    drain_s: float = parameter(
        10.0, "s", "longest wait after the window for operations still under way", low=0, high=3600
    )


@dataclass(frozen=True, kw_only=True)
class LinkParameters:
    """The network between the sides."""

    link: str = parameter(
        links.LOOPBACK,
        "",
        "network between clients and backend: this host's loopback, an emulated link described "
        "by the parameters below, or a named one (docs/links.md)",
        choices=links.CHOICES,
    )
    rtt_s: float = parameter(0.0, "s", "link: added round-trip time", low=0, high=60)
    jitter_s: float = parameter(
        0.0,
        "s",
        "link: variation of a round trip, up or down; packets keep their order",
        low=0,
        high=60,
    )
    loss: float = parameter(0.0, "%", "link: share of packets lost", low=0, high=1)
    loss_up: float = parameter(
        0.0,
        "%",
        "link: share of packets lost on the way from clients, if different",
        low=0,
        high=1,
    )
    rate: float = parameter(0.0, "bit/s", "link: bandwidth; 0: unlimited", low=0, high=1e11)
    rate_up: float = parameter(
        0.0, "bit/s", "link: bandwidth on the way from clients, if different", low=0, high=1e11
    )
    queue_s: float = parameter(
        0.1,
        "s",
        "link: longest wait for bandwidth; a packet that would wait longer is dropped",
        low=0,
        high=60,
    )
    cc: str = parameter(
        "host", "", "link: TCP congestion control of both ends", choices=links.CONGESTION
    )
    second_path: str = parameter("", "", "link: a second path, e.g. rtt=60ms,rate=5mbit")


@dataclass(frozen=True, kw_only=True)
class FaultParameters:
    """What is done to the system while it is measured."""

    fault: str = parameter(
        "",
        "",
        "faults during the window, e.g. server:stop@50%,for=1s (docs/faults.md)",
    )


def public_name(field_name: str) -> str:
    """`duration_s` -> `duration`: what users write and reports show."""
    for suffix in SUFFIXES:
        if field_name.endswith(suffix):
            return field_name.removesuffix(suffix)
    return field_name


Section = Literal["window", "link", "services", "standby", "faults", "own"]
FAR_LINKS: tuple[Section, ...] = ("services", "standby")
"""Those of links.LINKS behind the backend: the names of their parameters begin with the link's."""

ALSO_CALLED: Mapping[str, str] = {
    "users": "clients",
    "connections": "clients",
    "concurrency": "clients",
    "time": "duration",
    "run_time": "duration",
    "window": "duration",
    "latency": "rtt",
    "delay": "rtt",
    "bandwidth": "rate",
    "packet_loss": "loss",
    "faults": "fault",
    "network": "link",
}
"""What other tools call the shared parameters, for hints."""

SHARED: Mapping[Section, type] = {
    "window": Window,
    "faults": FaultParameters,
    "link": LinkParameters,
}
"""What every load has beside the experiment's own parameters."""


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
    section: Section = "own"
    in_window: bool = False

    @cached_property
    def attribute(self) -> str:
        """The name of its field in its section."""
        far = self.section in FAR_LINKS
        return self.field_name.removeprefix(f"{self.section}_") if far else self.field_name


def parameters_of(part: type | LoadType[Any], section: Section = "own") -> dict[str, Parameter]:
    """The parameters of a load, or of one part of it, by public name in declaration order."""
    if isinstance(part, LoadType):
        return dict(part.parameters)
    found = {}
    for entry in dataclasses.fields(part):
        name = public_name(entry.name)
        found[name] = Parameter(
            name,
            entry.name,
            type(entry.default),
            default=entry.default,
            section=section,
            **entry.metadata,
        )
    return found


def far_link_parameters(link: Section) -> dict[str, Parameter]:
    """Those of a link behind the backend: the clients' ones with its name, but one path only."""
    found = {}
    for name, one in parameters_of(LinkParameters, link).items():
        if name == "second_path":
            continue
        words = (
            f"network between the backend and {link}; see `link`" if name == "link" else one.meaning
        )
        found[f"{link}_{name}"] = dataclasses.replace(
            one,
            name=f"{link}_{name}",
            field_name=f"{link}_{one.field_name}",
            meaning=words.replace("link: ", f"{link} link: ").replace("from clients", f"to {link}"),
        )
    return found


@dataclass(frozen=True)
class Load(Generic[Own]):
    """What is asked of a pattern: its parts, and the parameters that its experiment offers.

    `link` is the one between clients and backend; `services` and `standby` are those that
    lead to these sides.
    """

    window: Window
    link: LinkParameters
    faults: FaultParameters
    own: Own
    parameters: Mapping[str, Parameter] = field(repr=False, compare=False)
    services: LinkParameters = LinkParameters()
    standby: LinkParameters = LinkParameters()

    @cached_property
    def by_name(self) -> Mapping[str, Any]:
        """Every offered value by public name; kept, as dozens of laws look at one load."""
        offered = self.parameters.values()
        return {one.name: getattr(getattr(self, one.section), one.attribute) for one in offered}

    def values(self) -> dict[str, Any]:
        """Every offered value by field name, in base units: the form that is stored."""
        return {one.field_name: self.by_name[one.name] for one in self.parameters.values()}


@dataclass(frozen=True)
class Change:
    """How an experiment offers a shared parameter; None and "" leave it as it is."""

    default: Any = None
    low: float | None = None
    high: float | None = None
    meaning: str = ""

    def of(self, parameter: Parameter) -> Parameter:
        changed = {name: value for name, value in vars(self).items() if value not in (None, "")}
        return dataclasses.replace(parameter, **changed)


@dataclass(frozen=True)
class LoadType(Generic[Own]):
    """The load of one experiment: its own parameters, and what it makes of the shared ones.

    `changes` (by field name) are the experiment's defaults and bounds of shared parameters;
    `without` are those that mean nothing here: they are not offered and keep their defaults.
    `links` are the links behind the backend over which its patterns can be measured.
    """

    own: type[Own]
    changes: Mapping[str, Change] = field(default_factory=dict)
    without: frozenset[str] = frozenset()
    links: tuple[Section, ...] = ()

    def __post_init__(self) -> None:
        shared = {entry.name for part in SHARED.values() for entry in dataclasses.fields(part)}
        shared |= {
            one.field_name for far in self.links for one in far_link_parameters(far).values()
        }
        mine = {entry.name for entry in dataclasses.fields(self.own)}  # type: ignore[arg-type]
        for what, names in (
            ("is declared twice", shared & mine),
            ("is no shared parameter", ({*self.changes} | self.without) - shared),
        ):
            if names:
                raise ValueError(f"{self.own.__name__}: {sorted(names)[0]} {what}")

    @cached_property
    def parameters(self) -> Mapping[str, Parameter]:
        """What the experiment offers, by public name: the shared ones, then its own."""
        found: dict[str, Parameter] = {}
        for section, part in SHARED.items():
            found |= parameters_of(part, section)
        for link in self.links:
            found |= far_link_parameters(link)
        found |= parameters_of(self.own)
        return {
            name: self.changes.get(one.field_name, Change()).of(one)
            for name, one in found.items()
            if one.field_name not in self.without
        }

    def __call__(self, **values: Any) -> Load[Own]:
        """A load with these values (by field name) in place of defaults."""
        parts: dict[str, dict[str, Any]] = {one: {} for one in (*SHARED, *FAR_LINKS, "own")}
        for one in self.parameters.values():
            parts[one.section][one.attribute] = values.pop(one.field_name, one.default)
        if values:
            raise TypeError(f"{self.own.__name__}: no parameter {', '.join(sorted(values))}")
        return Load(
            Window(**parts["window"]),
            LinkParameters(**parts["link"]),
            FaultParameters(**parts["faults"]),
            self.own(**parts["own"]),
            self.parameters,
            LinkParameters(**parts["services"]),
            LinkParameters(**parts["standby"]),
        )

    def read(self, values: Mapping[str, Any]) -> Load[Own]:
        """A stored load; values that it no longer has are left out."""
        known = {one.field_name for one in self.parameters.values()}
        return self(**{name: value for name, value in values.items() if name in known})
