"""The command that puts two runs side by side."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bench.analysis import gates
from bench.analysis.gates import Gate
from bench.cli.shared import BROKEN, AllowUnlike, app, console, known_metrics
from bench.model.errors import UsageError
from bench.results import comparability


class Format(enum.StrEnum):
    """For whom the comparison is written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


FirstRun = Annotated[Path, typer.Argument(metavar="RUN_A", help="the run to compare with")]
SecondRun = Annotated[
    Path | None,
    typer.Argument(
        metavar="RUN_B", help="the run to judge; leave it out to compare the patterns of RUN_A"
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


@app.command()
def compare(
    run_a: FirstRun,
    run_b: SecondRun = None,
    fail_if: FailIf = None,
    metric: Metrics = None,
    to: Base = "",
    allow_unlike: AllowUnlike = False,
    output: Annotated[Format, typer.Option("--format", help="text, markdown or json")] = (
        Format.TEXT
    ),
) -> None:
    """Compare two runs, or one run's patterns: ratios, intervals, verdicts, gates."""
    wanted = [gates.change(text, known_metrics()) for text in fail_if or []]
    keys = [gates.metric_named(key, known_metrics(), f"--metric {key}") for key in metric or []]
    if run_b is None:
        found = _patterns(run_a, to, keys, wanted)
    elif to:
        raise UsageError(f"--to {to}: compares patterns within one run; leave out {run_b}")
    else:
        found = _runs(run_a, run_b, keys, wanted, allow_unlike)
    _write(found, output)
    if found.broken:
        raise typer.Exit(BROKEN)


def _runs(
    run_a: Path, run_b: Path, keys: Sequence[str], wanted: Sequence[Gate], allow_unlike: bool
) -> Any:
    from bench.results import store  # noqa: PLC0415 - a wrong gate is told at once
    from bench.results.evaluation import evaluate, suspecting  # noqa: PLC0415
    from reports import comparison  # noqa: PLC0415

    a, b = store.open_run(run_a), store.open_run(run_b)
    unlike = comparability.check_comparable(a.file, b.file, allow_unlike)
    first = evaluate(a)
    second = first if run_a.resolve() == run_b.resolve() else evaluate(b)
    with suspecting(a.file, run_a), suspecting(b.file, run_b):
        found = comparison.compare_runs(first, second, keys, wanted, unlike)
    if not found.rows:
        raise UsageError(
            f"{run_a} and {run_b}: no usable trials of the same pattern and level; see "
            "`bench report` of each"
        )
    return found


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

    console.print(Text(f"A: {found.a}\nB: {found.b}"))
    for line in comparison_text.warnings(found.differences):
        console.print(Text(line))
    headers, *rows = comparison_text.lines(found)
    table = Table()
    for header in headers:
        table.add_column(header)
    for cells in rows:
        table.add_row(*map(Text, cells))
    wide = console if console.is_terminal else Console(width=200, highlight=False)
    wide.print(table)
    for remark in comparison_text.remarks(found):
        console.print(Text(remark))
    for result in found.gates:
        console.print(Text(comparison_text.gate_line(result)))
