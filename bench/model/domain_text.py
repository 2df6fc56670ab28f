"""What a domain holds for, and where a load lies outside it, in words.  Pure."""

from __future__ import annotations

from typing import Any

from bench.model.domain import Domain, Either, Free, Range, Template, Wanted
from bench.model.load import Load, Parameter
from bench.model.units import show


def wanted_words(wanted: Wanted, parameter: Parameter) -> str:
    """`20ms to 2s`; `poisson or constant`; `rtt={rtt}ms with rtt 5 to 100`."""
    match wanted:
        case Range():
            low, high = (show(end, parameter.unit) for end in (wanted.low, wanted.high))
            return low if low == high else f"{low} to {high}"
        case Either():
            words = (wanted_words(one, parameter) for one in (wanted.range, wanted.values))
            return " or ".join(words)
        case Template():
            ranges = (f"{name} {one.low:g} to {one.high:g}" for name, one in wanted.ranges.items())
            return f"`{wanted.text}` with {' and '.join(ranges)}"
        case Free():
            return "any"
    return " or ".join(show(value, parameter.unit) for value in wanted)


def outside(domain: Domain, load: Load[Any]) -> list[str]:
    """Each part of a load that does not lie in the domain: its value, and for what the law holds.

    Conditions between parameters are only asked where each parameter by itself lies within.
    """
    found = []
    for parameter in domain.strangers(load):
        value = getattr(getattr(load, parameter.section), parameter.attribute)
        wanted = domain.load.get(parameter.name, (parameter.default,))
        found.append(
            f"{parameter.name}={show(value, parameter.unit) or 'nothing'} "
            f"(they hold for {wanted_words(wanted, parameter) or 'nothing'})"
        )
    if not found:
        found = [
            f"a condition is not met: {one.text}" for one in domain.where if not one.holds(load)
        ]
    return found
