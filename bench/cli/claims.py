"""The claims ledger: what it holds, and what a run says of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from bench import catalog
from bench.cli.shared import app, console, plain_table
from bench.units import significant


@app.command()
def claims(
    run: Annotated[
        Path | None, typer.Argument(metavar="RUN", help="a folder of results/: its verdicts")
    ] = None,
) -> None:
    """The claims ledger, or the verdicts of a run."""
    if run is None:
        for experiment in catalog.experiments().values():
            table = plain_table("claim", "statement", "law")
            for claim in experiment.claims:
                table.add_row(claim.id, claim.statement, claim.law)
            console.print(table)
        return
    from reports import load  # noqa: PLC0415 - the ledger alone stays fast

    for result in load.evaluate(run).experiments:
        print_verdicts(result)


def print_verdicts(result: object) -> None:
    """One line a claim, and below it the numbers that decided."""
    from reports import verdicts  # noqa: PLC0415

    for verdict in verdicts.verdicts(result):  # type: ignore[arg-type]
        judgement = verdict.judgement
        console.print(
            Text(f"{verdict.claim.id} {judgement.verdict.upper()}: {verdict.claim.statement}")
        )
        console.print(
            Text(f"    {judgement.words}" if not verdict.remedy else f"    {verdict.remedy}")
        )
        for number in judgement.numbers:
            law = (
                f"   law {significant(number.law)}{number.unit}" if number.law == number.law else ""
            )
            console.print(
                Text(
                    f"    {number.what}: {significant(number.value)}{number.unit} "
                    f"({significant(number.low)} - {significant(number.high)}, "
                    f"{number.trials} trials){law}"
                )
            )
