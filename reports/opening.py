"""What a report opens with: who is first and by how much, then what is not decided.  Pure.

The experiment supplies the words (bench.model.answer), the run the numbers: a comparison is said
only where it is decided among all that the opening compares (bench.verdicts.contrasts), and a
turning point only where a claim found one.  Knows no experiment.
"""

from __future__ import annotations

import dataclasses
import math
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.analysis.evaluated import Evaluated, ExperimentResult, JudgedClaim
from bench.analysis.judging import evidence_of
from bench.model.answer import Answer, Contrast
from bench.verdicts.contrasts import decided, difference
from bench.verdicts.evidence import Cell, Evidence
from reports.claims_section import title_of
from reports.numbers import listed, sentence_case
from reports.opening_sentences import Compared, level_words, open_words, sentence, turn_words
from reports.opening_words import Names

MOST_SENTENCES = 3
SINGLE = (
    "Each value comes from a single trial and has no interval, so nothing is compared. "
    "Add --repeats 3."
)


@dataclass(frozen=True)
class Opening:
    """The sentences, the last line on what is open ("" for nothing), and repeats for that."""

    sentences: tuple[str, ...]
    open: str = ""
    repeats: int = 0

    @property
    def lines(self) -> list[str]:
        return [*self.sentences, *([self.open] if self.open else [])]


def opening(result: ExperimentResult) -> list[str]:
    """At most three sentences and one line on what is open; none where nothing is compared."""
    found = opening_of(result)
    missing = _without_trials(result)
    last = " ".join(part for part in (found.open, missing) if part)
    return [*found.sentences, *([last] if last else [])]


def opening_of(result: ExperimentResult) -> Opening:
    names = Names(
        lambda name: title_of(result, name),
        lambda key: result.metric(key).title,
        lambda key: result.metric(key).unit,
        lambda key: result.metric(key).better,
    )
    answer = answer_of(result)
    compared = [pattern.name for pattern in result.patterns if pattern.compared]
    cells = [cell for cell in evidence_of(result).cells if cell.pattern in compared]
    keys = [one.metric for one in answer.contrasts]
    with_quantiles = [_with_quantiles(result, cell, keys) for cell in cells]
    return said(answer, Evidence(with_quantiles, {}), result.claims, names)


def _with_quantiles(result: ExperimentResult, cell: Cell, keys: Sequence[str]) -> Cell:
    """Percentiles that all trials together carry, as each of them has it."""
    groups = (group for group in result.groups if group.load is cell.typed_load)
    group = next(one for one in groups if one.pattern == cell.pattern)
    carried = [key for key in keys if not math.isnan(group.estimates[key].value)]
    trials = {
        one.record.trial.repeat: {key: one.value(key) for key in carried} for one in group.used
    }
    merged = {repeat: {**values, **trials[repeat]} for repeat, values in cell.trials.items()}
    return dataclasses.replace(cell, trials=merged)


def answer_of(result: ExperimentResult) -> Answer:
    """The experiment's own words, or plain ones for the metrics of its trade-off."""
    if result.experiment.answer is not None:
        return result.experiment.answer
    pairs = result.experiment.tradeoff
    keys = [*(y for _, y in pairs), *(x for x, _ in pairs)] or [*result.experiment.headline[:2]]
    return Answer(tuple(_plain(result, key) for key in dict.fromkeys(keys)))


def _plain(result: ExperimentResult, key: str) -> Contrast:
    title = result.metric(key).title
    rest = f"[has|have] {{times}} times the {title}"
    return Contrast(key, (), "", has=f"[has|have] a {title} of {{value}}", rest=rest)


def settling(result: ExperimentResult, command: str) -> str:
    """The command that would decide what is open; "" where nothing is, or nothing would."""
    repeats = opening_of(result).repeats
    if not repeats:
        return ""
    return shlex.join([*_without(shlex.split(command)), "--repeats", str(repeats)])


def _without(words: Sequence[str]) -> list[str]:
    """A command without its own repeats and seed."""
    kept, skips = [], False
    for word in words:
        if not skips and not word.startswith(("--repeats=", "--seed=")):
            skips = word in ("--repeats", "--seed")
            kept += [] if skips else [word]
        else:
            skips = False
    return kept


