"""A machine's constants: what the trials that calibrate laws have shown of it, once for all.

Must not know any experiment, nor how they were measured or are kept.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from bench.model.law import Law


@dataclass(frozen=True)
class Constant:
    """A metric (`fact`, in its unit) of a pattern's calibration trials, with its interval.

    `low` and `high` are None where one trial stands alone.
    """

    pattern: str
    calibration: str
    fact: str
    value: float
    low: float | None
    high: float | None
    trials: int

    @property
    def key(self) -> tuple[str, str]:
        """Its pattern, and the name by which a law reads it."""
        return self.pattern, f"{self.calibration}.{self.fact}"


@dataclass(frozen=True)
class Constants:
    """Those of one experiment on one machine, with where they come from.

    `machine` are the facts by which a machine is known; `code` is a digest of what was measured.
    `missing` says which patterns or trials have none, and why.
    """

    version: int
    experiment: str
    machine: dict[str, str]
    created: str
    run: str
    seed: int
    code: str
    constants: list[Constant]
    missing: dict[str, str] = field(default_factory=dict)

    @cached_property
    def by_key(self) -> Mapping[tuple[str, str], Constant]:
        return {one.key: one for one in self.constants}

    def of(self, pattern: str, laws: Sequence[Law]) -> dict[str, Constant]:
        """Those that laws of a pattern read, by the name by which they read them."""
        found = {}
        for law in laws:
            for calibration in law.calibration:
                source = calibration.pattern or pattern
                for fact in calibration.facts:
                    name = calibration.key(fact)
                    one = self.by_key.get((source, name))
                    if one is not None and not math.isnan(one.value):
                        found[name] = one
        return found
