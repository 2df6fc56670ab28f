"""The claims ledger: what it holds, and what a run says of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench import catalog
from bench.cli.answers import say_pages
from bench.cli.screen import console, say, say_command
from bench.cli.shared import Open, app
from bench.model import topics
from bench.model.experiment import Experiment

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
    topic: Annotated[
        str, typer.Option(metavar="TOPIC", help='only the claims on a topic, e.g. "long polling"')
    ] = "",
    open_page: Open = False,
) -> None:
    """Show the claims ledger, or a run's verdicts."""
    experiments = catalog.experiments().values()
    known = topics.by_topic(experiments)
    chosen = topics.about(topic, known) if topic else None
    if run is None:
        shown = [_narrowed(one, chosen) for one in experiments]
        print_ledger([one for one in shown if one.claims])
        if chosen is None:
            say(f"topics (--topic): {', '.join(known)}")
        return
    from bench.results.evaluation import (  # noqa: PLC0415 - the ledger alone stays fast
        evaluate,
        suspecting,
    )

    evaluated = evaluate(run)
    with suspecting(evaluated.file, run):
        for result in evaluated.experiments:
            ids = None if chosen is None else chosen.get(result.name, [])
            kept = tuple(one for one in result.claims if ids is None or one.claim.id in ids)
            if not kept:
                say(f"{result.experiment.title}: no claim on {topic}; `bench claims` shows all")
            print_verdicts(dataclasses.replace(result, claims=kept))
    say_pages([run], open_page)


def _narrowed(experiment: Experiment, chosen: Mapping[str, list[str]] | None) -> Experiment:
    """The experiment with those of its claims that are asked for."""
    if chosen is None:
        return experiment
    ids = chosen.get(experiment.name, [])
    kept = tuple(claim for claim in experiment.claims if claim.id in ids)
    return dataclasses.replace(experiment, claims=kept)


def print_ledger(experiments: Sequence[Experiment]) -> None:
    """Every claim of these experiments."""
    from reports.fitted_table import fitted  # noqa: PLC0415

    for experiment in experiments:
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
