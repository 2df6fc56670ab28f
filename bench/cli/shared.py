"""What the commands share: the application, the console, options, how an answer looks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bench import catalog
from bench.analysis.gates import Gate
from bench.analysis.metrics import Metric, metrics_of_all

BROKEN = 1
"""Exit code of a gate that is broken beyond doubt."""

VOID = 3
"""Exit code of a run with no usable trial."""

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Compares backend communication patterns quantitatively.",
)


class PipedConsole(Console):
    """A console for which it is no failure that the reader has seen enough (`| head`)."""

    def on_broken_pipe(self) -> None:
        raise typer.Exit(0)


console = PipedConsole(highlight=False, soft_wrap=True)

Names = Annotated[
    list[str], typer.Argument(help="EXPERIMENT, EXPERIMENT/PATTERN, or one plan.toml")
]
OnePattern = Annotated[str, typer.Argument(metavar="EXPERIMENT/PATTERN")]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="a run's folder in results/")]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="NAME=VALUE", help="set a load parameter; several values sweep it"
    ),
]
Link = Annotated[
    list[str] | None,
    typer.Option(metavar="LINK", help="the network, e.g. wan or rtt=50ms,loss=1%,rate=20mbit"),
]
Faults = Annotated[
    list[str] | None,
    typer.Option("--fault", metavar="FAULT", help="fault to inject, e.g. 'server:stop@50%,for=1s'"),
]
AmqpUrl = Annotated[
    str, typer.Option(help="use this RabbitMQ on this host instead of a private one")
]
AllowUnlike = Annotated[
    bool,
    typer.Option("--allow-unlike", help="accept changed code or machine; the result is marked"),
]
ExportJson = Annotated[
    Path | None,
    typer.Option(
        "--export-json", metavar="FILE", help="write all numbers of the report as one JSON, too"
    ),
]
Results = Annotated[Path, typer.Option(help="folder that holds the runs")]


def foreign_of(amqp_url: str) -> dict[str, str]:
    """The addresses of services that run already, by service, as the options name them."""
    from bench.lab import services  # noqa: PLC0415 - the commands that only look stay fast

    return services.foreign_of({"amqp-url": amqp_url})


def known_metrics() -> dict[str, Metric]:
    """Every metric that a gate may name: of all experiments."""
    return metrics_of_all(catalog.experiments().values())


def plain_table(*headers: str) -> Table:
    table = Table(box=None, pad_edge=False, show_header=any(headers))
    for header in headers:
        table.add_column(header, overflow="fold")
    return table


def write_report(folder: Path, export_json: Path | None = None) -> Any:
    """Write the report, print the answer and return the evaluated run."""
    from bench.results.evaluation import evaluate, suspecting  # noqa: PLC0415
    from reports import datafiles, disturbance, page  # noqa: PLC0415

    evaluated = evaluate(folder)
    with suspecting(evaluated.file, folder):
        if evaluated.file.audit is not None:
            print_audit(evaluated)
        else:
            print_answers(evaluated)
        for sentence in disturbance.sentences(evaluated):
            console.print(Text(sentence))
        where = page.write(evaluated)
        if export_json is not None:
            datafiles.export_json(evaluated, export_json)
    console.print(f"report: {where}")
    if not any(group.used for result in evaluated.experiments for group in result.groups):
        raise typer.Exit(VOID)
    return evaluated


def print_answers(evaluated: Any) -> None:
    """What can be said in a sentence or two, then the tables."""
    from reports import answer, opening  # noqa: PLC0415

    for result in evaluated.experiments:
        for line in opening.opening(result):
            console.print(line, soft_wrap=True, highlight=False)
    for table in answer.answer_tables(evaluated):
        print_answer(table)


WIDE_COLUMNS = 200
INTERVAL = re.compile(r" \([^)]*\)")


def print_answer(table: Any) -> None:
    title = " ".join(filter(None, (table.title, table.level)))
    shown = Table(title=title, title_justify="left", box=box.SIMPLE, pad_edge=False)
    for header in table.headers:
        first = header == table.headers[0]
        shown.add_column(header, no_wrap=first, justify="left" if first else "right")
    narrow = console.is_terminal and console.width < WIDE_COLUMNS
    for row in table.plain():
        # Without room the intervals go; the report has them.
        cells = [INTERVAL.sub("", cell) for cell in row[1:]] if narrow else row[1:]
        shown.add_row(Text(row[0]), *[Text(cell) for cell in cells])
    wide = console if console.is_terminal else Console(width=WIDE_COLUMNS, highlight=False)
    wide.print(shown)
    for mark, text in table.notes:
        console.print(Text(f"[{mark}] {text}"))


def print_audit(evaluated: Any) -> None:
    """How well each law holds at its random points; below, the points that were not counted."""
    from reports import audit  # noqa: PLC0415

    for result in evaluated.experiments:
        found = audit.summary(result, audit.ids_of(evaluated))
        shown = Table(box=box.SIMPLE, pad_edge=False)
        for column in found.columns[:-1]:
            shown.add_column(column.title, justify="right" if column.is_number else "left")
        for line in found.lines:
            shown.add_row(*[Text(cell) for cell in line.cells[:-1]])
        wide = console if console.is_terminal else Console(width=WIDE_COLUMNS, highlight=False)
        wide.print(shown)
        for line in found.lines:
            law, pattern, metric, *_, worst = line.cells
            console.print(Text(f"worst of {law}, {pattern}, {metric}: {worst}"))
        for text in audit.left_out_lines(result):
            console.print(Text(f"not counted: {text}"))


def judge(evaluated: Any, slo: Sequence[Gate]) -> None:
    """Say what each objective says of the run; Exit(BROKEN) where one is broken beyond doubt."""
    from reports import objectives  # noqa: PLC0415

    results = objectives.objectives(evaluated, slo)
    for result in results:
        console.print(Text(result.text))
    if any(result.is_broken for result in results):
        raise typer.Exit(BROKEN)
