"""Whether everything arrived that was owed, in a sentence or two.

Levels are not mixed: what was lost is said of the level at which it was, and a load that itself
makes outcomes go missing is counted with no other.  Knows no experiment: which loads these are,
the experiment says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.analysis.evaluated import ExperimentResult, Group, Level
from reports.numbers import listed
from reports.sweeps import distinguish

MOST_NAMED = 4


@dataclass(frozen=True)
class Lost:
    """What one pattern lost at one level, of what was owed there."""

    title: str
    level: Level
    lost: int
    owed: int


def completeness(result: ExperimentResult) -> str:
    """Whether everything owed arrived; nothing where nothing was owed."""
    groups = [group for group in result.groups if group.used and group.deliveries.owed]
    meant = [group for group in groups if is_meant_to_lose(result, group)]
    counted = [group for group in groups if group not in meant]
    words = [text for text in (_counted(result, counted), _left_out(result, meant)) if text]
    return " ".join(words)


def is_meant_to_lose(result: ExperimentResult, group: Group) -> bool:
    """Whether the load itself makes outcomes go missing: a fault, or a policy that drops them."""
    return result.experiment.gives_up_after_s(group.load) is not None


def _counted(result: ExperimentResult, groups: Sequence[Group]) -> str:
    owed = sum(group.deliveries.owed for group in groups)
    if not owed:
        return ""
    found = [
        Lost(result.pattern(one.pattern).title, one.level, lost, one.deliveries.owed)
        for one in groups
        if (lost := one.deliveries.lost)
    ]
    if not found:
        at = _at_all(result, groups)
        return result.worded(f"All {owed:,} {{owed}} {{outcomes}} {{arrived}}{at}.")
    found.sort(key=lambda one: -one.lost / one.owed)
    words = [_lost(result, one) for one in found[:MOST_NAMED]]
    if more := len(found) - MOST_NAMED:
        words += [f"{more} more"] if more > 0 else []
    return f"{result.worded('Not all {outcomes} {arrived}')}: {listed(words)}."


def _lost(result: ExperimentResult, one: Lost) -> str:
    at = f" at {one.level.text}" if one.level.text else ""
    return f"{one.title} {result.experiment.noun.lost} {one.lost:,} of {one.owed:,}{at}"


def _at_all(result: ExperimentResult, groups: Sequence[Group]) -> str:
    """ ", at all 21 levels"; nothing where there is one."""
    count = len({group.level.text for group in groups})
    if len(result.levels) == 1:
        return ""
    return (
        f", at all {count} levels"
        if count == len(result.levels)
        else f", at {count} level{'s' * (count != 1)}"
    )


def _left_out(result: ExperimentResult, groups: Sequence[Group]) -> str:
    """The levels that the first sentence does not count, by what they have for themselves."""
    levels = list({group.level.text: group.level for group in groups}.values())
    if not levels:
        return ""
    _, texts = distinguish(result, levels)
    words = [texts[level] for level in levels]
    if len(words) == 1 and not words[0]:
        return result.worded("The load itself makes {outcomes} go missing, so none is counted.")
    more = [f"{len(words) - MOST_NAMED} more"] if len(words) > MOST_NAMED else []
    named = "; ".join([*words[:MOST_NAMED], *more])
    return result.worded(
        f"Not counted: {'levels' if len(words) > 1 else 'the level'} at which the load itself "
        f"makes {{outcomes}} go missing ({named})."
    )
