"""One execution of a pattern under a load, before it is run.

Must not know how it is run or stored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_UNSAFE = re.compile(r"[^A-Za-z0-9_.+]+")
LONGEST_SLUG = 48


@dataclass(frozen=True)
class Trial:
    """One execution to be done: a pattern under a load, with its seed.

    `level` holds the swept values by public name; `load` every value by
    field name, in base units.  One that `calibrates` supplies facts for laws, and is not
    compared with others.  `replaces` is the number of a trial that the machine disturbed, and
    in whose place this one stands.
    """

    number: int
    pattern: str
    level: Mapping[str, Any]
    repeat: int
    seed: int
    load: Mapping[str, Any]
    calibrates: bool = False
    replaces: int | None = None

    @property
    def folder(self) -> str:
        # Plans are read from files of others too: no word may lead out of the run's folder.
        words = [f"{self.number:04d}", slug(self.pattern.replace("/", "."))]
        words += ["calibration"] if self.calibrates else []
        words += [f"{slug(name)}={slug(str(value))}" for name, value in self.level.items()]
        return "-".join([*words, f"r{self.repeat}"])


def slug(text: str) -> str:
    """A text as a short part of a folder's name; the number before it makes the name unique."""
    return _UNSAFE.sub("-", text)[:LONGEST_SLUG].strip("-")
