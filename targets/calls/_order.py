"""The order that every pattern of `calls` answers with: the same lines, whatever carries them.

Knows no format.  A line takes LINE_BYTES as raw bytes, so that a payload is a number of lines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

ORDER = 1
"""The number of the one order that there is."""

Line = Mapping[str, Any]
Values = tuple[Any, ...]
"""What a program wants of one line: the values of the fields that it needs, in their order."""

KINDS: Mapping[str, type] = {
    "sku": str,
    "title": str,
    "quantity": int,
    "price_cents": int,
    "tax": float,
    "weight_g": int,
    "warehouse": str,
    "in_stock": bool,
    "ships_on": str,
    "note": str,
}
FIELDS = tuple(KINDS)


def needed(count: int) -> tuple[str, ...]:
    """The fields that a program needs, where it needs so many of them."""
    return FIELDS[:count]


def lines(count: int) -> list[dict[str, Any]]:
    """The lines of the order; what text they hold is of a fixed length."""
    return [_line(number) for number in range(count)]


def _line(number: int) -> dict[str, Any]:
    return {
        "sku": f"SKU-{number:08}",
        "title": f"Article {number * 7919 % 10**16:016}",
        "quantity": 1 + number % 9,
        "price_cents": 99 + number * 37 % 100_000,
        "tax": (5 + number % 15) / 100,
        "weight_g": 50 + number * 11 % 30_000,
        "warehouse": f"WH-{number % 100_000:05}",
        "in_stock": number % 3 != 0,
        "ships_on": f"2026-{1 + number % 12:02}-{1 + number % 28:02}",
        "note": f"leave at door {number % 10**11:011}",
    }


def values_of(order: Sequence[Line], fields: Sequence[str]) -> list[Values]:
    """What a program must find in the answer."""
    return [tuple(line[name] for name in fields) for line in order]


def picking(getter: Callable[..., Any], fields: Sequence[str]) -> Callable[[Any], Values]:
    """A function from a line to its values; `getter` is itemgetter or attrgetter.

    They give a bare value for a single field.
    """
    picked = getter(*fields)
    if len(fields) > 1:
        return picked  # type: ignore[no-any-return]
    return lambda line: (picked(line),)