def settling_of(evaluated: Evaluated) -> str:
    """The same for a run: of its first experiment that has something open."""
    found = (settling(result, evaluated.file.command) for result in evaluated.experiments)
    return next((one for one in found if one), "")


def _without_trials(result: ExperimentResult) -> str:
    """Patterns that were tried and have no trial that can be used."""
    tried = {name for name, _ in result.grid}
    used = {pattern.name for pattern in result.measured}
    names = [one.title for one in result.patterns if one.name in tried - used]
    return f"No usable trial: {listed(names)}." if names else ""


def said(
    answer: Answer, evidence: Evidence, claims: Sequence[JudgedClaim], names: Names
) -> Opening:
    """The sentences: what differs at one level, where it turns, and what is open."""
    cells = spoken_of(answer, evidence)
    if cells and len(cells) > 1 and max(len(cell.trials) for cell in cells) < 2:
        return Opening((SINGLE,))
    compared = compare(answer, cells)
    lines = [line for one in compared if (line := sentence(one, names))]
    turns = [words for one in answer.says if (words := turn_words(one, claims))]
    if turns:
        lines = [*lines[: MOST_SENTENCES - 1], listed(turns)]
    lines = [f"{sentence_case(line)}." for line in lines[:MOST_SENTENCES]]
    if lines and (level := level_words(answer, cells[0]) if compared else ""):
        lines[0] = level + lines[0]
    words, repeats = open_words(compared, names)
    return Opening(tuple(lines), words, repeats)


def spoken_of(answer: Answer, evidence: Evidence) -> list[Cell]:
    """The cells of the one load that the answer is about: where most can be compared, and of
    these the one with most of the wanted values.
    """
    loads: list[Mapping[str, Any]] = []
    for cell in evidence.cells:
        if cell.load not in loads:
            loads.append(cell.load)
    groups = [[cell for cell in evidence.cells if cell.load == load] for load in loads]
    return max(groups, key=lambda cells: _worth(answer, cells), default=[])


def _worth(answer: Answer, cells: Sequence[Cell]) -> tuple[int, int, int]:
    names = {cell.pattern for cell in cells}
    can = sum(one.other in names and not names.isdisjoint(one.patterns) for one in answer.contrasts)
    wanted = sum(cells[0].load.get(name) == value for name, value in answer.at.items())
    return can, wanted, len(names)


def compare(answer: Answer, cells: Sequence[Cell]) -> list[Compared]:
    """All that can be compared at one load, decided as one family."""
    found = [_compared(one, cells, not at) for at, one in enumerate(answer.contrasts)]
    kept = [one for one in found if one is not None]
    family = iter(decided([entry for one in kept for entry in one.differences]))
    return [
        Compared(one.contrast, one.cells, tuple(next(family) for _ in one.differences))
        for one in kept
    ]


def _compared(contrast: Contrast, cells: Sequence[Cell], is_first: bool) -> Compared | None:
    """The contrast with the patterns that were measured; None where there are not two.

    By what counts first, the two that are named first are held against each other as well.
    """
    known = {cell.pattern: cell for cell in cells if _has(cell, contrast.metric)}
    wanted = [name for name in contrast.patterns if name in known and name != contrast.other]
    is_as_declared = contrast.other in known and bool(wanted)
    names = wanted if is_as_declared else [name for name in known if name != contrast.other]
    first = contrast.other if contrast.other in known else names.pop() if names else ""
    if not first or not names:
        return None
    pairs = [(first, name) for name in names]
    if is_first and is_as_declared and len(names) > 1:
        pairs.append((names[1], names[0]))
    differences = [difference(known[a], known[b], contrast.metric) for a, b in pairs]
    used = tuple(known[name] for name in (first, *names))
    return Compared(contrast, used, tuple(one for one in differences if one is not None))


def _has(cell: Cell, metric: str) -> bool:
    values = [cell.value(metric, repeat) for repeat in cell.repeats]
    return bool(values) and not any(math.isnan(value) for value in values)
