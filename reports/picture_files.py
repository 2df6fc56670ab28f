"""A run's figures as files of their own: as in the report, or as slides.

Into <run>/report/figures and <run>/report/slides, which nothing reads back.  Knows no figure.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from bench.analysis.evaluated import Evaluated, ExperimentResult, JudgedClaim
from bench.analysis.ledger import usable_of
from bench.model.errors import UsageError
from reports import figures, svg
from reports.numbers import listed
from reports.slides import answers, claims, sheet

ANSWER = "answer"
CLAIMS = "claims"
"""The kind of figure that has one for each claim."""


def write(evaluated: Evaluated, ids: Sequence[str] = (), *, is_slide: bool = False) -> list[Path]:
    """Draw what is asked for (all, without `ids`); returns the files, PNG before SVG.

    UsageError for a claim that the run does not have, or of which it says nothing.
    """
    wanted = [(result, one) for text in ids for result, one in [_claim(evaluated, text)]]
    folder = evaluated.folder / "report" / ("slides" if is_slide else "figures")
    folder.mkdir(parents=True, exist_ok=True)
    if is_slide:
        return _slides(evaluated, wanted, folder)
    return _figures(evaluated, wanted, folder)


def write_answer(
    evaluated: Evaluated, ids: Sequence[str] = (), *, is_slide: bool = False
) -> list[Path]:
    """Draw the one picture that shows the answer; returns its files, PNG before SVG.

    UsageError where something else is asked for as well, or nothing can be drawn.
    """
    other = f"--claim {','.join(ids)}" if ids else "--slide" if is_slide else ""
    if other:
        raise UsageError(f"--answer with {other}: it is one picture by itself; leave out one")
    folder = evaluated.folder / "report" / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    kinds = [kind for kind in figures.kinds() if kind.name == ANSWER]
    files = [
        file
        for result in evaluated.experiments
        for name, figure in (drawn for kind in kinds for drawn in kind.figures(evaluated, result))
        for file in _saved(figure, folder / svg.slug(f"{result.name}-{name}"))
    ]
    if not files:
        name = evaluated.folder.resolve().name
        raise UsageError(f"--answer: {name} has no value to draw; `bench report` says why")
    return files


def _claim(evaluated: Evaluated, text: str) -> tuple[ExperimentResult, JudgedClaim]:
    known = {
        one.claim.id: (result, one) for result in evaluated.experiments for one in result.claims
    }
    identity = next((name for name in known if name.lower() == text.lower()), "")
    if not identity:
        near = difflib.get_close_matches(text, known, 3) or list(known)
        raise UsageError(f"claim {text}: this run has none such; it has {', '.join(near)}")
    result, judged = known[identity]
    if judged.judgement.verdict == "not measured":
        reason = judged.remedy or judged.judgement.words
        raise UsageError(f"claim {identity}: not measured by this run; {reason}")
    return result, judged


def _slides(
    evaluated: Evaluated, wanted: Sequence[tuple[ExperimentResult, JudgedClaim]], folder: Path
) -> list[Path]:
    files = []
    for result in evaluated.experiments:
        footer = footer_of(evaluated.folder.resolve().name, usable_of(result))
        found: list[tuple[str, Figure]] = [] if wanted else answers.slides(result, footer)
        chosen = [one for of, one in wanted if of is result] if wanted else _measured(result)
        found += [(f"claim-{one.claim.id}", claims.slide(result, one, footer)) for one in chosen]
        for name, figure in found:
            files += sheet.save(figure, folder / svg.slug(f"{result.name}-{name}"))
    return files


def _measured(result: ExperimentResult) -> list[JudgedClaim]:
    return [one for one in result.claims if one.judgement.verdict != "not measured"]


def footer_of(run: str, usable: Sequence[int]) -> str:
    """Which run a slide is of, and over how many trials its bars go (`usable_of`)."""
    ends = " to ".join(map(str, usable)) or "no"
    return f"patternbench, run {run}, bars: 95 % intervals over {ends} trials"


def _figures(
    evaluated: Evaluated, wanted: Sequence[tuple[ExperimentResult, JudgedClaim]], folder: Path
) -> list[Path]:
    names = {one.claim.id for _, one in wanted}
    files = []
    for result in evaluated.experiments:
        for kind in figures.kinds():
            if names and kind.name != CLAIMS:
                continue
            for name, figure in kind.figures(evaluated, result):
                if names and name.removeprefix("claim-") not in names:
                    continue
                files += _saved(figure, folder / svg.slug(f"{result.name}-{name}"))
    if names and not files:
        raise UsageError(f"claim {listed(sorted(names))}: has no figure; --slide shows its numbers")
    return files


def _saved(figure: Figure, stem: Path) -> list[Path]:
    png, vector = stem.with_name(f"{stem.name}.png"), stem.with_name(f"{stem.name}.svg")
    svg.save_png(figure, png)
    vector.write_text(svg.as_svg(figure, stem.name), encoding="utf-8")
    return [png, vector]
