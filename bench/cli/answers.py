"""What a run has shown, on the terminal: the answer in a sentence, tables, findings, the page.

Only prints; what is said, and when a value is settled, stands under `reports/`.
"""

from __future__ import annotations

import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer
from rich.text import Text

from bench.analysis.gates import Gate
from bench.cli.screen import console, say, say_line
from bench.cli.shared import BROKEN, VOID


def write_report(
    folder: Path,
    slo: Sequence[Gate] = (),
    judges_claims: bool = False,
    export_json: Path | None = None,
    opens: bool = False,
) -> None:
    """Print the answer, write the page and say where it is and what could come next.

    Exit(VOID) where no trial can be used, Exit(BROKEN) where an objective is clearly violated.
    """
    from bench.results.evaluation import evaluate, suspecting  # noqa: PLC0415
    from reports import datafiles, disturbance, next_steps, page  # noqa: PLC0415

    evaluated = evaluate(folder)
    with suspecting(evaluated.file, folder):
        if evaluated.file.audit is not None:
            print_audit(evaluated)
        else:
            print_answers(evaluated)
        for sentence in disturbance.sentences(evaluated):
            say(sentence)
        if judges_claims and evaluated.file.audit is None:
            _print_claims(evaluated)
        is_broken = _judge(evaluated, slo)
        where = page.write(evaluated)
        if export_json is not None:
            datafiles.export_json(evaluated, export_json)
    for line in next_steps.lines(evaluated, str(where)):
        console.print(Text(line), soft_wrap=True)
    if opens:
        open_page(where)
    if not any(group.used for result in evaluated.experiments for group in result.groups):
        raise typer.Exit(VOID)
    if is_broken:
        raise typer.Exit(BROKEN)


def say_pages(folders: Sequence[Path], opens: bool) -> None:
    """Where the pages of runs are that have one, or how to write it; open them on request."""
    for folder in dict.fromkeys(folders):
        where = folder / "report" / "index.html"
        if not where.exists():
            say(f"report: none yet; `bench report {folder}` writes it")
            continue
        console.print(Text(f"report: {where}"), soft_wrap=True)
        if opens:
            open_page(where)


def open_page(where: Path) -> None:
    """Open a report in the browser; where there is none, say so and go on."""
    if not webbrowser.open(where.resolve().as_uri()):
        say("--open: no browser was found; open the file above")


def print_answers(evaluated: Any) -> None:
    """For each experiment: the sentence that answers, its tables, what must be known of them."""
    from reports import answer, own_servers, terminal  # noqa: PLC0415

    tables = answer.answer_tables(evaluated)
    for line in own_servers.lines(evaluated.file.patterns.values()):
        say(line, hang=2)
    for result in evaluated.experiments:
        own = [table for table in tables if table.experiment == result.name]
        for line in terminal.answer_lines(result):
            say(line, style="bold")
        for line in terminal.load_lines(result):
            say_line(line)
        if words := terminal.left_out(result, own):
            say(words)
        for table in own:
            if terminal.measured(table):
                console.print()
                console.print(terminal.answer_table(table))
        if words := terminal.caption(own):
            console.print()
            say(words)
        _print_cost(result)
        console.print()
        for line in terminal.findings(result, own):
            say(line, hang=2)


def _print_cost(result: Any) -> None:
    from reports import cost  # noqa: PLC0415

    for table in cost.fitted_tables(result):
        console.print()
        console.print(table)
    if words := cost.terminal_caption(result):
        console.print()
        say(words)


def _print_claims(evaluated: Any) -> None:
    """All verdicts where the run was started for them; else a line for each experiment."""
    from bench.cli.claims import print_judged  # noqa: PLC0415 - it, too, is a command's file
    from reports import next_steps  # noqa: PLC0415

    if next_steps.asks_for_claims(evaluated.file.command):
        console.print()
        print_judged(evaluated)
        return
    for result in evaluated.experiments:
        if line := next_steps.claims_line(result):
            say(line, hang=2)


def print_audit(evaluated: Any) -> None:
    """How well each law holds at its random points; below, the points that were not counted."""
    from reports import audit  # noqa: PLC0415
    from reports.fitted_table import Column, FittedTable  # noqa: PLC0415

    for result in evaluated.experiments:
        for sentence in audit.sentences(evaluated, result):
            say(sentence, style="bold")
        found = audit.summary(result, audit.ids_of(evaluated))
        columns = [
            Column(column.title, column.is_number, is_key=at < 3)
            for at, column in enumerate(found.columns[:-1])
        ]
        console.print()
        console.print(FittedTable(columns, [line.cells[:-1] for line in found.lines]))
        for line in found.lines:
            law, pattern, metric, *_, worst = line.cells
            say(f"worst of {law}, {pattern}, {metric}: {worst}", hang=2)
        for text in audit.left_out_lines(result):
            say(f"not counted: {text}", hang=2)


def _judge(evaluated: Any, slo: Sequence[Gate]) -> bool:
    """Say what each objective says of the run; whether one is clearly violated."""
    from reports import objectives  # noqa: PLC0415

    results = objectives.objectives(evaluated, slo)
    for result in results:
        say(result.text, hang=2)
    return any(result.is_broken for result in results)
