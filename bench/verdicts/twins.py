"""The rule for a tool held against itself: how often it finds a difference that is none.  Pure.

Levels that differ only in a parameter which a pattern never reads are twins: the same thing,
measured again.  Knows no experiment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.model.metric import Counts
from bench.model.records import AA_PAIRS
from bench.stats.two_samples import compare, holm
from bench.verdicts.evidence import Cell, Evidence, families_of, where_words
from bench.verdicts.hypotheses import NEEDED, Examined, hypothesis_of, merged
from bench.verdicts.judgement import Judgement
from bench.verdicts.ratios import Pairs
from bench.verdicts.rule import Rule, Where
from bench.verdicts.spreads import Exact

FALSE = ("lower", "higher")
"""What cannot be true of a pattern against itself."""


HISTORY = "bench calibrate --aa-runs 40"


@dataclass(frozen=True)
class NoDifferenceBetweenRuns(Rule):
    """Of the pairs of runs of one pattern in the machine's A/A history, at most a share differ.

    A pair differs where any of its metrics does, after Holm's correction.  The share has
    Clopper's and Pearson's interval.
    """

    pattern: str
    metric: str
    at_most: float = 0.05

    @property
    def text(self) -> str:
        return (
            f"{self.pattern}: at most {self.at_most:.0%} of the pairs of runs in this machine's "
            "A/A history falsely differ"
        )

    def examine(self, evidence: Evidence) -> Examined:
        counted = evidence.history.get(AA_PAIRS)
        if counted is None:
            words = f"this machine had no A/A history when the run was made; {HISTORY} makes one"
            return merged([Judgement("not measured", words)])
        return merged(
            [
                hypothesis_of(
                    "false verdicts",
                    self.metric,
                    self.pattern,
                    Exact(counted, int(counted.of)),
                    f"{counted.hits:g} of {counted.of:g} pairs of runs falsely differ",
                    wanted=(0.0, self.at_most),
                )
            ]
        )


@dataclass(frozen=True)
class NoDifference(Rule):
    """Of all verdicts on twins, at most a share are false.

    Each two neighbouring levels are compared as a report compares two patterns: repeat by repeat,
    with Holm's correction over the metrics.  No level is in two comparisons.  The share has
    Clopper's and Pearson's interval.
    """

    metrics: tuple[str, ...]
    patterns: tuple[str, ...]
    over: str
    at_most: float = 0.05
    where: Where = field(default_factory=dict)

    @property
    def words(self) -> str:
        return f"at most {self.at_most:.0%} of the verdicts on a pattern against itself are false"

    @property
    def text(self) -> str:
        names, metrics = ", ".join(self.patterns), ", ".join(self.metrics)
        return f"{names}: {self.words} (levels of {self.over}; {metrics}){where_words(self.where)}"

    def examine(self, evidence: Evidence) -> Examined:
        found = [
            verdict
            for name in self.patterns
            for cells in families_of(evidence.find(name, self.where), self.over)
            for one, other in zip(cells[::2], cells[1::2], strict=False)
            for verdict in self._verdicts(one, other)
        ]
        if not found:
            return merged([Judgement("not measured", f"the run has no two levels of {self.over}")])
        false = sum(verdict in FALSE for verdict in found)
        return merged(
            [
                hypothesis_of(
                    "false verdicts",
                    self.metrics[0],
                    ", ".join(self.patterns),
                    Exact(Counts(false, len(found), "share"), NEEDED),
                    f"{false} of {len(found)} verdicts are false",
                    wanted=(0.0, self.at_most),
                )
            ]
        )

    def _verdicts(self, one: Cell, other: Cell) -> Sequence[str]:
        """What a report would say of each metric; nothing where there are too few repeats."""
        pairs = [Pairs.of(one, other, metric) for metric in self.metrics]
        made = [compare(each.mine, each.theirs, paired=True) for each in pairs]
        known = [entry for entry in made if entry.has_interval and min(entry.trials) >= NEEDED]
        corrected = holm([entry.p_value for entry in known])
        return [entry.verdict_at(p) for entry, p in zip(known, corrected, strict=True)]
