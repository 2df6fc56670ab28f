"""What is done to an actor at a time, as text and as a plan of instants.  Pure.

    ACTOR:VERB@WHEN[,for=TIME][,every=TIME][,times=N]

    server:stop@50%,for=5s          rabbitmq:kill@3s         clients.0-9:stop@0%,for=100%
    backend.0:restart@1s,every=2s   path.1:down@2s           clients:cut@poisson(0.1/s)

A time is absolute (from the window's beginning) or in per cent of the window.
Knows neither which actors a trial has nor which verbs there are.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bench.model import hints
from bench.model.errors import UsageError
from bench.model.units import quantity, show

EXAMPLE = "server:stop@50%,for=1s"
SEPARATOR = " "
OPTIONS = {"for": "for=1s", "every": "every=2s", "times": "times=5"}
"""What may stand behind the time, each with an example."""

_HEAD = re.compile(
    r"(?P<actor>[a-z][a-z0-9_]*)(?:\.(?P<first>[0-9]{1,9})(?:-(?P<last>[0-9]{1,9}))?)?"
    r":(?P<verb>[a-z][a-z0-9_]*)@(?P<when>[^,@:]+)"
)
_DIGITS = re.compile(r"[0-9]{1,9}")
_POISSON = re.compile(r"poisson\(([^()]*)\)")
_MOST_TIMES = 1_000_000
_MOST_SECONDS = 1e9
"""No time of a fault is later: thirty years, still exact in ns."""

NO_LIMIT = 1 << 62

ActorKind = Literal["part", "service", "proxy", "path", "clients"]
Lasting = Literal["never", "may", "must"]


@dataclass(frozen=True)
class Verb:
    """What can be done, to which kinds of actor, and whether it lasts until it is undone.

    One that `may` last, and is given no `for`, lasts until the trial's end.
    """

    name: str
    meaning: str
    works_on: tuple[ActorKind, ...]
    lasts: Lasting = "never"


@dataclass(frozen=True)
class Moment:
    """A time in seconds or, with `is_share`, a share of the window."""

    value: float
    is_share: bool = False

    def in_ns(self, window_ns: int) -> int:
        return round(self.value * (window_ns if self.is_share else 1e9))

    def __str__(self) -> str:
        return show(self.value, "%" if self.is_share else "s")


@dataclass(frozen=True)
class ActorName:
    """Whom a fault is done to: all of that name, one of them, or `first` to `last`."""

    name: str
    first: int | None = None
    last: int | None = None

    def __str__(self) -> str:
        if self.first is None:
            return self.name
        return f"{self.name}.{self.first}" + ("" if self.first == self.last else f"-{self.last}")


@dataclass(frozen=True)
class Fault:
    """One `--fault`: `at` or, drawn at random, `rate_per_s` says when it begins."""

    actor: ActorName
    verb: str
    at: Moment | None
    rate_per_s: float = 0.0
    lasts: Moment | None = None
    every: Moment | None = None
    times: int | None = None

    def __str__(self) -> str:
        when = self.at if self.at is not None else f"poisson({show(self.rate_per_s, '/s')})"
        more = {"for": self.lasts, "every": self.every, "times": self.times}
        options = "".join(f",{name}={value}" for name, value in more.items() if value is not None)
        return f"{self.actor}:{self.verb}@{when}{options}"


@dataclass(frozen=True)
class Planned:
    """One occurrence of a fault, in ns from t0; `end_ns` is None where nothing ends it."""

    fault: Fault
    begin_ns: int
    end_ns: int | None


@dataclass(frozen=True)
class FaultDone:
    """One occurrence as it was carried out, in ns from t0, beside its plan.

    `began_ns` is None where the trial ended before; `ended_ns` is when it was over,
    or undone.  `failure` says why it could not be done.
    """

    actor: str
    verb: str
    planned_begin_ns: int
    planned_end_ns: int | None
    began_ns: int | None = None
    ended_ns: int | None = None
    failure: str = ""
    first: int | None = None
    last: int | None = None

    @property
    def who(self) -> str:
        """The actor as a fault names it."""
        return str(ActorName(self.actor, self.first, self.last))

    @property
    def numbers(self) -> tuple[int, int]:
        """The least and the greatest number that it was done to."""
        return self.first or 0, NO_LIMIT if self.last is None else self.last


# --- from text to faults and back -----------------------------------------------------


def parse_faults(text: str) -> tuple[Fault, ...]:
    """Faults separated by spaces or `;`; UsageError where one is none, or stands twice."""
    faults = tuple(parse_fault(part) for part in re.split(r"[;\s]+", text) if part)
    for place, fault in enumerate(faults):
        if fault in faults[:place]:
            raise UsageError(f"--fault {fault}: given twice; give it once")
    return faults


def format_faults(faults: Sequence[Fault]) -> str:
    """The text that parses to these faults."""
    return SEPARATOR.join(str(fault) for fault in faults)


def parse_fault(text: str) -> Fault:
    """One fault; UsageError in one line where it is none."""
    head, *options = text.split(",")
    match = _HEAD.fullmatch(head)
    if match is None:
        raise UsageError(
            f"--fault {text}: not ACTOR:VERB@WHEN[,for=TIME][,every=TIME][,times=N]; "
            f"write e.g. {EXAMPLE}"
        )
    actor = _actor(match, text)
    # `path.1:path_down` and `path.1:down` are the same.
    verb = match["verb"].removeprefix(f"{actor.name}_")
    at, rate = _when(match["when"], text)
    named = _options(options, text)
    lasts, every = (
        _moment(named[key], f"--fault {text}: {key}") if key in named else None
        for key in ("for", "every")
    )
    times = _times(named["times"], text) if "times" in named else None
    _check_repeats(at, every, times, text)
    return Fault(actor, verb, at, rate, lasts, every, times)


def _actor(match: re.Match[str], text: str) -> ActorName:
    if match["first"] is None:
        return ActorName(match["actor"])
    first = int(match["first"])
    last = first if match["last"] is None else int(match["last"])
    if last < first:
        raise UsageError(
            f"--fault {text}: {first}-{last} is not a range; write the smaller number first"
        )
    return ActorName(match["actor"], first, last)


def _when(text: str, fault: str) -> tuple[Moment | None, float]:
    drawn = _POISSON.fullmatch(text)
    if drawn is None:
        return _moment(text, f"--fault {fault}: when"), 0.0
    rate = _as_shown(drawn[1], "/s", f"--fault {fault}: poisson")
    if not rate > 0:
        raise UsageError(f"--fault {fault}: the rate must be above 0; write poisson(0.1/s)")
    return None, rate


def _as_shown(text: str, unit: str, name: str) -> float:
    """The number to the digits that are shown, so that what is shown is what is done."""
    return quantity(show(quantity(text, unit, name), unit), unit, name)


def _moment(text: str, name: str) -> Moment:
    is_share = text.endswith("%")
    value = _as_shown(text, "%" if is_share else "s", name)
    if not 0 <= value <= (1 if is_share else _MOST_SECONDS):
        most = "0% to 100%" if is_share else "0s or more"
        raise UsageError(f"{name}={text}: not within the window; write {most}")
    return Moment(value, is_share)


def _options(parts: Sequence[str], text: str) -> dict[str, str]:
    named: dict[str, str] = {}
    for part in parts:
        key, equals, value = part.partition("=")
        if key in OPTIONS and not equals:
            raise UsageError(f"--fault {text}: {key} has no value; write it as {OPTIONS[key]}")
        if key not in OPTIONS:
            remedy = hints.meant(key, OPTIONS, "use for, every or times")
            raise UsageError(f"--fault {text}: unknown setting {key!r}; {remedy}")
        if key in named:
            raise UsageError(f"--fault {text}: {key} is given twice; give it once")
        named[key] = value
    return named


def _times(text: str, fault: str) -> int:
    if not _DIGITS.fullmatch(text) or not 1 <= int(text) <= _MOST_TIMES:
        raise UsageError(f"--fault {fault}: times={text}: write a whole number from 1, as times=5")
    return int(text)


def _check_repeats(at: Moment | None, every: Moment | None, times: int | None, text: str) -> None:
    if every is not None and at is None:
        raise UsageError(f"--fault {text}: poisson draws its own times; remove every")
    if every is not None and every.value == 0:
        raise UsageError(f"--fault {text}: every must be above 0; write e.g. every=2s")
    if times is not None and at is not None and every is None:
        raise UsageError(f"--fault {text}: times needs every; add e.g. every=2s")


# --- from faults to instants ----------------------------------------------------------


def timeline(faults: Sequence[Fault], window_ns: int, seed: int) -> list[Planned]:
    """All occurrences in order of time, each begun within [0, window).

    The seed decides the times of `poisson`.  UsageError where a fault has no place in
    the window.
    """
    planned = [one for fault in faults for one in _occurrences(fault, window_ns, seed)]
    return sorted(planned, key=lambda one: one.begin_ns)


def _occurrences(fault: Fault, window_ns: int, seed: int) -> list[Planned]:
    lasts_ns = None if fault.lasts is None else fault.lasts.in_ns(window_ns)
    if fault.at is None:
        begins = _drawn(fault, window_ns, seed)
        ends = [None if lasts_ns is None else min(b + lasts_ns, window_ns) for b in begins]
        # One that would begin while the one before still holds is left out.
        kept, free_ns = [], 0
        for begin, end in zip(begins, ends, strict=True):
            if begin >= free_ns:
                kept.append(Planned(fault, begin, end))
                free_ns = begin if end is None else end
        return kept
    begins = _regular(fault, fault.at.in_ns(window_ns), window_ns)
    if lasts_ns is None:
        return [Planned(fault, begin, None) for begin in begins]
    if len(begins) > 1 and lasts_ns > begins[1] - begins[0]:
        raise UsageError(f"--fault {fault}: lasts longer than every={fault.every}; shorten for")
    if begins[-1] + lasts_ns > window_ns:
        raise UsageError(
            f"--fault {fault}: ends {show((begins[-1] + lasts_ns) / 1e9, 's')} after the window's "
            f"beginning; the window is duration={show(window_ns / 1e9, 's')}"
        )
    return [Planned(fault, begin, begin + lasts_ns) for begin in begins]


def _regular(fault: Fault, first_ns: int, window_ns: int) -> list[int]:
    """The given time, and each `every` after it: so many `times`, or as many as fit."""
    every_ns = max(1, window_ns if fault.every is None else fault.every.in_ns(window_ns))
    fitting = math.ceil((window_ns - first_ns) / every_ns)
    asked = 1 if fault.every is None else fault.times
    count = fitting if asked is None else asked
    last_ns = first_ns + (count - 1) * every_ns
    if count < 1 or last_ns >= window_ns:
        raise UsageError(
            f"--fault {fault}: begins {show(last_ns / 1e9, 's')} after the window's beginning; "
            f"the window is duration={show(window_ns / 1e9, 's')}"
        )
    if count > _MOST_TIMES:
        raise UsageError(
            f"--fault {fault}: {count} times within the window; name a longer every, or times=5"
        )
    return [first_ns + place * every_ns for place in range(count)]


def _drawn(fault: Fault, window_ns: int, seed: int) -> list[int]:
    """The times of a Poisson process over the window, the same for the same seed."""
    chance = random.Random(f"{seed}/{fault}")
    begins: list[int] = []
    now_s = chance.expovariate(fault.rate_per_s)
    while now_s * 1e9 < window_ns and len(begins) < (fault.times or _MOST_TIMES):
        begins.append(int(now_s * 1e9))
        now_s += chance.expovariate(fault.rate_per_s)
    return begins
