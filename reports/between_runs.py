"""Two sides of one or more runs each: what they share, and on what their intervals rest.

Puts together what all runs have of a pattern at a level; a difference is judged over runs
wherever there are several (Kalibera and Jones, ISMM 2013).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from bench.analysis.evaluated import Evaluated, ExperimentResult, Group
from bench.analysis.gates import Gate
from bench.analysis.run_noise import History, noise_of
from bench.results.comparability import Difference
from reports import numbers
from reports.comparison import Row, RunComparison, assembled
from reports.comparison_rows import rows_between, rows_of_place


def compare_runs(
    a: Sequence[Evaluated],
    b: Sequence[Evaluated],
    keys: Sequence[str] = (),
    gates: Sequence[Gate] = (),
    differences: Sequence[Difference] = (),
    history: History | None = None,
) -> RunComparison:
    """Compare the headline metrics (or `keys`) of two sides of runs; a gate looks at its own.

    With several runs on both sides a difference is judged over runs.  With one on a side
    `history` says how much runs of this machine differ.  Trials of different runs are no
    pairs; a run's trials and themselves are.
    """
    places = list(_places(a, b))
    if [one.folder.resolve() for one in a] == [one.folder.resolve() for one in b]:

        def rows_of(wanted: Sequence[str]) -> list[Row]:
            found = [(result, groups[0]) for result, groups, _ in places]
            return [row for result, x in found for row in rows_between(result, x, x, wanted)]

        notes = ["both are the same run, so nothing can differ"]
        names = a[0].folder.name, b[0].folder.name
        return assembled(names, rows_of, keys, gates, differences, notes)
    noise = noise_of(history.latest) if history is not None and history.runs else {}

    def rows_of_sides(wanted: Sequence[str]) -> list[Row]:
        return [row for place in places for row in rows_of_place(*place, wanted, noise)]

    runs = [[one.folder.name for one in side] for side in (a, b)]
    found = assembled(
        (", ".join(runs[0]), ", ".join(runs[1])),
        rows_of_sides,
        keys,
        gates,
        differences,
        [*_missing([*a, *b], places)],
    )
    names_of = tuple(runs[0]), tuple(runs[1])
    return dataclasses.replace(found, names=names_of, basis=basis_words(found, names_of, history))


def basis_words(
    found: RunComparison,
    names: tuple[Sequence[str], Sequence[str]],
    history: History | None,
) -> str:
    """What the intervals rest on, in a sentence or two."""
    counts = [len(side) for side in names]
    if min(counts) > 1:
        return (
            f"A difference is judged over {counts[0]} runs of A and {counts[1]} of B, not over "
            "their trials."
        )
    unknown = "With one run on a side, how much a repeated run would differ is unknown"
    if history is None or not any(row.basis == "history" for row in found.rows):
        return (
            f"{unknown}, and this machine has no A/A history: the intervals are too narrow by what "
            "runs add. Measure it with `bench calibrate --aa-runs 40`, or compare several runs of "
            "each: bench compare A1 A2 A3 -- B1 B2 B3."
        )
    without = [row.metric.title for row in found.rows if row.basis == "trials"]
    but = (
        f" It says nothing about {numbers.listed(list(dict.fromkeys(without)))}." if without else ""
    )
    return (
        f"{unknown}: the intervals allow for the run-to-run spread of this machine's last A/A "
        f"history ({len(history.latest)} runs of {history.pattern}, {history.until}).{but}"
    )


Place = tuple[ExperimentResult, list[Group], list[Group]]
Key = tuple[str, str, str]


def _places(a: Sequence[Evaluated], b: Sequence[Evaluated]) -> Iterator[Place]:
    """What all runs have with usable trials: a pattern at a level, its groups on both sides."""
    sides = [[_usable(run) for run in side] for side in (a, b)]
    for result in a[0].experiments:
        for group in result.groups:
            key = _key(result, group)
            if all(key in run for side in sides for run in side):
                first, second = ([run[key] for run in side] for side in sides)
                yield result, first, second


def _usable(run: Evaluated) -> dict[Key, Group]:
    return {
        _key(result, group): group
        for result in run.experiments
        for group in result.groups
        if group.used
    }


def _missing(runs: Sequence[Evaluated], places: Sequence[Place]) -> Iterator[str]:
    """What only some of the runs can show, and which cannot."""
    shared = {_key(result, groups[0]) for result, groups, _ in places}
    known = [_usable(run) for run in runs]
    for key in dict.fromkeys(key for run in known for key in run):
        if key not in shared:
            lacking = [
                one.folder.name for one, has in zip(runs, known, strict=True) if key not in has
            ]
            place = " ".join(filter(None, key[1:]))
            yield f"not compared: {place} has no usable trials in {', '.join(lacking)}"


def _key(result: ExperimentResult, group: Group) -> Key:
    return result.name, group.pattern, group.level.text
