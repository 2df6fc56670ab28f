"""The claims ledger: what it holds, and what a run says of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from bench import catalog
from bench.cli.shared import app, console, plain_table

if TYPE_CHECKING:
    from bench.analysis.evaluated import Evaluated, ExperimentResult

STYLES = {
    "confirmed": "green",
    "refuted": "red",
    "depends": "yellow",
    "not settled": "dim",
    "not measured": "dim",
}


@app.command()
def claims(
    run: Annotated[
        Path | None, typer.Argument(metavar="RUN", help="show the verdicts of this run")
    ] = None,
) -> None:
    """Show the claims ledger, or a run's verdicts."""
    if run is None:
        print_ledger()
        return
    from bench.results.evaluation import (  # noqa: PLC0415 - the ledger alone stays fast
        evaluate,
        suspecting,
    )

    evaluated = evaluate(run)
    with suspecting(evaluated.file, run):
        for result in evaluated.experiments:
            print_verdicts(result)


def print_ledger() -> None:
    """Every claim of every experiment."""
    for experiment in catalog.experiments().values():
        table = plain_table(experiment.name, "claim", "law")
        for claim in experiment.claims:
            table.add_row(claim.id, claim.statement, claim.law)
        console.print(table)


def print_judged(evaluated: Evaluated) -> None:
    """The verdicts of each experiment of which a run settles, or tries to settle, a claim."""
    from reports import claims_section  # noqa: PLC0415

    for result in evaluated.experiments:
        if claims_section.section(result).judged:
            print_verdicts(result)


def print_verdicts(result: ExperimentResult) -> None:
    """One line a claim, below it the numbers that decided; last what is not measured."""
    from reports import claims_section  # noqa: PLC0415

    section = claims_section.section(result)
    for line in section.judged:
        head = Text(f"{line.mark} {line.id} {line.verdict}", STYLES[line.verdict])
        console.print(head + Text(f": {line.statement}"))
        if line.verdict != "confirmed":
            console.print(Text(f"    {line.words}"))
        for number in line.first:
            console.print(Text(f"    {number.mark or ' '} {number.text}"))
        if line.rest:
            console.print(Text(f"      and {len(line.rest)} more numbers (claims.csv)"))
    if section.missing:
        ids = ", ".join(line.id for line in section.missing)
        console.print(Text(f"- not measured: {ids}; this command supplies their trials:"))
        for text in (*section.lacks, section.command):
            console.print(Text(f"    {text}"))
