"""TOML that a user wrote, as values; whatever it does to a parser, the error is one line.  Pure.

Knows nothing of what is asked for in it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

from bench.model.errors import UsageError

LARGEST = 1 << 63
"""TOML's own bound of whole numbers."""


def content_of(text: str) -> dict[str, Any]:
    """What the text says; UsageError with the reason and the remedy, without the file."""
    try:
        content = tomllib.loads(text)
    except RecursionError:
        raise UsageError("not TOML (nested too deeply); correct the file") from None
    except ValueError as error:  # numbers of thousands of digits, too
        words = " ".join(str(error).split())
        raise UsageError(f"not TOML ({words}); correct the file") from None
    if any(not -LARGEST <= number < LARGEST for number in _whole_numbers(content)):
        raise UsageError("a whole number of more than 64 bits; correct the file")
    return content


def _whole_numbers(value: Any) -> Iterator[int]:
    if isinstance(value, int):
        yield value
    elif isinstance(value, list | dict):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _whole_numbers(one)
