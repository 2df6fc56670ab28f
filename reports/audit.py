"""The audit of laws in a report: the table, and the same as a page of its own.

Only where a run was made by `bench laws`.  Judges nothing: see bench.analysis.audit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from bench.analysis.audit import AuditPoint, LawAudit, audits_of, left_out, points_of
from bench.analysis.evaluated import Evaluated, ExperimentResult, Group
from bench.model.load import parameters_of
from bench.model.units import show
from reports import about, numbers, present

MOST = 0.9
"""A law of which fewer points lie in its band is named first."""

MACHINE = ("patternbench", "cpu", "cores", "memory gib", "kernel", "python", "congestion control")
"""What an audit's page says of the machine: what its numbers may depend on."""


def ids_of(evaluated: Evaluated) -> list[str]:
    """The laws that the run audits; empty where it is no audit."""
    return evaluated.file.audit.laws if evaluated.file.audit else []


def summary(result: ExperimentResult, ids: Sequence[str]) -> present.Table:
    """What each law's points come to."""
    rows = [_summary_row(result, one) for one in audits_of(result, ids)]
    columns = (
        present.Column("law", "law", is_number=False),
        present.PATTERN,
        present.Column("metric", "metric", is_number=False),
        present.Column("points", "points"),
        present.Column("bias", "median residual", numbers.percent),
        present.Column("median", "median |residual|", share),
        present.Column("p90", "p90 |residual|", share),
        present.Column("band", "band", lambda band: f"±{share(band)}"),
        present.Column("inside", "inside", share),
        present.Column("worst", "worst point", is_number=False),
    )
    return present.table(result, pd.DataFrame(rows), *columns) if rows else NOTHING


NOTHING = present.Table((), ())


def share(value: float) -> str:
    return numbers.MISSING if math.isnan(value) else f"{value * 100:.3g} %"


def _summary_row(result: ExperimentResult, one: LawAudit) -> dict[str, Any]:
    return {
        "law": present.law_name(one.law.id, one.law.is_only_fitted),
        "pattern": one.pattern,
        "metric": result.metric(one.law.metric).title,
        "points": str(one.points) if one.points == one.asked else f"{one.points} of {one.asked}",
        "bias": one.bias,
        "median": one.median,
        "p90": one.p90,
        "band": one.law.band,
        "inside": one.inside,
        "worst": worst_words(result, one.worst) if one.worst else numbers.MISSING,
    }


def sentences(evaluated: Evaluated, result: ExperimentResult) -> list[str]:
    """How many points lie in their law's band, and which laws have the fewest there."""
    points = points_of(result, ids_of(evaluated))
    if not points:
        return ["No point could be measured."]
    inside = sum(one.predicted.is_inside for one in points)
    words = [f"{inside} of {len(points)} points lie in the band of their law."]
    missed = [one for one in audits_of(result, ids_of(evaluated)) if one.inside < MOST]
    if missed:
        found = [f"{one.law.id} ({result.metric(one.law.metric).title})" for one in missed]
        names = numbers.listed(list(dict.fromkeys(found)))
        words.append(f"Fewer than {MOST:.0%} do of {names}.".replace("%", " %"))
    return words


def worst_words(result: ExperimentResult, point: AuditPoint) -> str:
    """`+12 % (measured 1.2 ms, law 1.07 ms): clients=5 rtt=20ms`."""
    found, unit = point.predicted, result.metrics[point.predicted.metric].unit
    values = [numbers.with_unit(value, unit) for value in (found.measured.value, found.value)]
    words = f"{numbers.percent(point.residual)} (measured {values[0]}, law {values[1]})"
    return f"{words}: {settings(result, point.group)}"


def settings(result: ExperimentResult, group: Group) -> str:
    """A point's settings as they would be typed; on loopback nothing of the link."""
    known = parameters_of(result.experiment.load)
    level = dict(group.level.values)
    duration = group.load.window.duration_s
    return " ".join(
        f"{name}={show(value, known[name].unit)}"
        for name, value in {**level, "duration": duration}.items()
        if name in known and not _is_nothing(known[name].default, known[name].section, value)
    )


def _is_nothing(default: Any, section: str, value: Any) -> bool:
    return section not in ("own", "window") and value == default


def left_out_lines(result: ExperimentResult) -> list[str]:
    """`SSE at clients=5: why`: points none of whose trials can be used."""
    return [
        f"{result.pattern(one.group.pattern).title} at {settings(result, one.group)}: {one.reason}"
        for one in left_out(result)
    ]


def markdown(evaluated: Evaluated, result: ExperimentResult) -> str:
    """The audit as a page of its own, that can be kept with the documentation."""
    file, ids = evaluated.file, ids_of(evaluated)
    assert file.audit is not None
    shown = summary(result, ids)
    machine = {name: text for name, text in about.machine(evaluated) if name in MACHINE}
    trials = f"{file.repeats} {'trial' if file.repeats == 1 else 'trials'} a point"
    head = [
        f"# Audit of the laws of `{result.name}`",
        "",
        f"{file.audit.points} random points from each domain, {trials}, seed {file.seed}.",
        "",
        f"    {command(evaluated, result)}",
        "",
        f"- date: {file.created}",
        *(f"- {term}: {value}" for term, value in machine.items()),
        "",
    ]
    lines = [shown.headers, ["---:" if one.is_number else "---" for one in shown.columns]]
    lines += [list(line.cells) for line in shown.lines]
    rows = [f"| {' | '.join(_cell(text) for text in line)} |" for line in lines]
    missing = left_out_lines(result)
    tail = ["", "Not counted:", "", *(f"- {line}" for line in missing)] if missing else []
    return "\n".join([*head, *rows, *tail]) + "\n"


def command(evaluated: Evaluated, result: ExperimentResult) -> str:
    """What measures the same points again, wherever its results go."""
    file, ids = evaluated.file, ids_of(evaluated)
    assert file.audit is not None
    known = dict.fromkeys(one for law in result.experiment.predictions for one in law.ids)
    words = ["bench laws", result.name]
    words += [f"--law {','.join(ids)}"] if set(ids) != set(known) else []
    words += [f"--points {file.audit.points}", f"--seed {file.seed}"]
    words += [f"--repeats {file.repeats}"] if file.repeats > 1 else []
    return " ".join(words)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def write(evaluated: Evaluated, folder: Path) -> None:
    """audit.md of an audit; nothing of another run."""
    if evaluated.file.audit is None:
        return
    for result in evaluated.experiments:
        (folder / "audit.md").write_text(markdown(evaluated, result), encoding="utf-8")
