"""What every rule is, how several of them make one claim, and how wide a band may be.  Pure.

Knows no rule of its own and no experiment.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.verdicts.evidence import Cell, Evidence, distinguishing
from bench.verdicts.hypotheses import Examined, Hypothesis, conclude, merged
from bench.verdicts.intervals import Ends
from bench.verdicts.judgement import NOT_MEASURED, Judgement
from bench.verdicts.spreads import Centred, Spread, Widest

Where = Mapping[str, Any]


class Rule(ABC):
    """Judges evidence; `text` says in words what it asks for."""

    @property
    @abstractmethod
    def text(self) -> str: ...

    @abstractmethod
    def examine(self, evidence: Evidence) -> Examined: ...

    def judge(self, evidence: Evidence) -> Judgement:
        """The verdict of this rule alone, all its hypotheses as one family."""
        return conclude(self.examine(evidence))


@dataclass(frozen=True)
class AllOf(Rule):
    """Several rules of one claim; their parts are one family."""

    rules: tuple[Rule, ...]

    @property
    def text(self) -> str:
        return "; ".join(dict.fromkeys(rule.text for rule in self.rules))

    def examine(self, evidence: Evidence) -> Examined:
        return merged([rule.examine(evidence) for rule in self.rules])


@dataclass(frozen=True)
class Band:
    """How far a measured value may be from its law's, as a share of it, either way.

    10 % unless the claim states another one and why.
    """

    share: float = 0.1
    why: str = ""

    def __post_init__(self) -> None:
        if self.share != Band.share and not self.why:
            raise ValueError(f"a band of {self.share:.0%} needs its reason")

    def around(self, centre: float) -> Ends:
        return centre * (1 - self.share), centre * (1 + self.share)


def at_each(
    cells: Sequence[Cell], where: Where, one: Callable[[Cell, str], Hypothesis | Judgement]
) -> Examined:
    """What is found in every cell, told where it lies among them; all must hold."""
    names = distinguishing(cells, where)
    return merged([one(cell, cell.at(names)) for cell in cells] or [NOT_MEASURED])


def values_of(spread: Spread, values: Sequence[float]) -> Sequence[float]:
    """The values to which the trimmed mean is compared: none where trials do not differ."""
    return values if isinstance(spread, Centred | Widest) else ()
