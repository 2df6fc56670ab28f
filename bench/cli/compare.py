"""The command that puts runs side by side."""

from __future__ import annotations

import contextlib
import enum
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from bench.analysis import gates
from bench.analysis.gates import Gate
from bench.cli.answers import say_pages
from bench.cli.screen import console, say
from bench.cli.shared import BROKEN, AllowUnlike, Open, app, known_metrics
from bench.model.errors import UsageError
from bench.results import comparability


class Format(enum.StrEnum):
    """For whom the comparison is written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


SEPARATOR = "\0--"
"""Stands for `--` among the arguments: no path can hold it."""


class SidesCommand(TyperCommand):
    """Keeps `--`, which parsing would drop, and lets options stand on either side of it."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [SEPARATOR if one == "--" else one for one in args])


Runs = Annotated[
    list[str],
    typer.Argument(
        metavar="RUN... [-- RUN...]",
        help="one run to compare its patterns, two runs A and B, or the runs of A -- those of B",
    ),
]
Base = Annotated[
    str,
    typer.Option(
        "--to", metavar="PATTERN", help="within one run: the pattern to compare the others with"
    ),
]
FailIf = Annotated[
    list[str] | None,
    typer.Option(
        "--fail-if", metavar="EXPR", help="exit 1 if this clearly holds, e.g. 'latency_p99 > +10%'"
    ),
]
Metrics = Annotated[
    list[str] | None,
    typer.Option(
        "--metric", metavar="KEY", help="compare this metric instead of the headline metrics"
    ),
]


@app.command(cls=SidesCommand)
def compare(
    runs: Runs,
    fail_if: FailIf = None,
    metric: Metrics = None,
    to: Base = "",
    allow_unlike: AllowUnlike = False,
    output: Annotated[Format, typer.Option("--format", help="text, markdown or json")] = (
        Format.TEXT
    ),
    open_page: Open = False,
) -> None:
    """Compare runs, or one run's patterns: ratios, intervals, verdicts, gates."""
    wanted = [gates.change(text, known_metrics()) for text in fail_if or []]
    keys = [gates.metric_named(key, known_metrics(), f"--metric {key}") for key in metric or []]
    a, b = sides(runs)
    if not b:
        found = _patterns(a[0], to, keys, wanted)
    elif to:
        raise UsageError(f"--to {to}: compares patterns within one run; leave out {b[0]}")
    else:
        found = _runs(a, b, keys, wanted, allow_unlike)
    _write(found, output)
    if output is Format.TEXT:
        say_pages([*a, *b], open_page)
    if found.broken:
        raise typer.Exit(BROKEN)


def sides(runs: Sequence[str]) -> tuple[list[Path], list[Path]]:
    """The runs before and after `--`; of two without it the first and the second."""
    words = [Path(one) for one in runs if one != SEPARATOR]
    example = "write bench compare A1 A2 A3 -- B1 B2 B3"
    if runs.count(SEPARATOR) > 1:
        raise UsageError(f"--: separates A from B and may stand once; {example}")
    if SEPARATOR not in runs:
        if len(words) > 2:
            raise UsageError(f"{len(words)} runs: which are A and which B? {example}")
        return words[:1], words[1:]
    place = list(runs).index(SEPARATOR)
    a, b = words[:place], words[place:]
    if not a or not b:
        raise UsageError(f"--: no runs {'after' if a else 'before'} it; {example}")
    return a, b


def _runs(
    of_a: Sequence[Path],
    of_b: Sequence[Path],
    keys: Sequence[str],
    wanted: Sequence[Gate],
    allow_unlike: bool,
) -> Any:
    from bench.results import aa_history, store  # noqa: PLC0415 - a wrong gate is told at once
    from bench.results.evaluation import evaluate, suspecting  # noqa: PLC0415
    from reports import between_runs  # noqa: PLC0415

    a, b = ([store.open_run(path) for path in side] for side in (of_a, of_b))
    unlike = comparability.check_comparable(
        [one.file for one in a], [one.file for one in b], allow_unlike
    )
    _check_distinct([*of_a, *of_b])
    known = {one.folder.resolve(): evaluate(one) for one in [*a, *b]}
    history = aa_history.read_for(a[0].file, of_a[0].resolve().parent)
    with contextlib.ExitStack() as stack:
        for one in [*a, *b]:
            stack.enter_context(suspecting(one.file, one.folder))
        first, second = ([known[one.folder.resolve()] for one in side] for side in (a, b))
        found = between_runs.compare_runs(first, second, keys, wanted, unlike, history)
    if not found.rows:
        names = " and ".join(str(path) for path in [*of_a, *of_b])
        raise UsageError(
            f"{names}: no usable trials of the same pattern and level in all of them; see "
            "`bench report` of each"
        )
    return found


def _check_distinct(runs: Sequence[Path]) -> None:
    """A run and itself may be compared, but in a side of several no run may stand twice."""
    places = [path.resolve() for path in runs]
    for path, place in zip(runs, places, strict=True):
        if len(runs) > 2 and places.count(place) > 1:
            raise UsageError(f"{path}: named twice; a run is no repetition of itself")


def _patterns(run: Path, base: str, keys: Sequence[str], wanted: Sequence[Gate]) -> Any:
    from bench.results.evaluation import evaluate, suspecting  # noqa: PLC0415
    from reports import pairs  # noqa: PLC0415

    evaluated = evaluate(run)
    with suspecting(evaluated.file, run):
        found = pairs.compare_patterns(evaluated, base, keys, wanted)
    if not found.rows:
        raise UsageError(f"{run}: only one pattern has usable trials; name a second run")
    return found


def _write(found: Any, output: Format) -> None:
    from reports import comparison_text  # noqa: PLC0415

    if output is Format.JSON:
        typer.echo(comparison_text.as_json(found))
    elif output is Format.MARKDOWN:
        typer.echo(comparison_text.markdown(found))
    else:
        _print(found)


def _print(found: Any) -> None:
    """The comparison for people."""
    from reports import comparison_text  # noqa: PLC0415
    from reports.fitted_table import fitted  # noqa: PLC0415

    for line in comparison_text.warnings(found.differences):
        say(line, hang=2)
    first, *others = comparison_text.remarks(found)
    say(first, style="bold")
    say(f"A: {found.a}", hang=3)
    say(f"B: {found.b}", hang=3)
    for table in comparison_text.fitted_tables(found):
        console.print()
        console.print(table)
    console.print()
    for remark in others:
        say(remark)
    if spread := comparison_text.spread_lines(found):
        say(comparison_text.SPREAD_TITLE)
        console.print(fitted(spread[0], spread[1:], numbers=3))
    for result in found.gates:
        say(comparison_text.gate_line(result), hang=2)
