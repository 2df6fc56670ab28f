"""One message from those of several load processes: each field says how it combines.

    class ClientCounters(Struct):
        connected: Annotated[int, total]

Must not know what any field means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar, get_type_hints

from msgspec import Struct

from bench.model.readings import Wire, total_wire

T = TypeVar("T")
S = TypeVar("S", bound=Struct)
N = TypeVar("N", int, float)

Rule = Callable[[Sequence[Any]], Any]


def total(values: Sequence[N]) -> N:
    """What each did apart from the others."""
    return sum(values)


def total_known(values: Sequence[int | None]) -> int | None:
    """The sum of those that have a number; None where none has."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def joined(values: Sequence[list[T]]) -> list[T]:
    """What each has to say, one after the other."""
    return [entry for value in values for entry in value]


def first_known(values: Sequence[T | None]) -> T | None:
    """What only one of them knows, or all alike."""
    return next((value for value in values if value is not None), None)


def first_word(values: Sequence[str]) -> str:
    """The first that is not empty."""
    return next(filter(None, values), "")


def greatest_by_name(values: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Facts by name: of numbers the greatest, of words the first."""
    found: dict[str, Any] = {}
    for value in values:
        for name, fact in value.items():
            known = found.setdefault(name, fact)
            if isinstance(fact, int | float) and isinstance(known, int | float):
                found[name] = max(known, fact)
    return found


def total_by_name(values: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Counters of one name are added."""
    names = dict.fromkeys(name for value in values for name in value)
    return {name: sum(value.get(name, 0.0) for value in values) for name in names}


def total_by_mark(values: Sequence[Mapping[str, Wire]]) -> dict[str, Wire]:
    """Sockets counted at the same marks by each that counts any."""
    marks = dict.fromkeys(mark for value in values for mark in value)
    return {mark: total_wire([value[mark] for value in values if mark in value]) for mark in marks}


@cache
def rules_of(kind: type[Struct]) -> Mapping[str, Rule]:
    """The rule of each field; TypeError where a field has none."""
    hints = get_type_hints(kind, include_extras=True)
    rules = {}
    for name in kind.__struct_fields__:
        found = [one for one in getattr(hints[name], "__metadata__", ()) if callable(one)]
        if len(found) != 1:
            raise TypeError(f"{kind.__name__}.{name} does not say how it combines")
        rules[name] = found[0]
    return rules


def combine(messages: Sequence[S]) -> S:
    """One message that speaks for all of them, which are of one kind."""
    kind = type(messages[0])
    return kind(
        **{
            name: rule([getattr(message, name) for message in messages])
            for name, rule in rules_of(kind).items()
        }
    )
