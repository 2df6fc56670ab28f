"""The command that measures a machine's constants for advice."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from bench.cli import completion
from bench.cli.screen import console, say
from bench.cli.shared import VOID, AmqpUrl, Results, app, foreign_of
from bench.model.units import significant

ExperimentName = Annotated[
    str,
    typer.Argument(
        metavar="EXPERIMENT",
        help="an experiment that has advice (docs/advising.md)",
        autocompletion=completion.names,
    ),
]
FromRun = Annotated[
    Path | None,
    typer.Option("--from", metavar="RUN", help="complete this run, and take the constants from it"),
]
REPEATS = 3


@app.command()
def constants(
    experiment: ExperimentName,
    repeats: Annotated[int, typer.Option(help="trials of each kind")] = REPEATS,
    seed: Annotated[int, typer.Option(help="random seed for schedules, phases and order")] = 1,
    from_run: FromRun = None,
    amqp_url: AmqpUrl = "",
    results: Results = Path("results"),
) -> None:
    """Measure this machine's constants once, for `bench advise` (about 6 minutes)."""
    from bench.plan.trials import seconds_of  # noqa: PLC0415 - the commands that only look
    from bench.run import constants as planned  # noqa: PLC0415
    from bench.run import runner  # noqa: PLC0415

    foreign = foreign_of(amqp_url)
    if from_run is None:
        command = shlex.join(["bench", *sys.argv[1:]])
        plan = planned.plan_of(experiment, repeats, seed, foreign, command)
        folder = runner.new_run(plan, results)
        for name, remedy in plan.not_measured.items():
            say(f"not measured: {name}: {remedy}", hang=2)
        whole = seconds_of(plan.trials) / 60
        say(f"{len(plan.trials)} trials, about {whole:.0f} min")
    else:
        planned.experiment_of(experiment)
        folder = from_run
    measure(folder, experiment, foreign, results)


def measure(folder: Path, experiment: str, foreign: dict[str, str], results: Path) -> None:
    """Do what is left of a run of constants, keep what it shows, and print it."""
    from bench.model.errors import UsageError  # noqa: PLC0415
    from bench.plan.workload import advice_of  # noqa: PLC0415
    from bench.results import constants as kept  # noqa: PLC0415
    from bench.results.evaluation import evaluate  # noqa: PLC0415
    from bench.run import runner  # noqa: PLC0415
    from bench.run.progress import Progress  # noqa: PLC0415

    progress = Progress(console)
    try:
        stored = runner.execute(folder, foreign, progress)
    except KeyboardInterrupt:
        progress.close()
        say(
            f"interrupted; what was measured is kept; "
            f"`bench constants {experiment} --from {folder}` continues"
        )
        raise
    finally:
        progress.close()
    result = next((one for one in evaluate(stored).experiments if one.name == experiment), None)
    if result is None:
        raise UsageError(f"{folder}: has no trials of {experiment}; name a run of its constants")
    advice = advice_of(result.experiment, {})
    found = kept.constants_of(stored.file, result, advice, stored.folder.name)
    if not found.constants:
        say(f"{folder}: no trial can be used; nothing was kept")
        raise typer.Exit(VOID)
    _print(found)
    say(f"constants: {kept.write(results, found)}")


def _print(found: object) -> None:
    from bench.model.constants import Constants  # noqa: PLC0415
    from reports.fitted_table import fitted  # noqa: PLC0415

    assert isinstance(found, Constants)
    rows = [
        (
            one.pattern,
            one.calibration,
            one.fact,
            significant(one.value),
            "" if one.low is None else f"{significant(one.low)} to {significant(one.high)}",
        )
        for one in found.constants
    ]
    headers = ("pattern", "trials", "constant", "value", "95 % interval")
    console.print(fitted(headers, rows, "", numbers=2))
    for name, reason in found.missing.items():
        say(f"no constant: {name}: {reason}", hang=2)
