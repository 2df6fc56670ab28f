"""The parts of a soak, found by their files: part_*.py beside this one.

A part says what it draws and does one case at a time:

    TITLE = "..."                    its line in the summary
    NAMESPACES = ("--mount",)        optional: the namespaces of their own that its cases run in
    LONG = True                      optional: its cases take long, so they begin before others
    def plan(options, candidates)    its cases as words, pure: the same each time
    def run(case, place) -> Outcome  one case; `place` is an empty folder of its own

Must not know any of them.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol, cast

from bench.tools import soak
from bench.tools.soak.case import Candidate, Case, Options, Outcome

PREFIX = "part_"


class Part(Protocol):
    """A module as above."""

    TITLE: str

    def plan(
        self, options: Options, candidates: Sequence[Candidate]
    ) -> Sequence[dict[str, Any]]: ...
    def run(self, case: Case, place: Path) -> Outcome: ...


@cache
def parts() -> dict[str, Part]:
    """The parts by name, in the order of their files."""
    names = [found.name for found in pkgutil.iter_modules(soak.__path__)]
    return {
        name.removeprefix(PREFIX): cast("Part", importlib.import_module(f"{soak.__name__}.{name}"))
        for name in names
        if name.startswith(PREFIX)
    }


def namespaces_of(name: str) -> tuple[str, ...]:
    """The namespaces that a part's cases need of their own, as options of `unshare`."""
    return tuple(getattr(parts().get(name), "NAMESPACES", ()))


def planned(
    options: Options, candidates: Sequence[Candidate], only: Sequence[str] = ()
) -> list[Case]:
    """All cases of all parts, or of some, in the order in which they begin."""
    asked = [name for name in parts() if not only or name in only]
    return [
        Case(name, number, words)
        for name in sorted(asked, key=lambda name: not getattr(parts()[name], "LONG", False))
        for number, words in enumerate(parts()[name].plan(options, candidates))
    ]
