"""The command that audits laws at random points of their domains."""

from __future__ import annotations

import secrets
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.measure import execute
from bench.cli.screen import say
from bench.cli.shared import AmqpUrl, Open, Results, app, foreign_of

SEEDS = 1_000_000
"""A seed that nobody named is one of so many."""


@app.command()
def laws(
    experiment: Annotated[
        str, typer.Argument(metavar="EXPERIMENT", help="EXPERIMENT, or EXPERIMENT/PATTERN")
    ],
    law: Annotated[
        str,
        typer.Option(metavar="IDS", help="only these laws: ids with commas"),
    ] = "",
    points: Annotated[int, typer.Option(help="random points in the domain of each law")] = 20,
    seed: Annotated[
        int | None,
        typer.Option(help="seed of the points; one that no law was fitted with (default: new)"),
    ] = None,
    repeats: Annotated[int, typer.Option(help="trials per point and pattern")] = 1,
    amqp_url: AmqpUrl = "",
    results: Results = Path("results"),
    open_page: Open = False,
) -> None:
    """Measure laws at random points of their domains, and say how well they hold."""
    from bench.run import auditing, runner  # noqa: PLC0415 - the commands that only look stay fast

    plan = auditing.plan_of(
        auditing.AuditRequest(
            experiment,
            law,
            points,
            secrets.randbelow(SEEDS) if seed is None else seed,
            repeats,
            foreign_of(amqp_url),
            shlex.join(["bench", *sys.argv[1:]]),
        )
    )
    folder = runner.new_run(plan.run, results)  # what cannot be run is said before all else
    say(f"seed {plan.run.seed}")
    for name, remedy in plan.run.not_measured.items():
        say(f"not measured: {name}: {remedy}", hang=2)
    for line in auditing.outlook(plan):
        say(line, hang=4)
    execute(folder, foreign_of(amqp_url), [], opens=open_page)
