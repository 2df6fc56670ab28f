"""Contenders that take turns, so that what drifts on the machine drifts for all of them.

Must not know what they do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from rich.console import Console
from rich.text import Text

from bench.model.errors import TrialFailed

T = TypeVar("T")


def taking_turns(
    contenders: Mapping[str, Callable[[], T]], repeats: int, optional: str, console: Console
) -> Iterator[tuple[int, str, T]]:
    """(turn from 1, name, what it reached), the order reversed from turn to turn.

    The one named `optional` ("" for none) may fail: it says why, and takes no further part.
    """
    left = dict(contenders)
    for turn in range(1, repeats + 1):
        names = list(left)
        for name in names if turn % 2 else reversed(names):
            try:
                found = left[name]()
            except TrialFailed as failure:
                if name != optional:
                    raise
                console.print(Text(f"{name} takes no part: {failure}"))
                del left[name]
            else:
                yield turn, name, found
