"""The claims ledger: what it holds, and what a run says of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench import catalog
from bench.cli.screen import console, say, say_command
from bench.cli.shared import app

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
    from reports.fitted_table import fitted  # noqa: PLC0415

    for experiment in catalog.experiments().values():
        rows = [(claim.id, claim.statement, claim.law) for claim in experiment.claims]
        console.print(fitted((experiment.name, "claim", "law"), rows))
        console.print()


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
    if section.judged:
        say(f"{result.experiment.title}: {section.counts}.", style="bold")
    for line in section.judged:
        head = f"{line.mark} {line.id} {line.verdict}"
        say(f"{head}: {line.statement}", hang=4, styled=(head, STYLES[line.verdict]))
        if line.verdict != "confirmed":
            say(line.words, indent=4)
        for number in line.first:
            say(f"{number.mark or '-'} {number.text}", indent=4, hang=2)
        if line.rest:
            say(f"and {len(line.rest)} more numbers (claims.csv)", indent=6)
    if section.missing:
        ids = ", ".join(line.id for line in section.missing)
        say(f"- not measured: {ids}; this command supplies their trials:", hang=2)
        for text in section.lacks:
            say(text, indent=4)
        say_command(section.command)
