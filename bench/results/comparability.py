"""Whether two runs may be put side by side: what must agree, what differs, and where.

Reads run files only.  Must not know what was measured nor how it is compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

from bench.adaptive import precision
from bench.adaptive.precision import GroupKey
from bench.model.errors import UsageError
from bench.model.records import Identity, RunFile
from bench.model.trial import Trial
from bench.results.environment import COMPARABLE

ABSENT = "absent"
MOST_NAMED = 6
OLD_FORM = "code: recorded in the old form"

Kind = Literal["value", "file", "version", "note"]


@dataclass(frozen=True)
class Difference:
    """What must agree and does not, with both values and where it was found (by place, else "")."""

    key: str
    a: str
    b: str
    where: tuple[str, ...] = ()
    kind: Kind = "value"

    @property
    def text(self) -> str:
        if self.kind == "note":
            return self.key
        if self.kind == "version":
            return f"{self.key} {self.a} / {self.b}"
        if self.kind == "file":
            verb = {self.a: "added", self.b: "removed"}.get(ABSENT, "changed")
            return f"{self.key} {verb}"
        return f"{self.key} ({self.a} / {self.b})"


class Pair(NamedTuple):
    """Something that must agree: its value in each of two runs, and the place it belongs to."""

    key: str
    a: object
    b: object
    where: str = ""
    kind: Kind = "value"


def differences(a: RunFile, b: RunFile) -> list[Difference]:
    """In what the runs differ though they must not, of what both have measured.

    Seeds and numbers of repeats may differ: that is what makes them two runs.
    """
    return _differing(_pairs(a, b))


class Recorded(Protocol):
    """Whatever says where and with which code a run was made."""

    @property
    def environment(self) -> Mapping[str, Any]: ...

    @property
    def code(self) -> Mapping[str, Identity]: ...


def changes_since(
    run: Recorded, environment: Mapping[str, object], code: Mapping[str, Identity]
) -> list[Difference]:
    """What has changed since a run was made, of what trials of one run must share.

    `environment` and `code` (by pattern id) are those of now.
    """
    pairs = [Pair(key, run.environment.get(key), environment.get(key)) for key in COMPARABLE]
    for name, now in code.items():
        pairs += _of_code(run.code.get(name), now, name)
    return _differing(pairs)


def check_comparable(
    a: Sequence[RunFile], b: Sequence[RunFile], allow_unlike: bool
) -> list[Difference]:
    """The differences of all runs of two sides from the first; UsageError where there are any,
    unless they are allowed.

    Runs that share nothing cannot be compared at all.
    """
    found: dict[Difference, None] = {}
    for other in [*a[1:], *b]:
        if not shared_places(a[0], other):
            raise UsageError(
                "the runs share no pattern at the same level; measure the same patterns in both"
            )
        found |= dict.fromkeys(differences(a[0], other))
    if found and not allow_unlike:
        raise UsageError(
            f"unlike runs: {listed([*found])}; repeat one of them, or add --allow-unlike"
        )
    return list(found)


def listed(found: Sequence[Difference]) -> str:
    """The first differences in one line, and how many more there are."""
    names = ", ".join(entry.text for entry in found[:MOST_NAMED])
    return f"{names} and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else names


def shared_places(a: RunFile, b: RunFile) -> list[GroupKey]:
    """Patterns with their levels that both runs planned, in the order of the first."""
    others = {precision.group_key(trial) for trial in b.trials}
    places = dict.fromkeys(precision.group_key(trial) for trial in a.trials)
    return [place for place in places if place in others]


def _differing(pairs: Iterable[Pair]) -> list[Difference]:
    found: dict[tuple[str, str, str, Kind], list[str]] = {}
    for pair in pairs:
        key = pair.key, _shown(pair.a), _shown(pair.b), pair.kind
        if pair.a != pair.b and key[1] != key[2]:  # an empty value is as good as none
            found.setdefault(key, []).append(pair.where)
    return [
        Difference(key, a, b, tuple(dict.fromkeys(filter(None, places))), kind)
        for (key, a, b, kind), places in found.items()
    ]


def _pairs(a: RunFile, b: RunFile) -> Iterator[Pair]:
    """All that must agree, with both values and the place it belongs to."""
    yield Pair("results version", a.version, b.version)
    yield Pair("workers", a.workers, b.workers)
    yield Pair("hosts", len(a.hosts), len(b.hosts))
    for key in COMPARABLE:
        yield from _nested(key, a.environment.get(key), b.environment.get(key), "")
    for letter, run in (("A", a), ("B", b)):
        for words in run.unlike:
            yield Pair(f"{letter} was continued though unlike: {words}", "", words, "", "note")
    places = shared_places(a, b)
    for pattern in dict.fromkeys(place[0] for place in places):
        x, y = a.code.get(pattern), b.code.get(pattern)
        yield from _of_code(x, y, pattern) if x or y else _of_old_code(a, b, pattern)
    of_a, of_b = _models(a), _models(b)
    for place in places:
        name = " ".join([place[0], *(f"{key}={value}" for key, value in place[1])])
        yield from _nested("load", of_a[place].load, of_b[place].load, name)


def _of_code(x: Identity | None, y: Identity | None, pattern: str) -> Iterator[Pair]:
    """The files and versions on which a pattern's numbers depend."""
    if x is None or y is None:
        yield Pair(OLD_FORM, x is None, y is None, pattern, "note")
        return
    for path in dict.fromkeys([*x.files, *y.files]):
        yield Pair(path, x.files.get(path), y.files.get(path), pattern, "file")
    for name in dict.fromkeys([*x.versions, *y.versions]):
        yield Pair(name, x.versions.get(name), y.versions.get(name), pattern, "version")


def _of_old_code(a: RunFile, b: RunFile, pattern: str) -> Iterator[Pair]:
    """Two runs of before: one hash over all code of a pattern, and a fixed list of packages."""
    x, y = (run.patterns[pattern].code_hash if pattern in run.patterns else "" for run in (a, b))
    yield Pair(f"code of {pattern}", x[:12], y[:12], pattern)
    yield from _nested("packages", a.environment.get("packages"), b.environment.get("packages"), "")


def _nested(key: str, x: object, y: object, where: str) -> Iterator[Pair]:
    """A mapping's entries one by one: `packages.numpy`."""
    if not (isinstance(x, Mapping) and isinstance(y, Mapping)):
        yield Pair(key, x, y, where)
        return
    for name in dict.fromkeys([*x, *y]):
        yield Pair(f"{key}.{name}", x.get(name), y.get(name), where)


def _models(run: RunFile) -> dict[GroupKey, Trial]:
    """One trial that stands for each place."""
    return {precision.group_key(trial): trial for trial in run.trials}


def _shown(value: object) -> str:
    return ABSENT if value is None or value == "" else str(value)
