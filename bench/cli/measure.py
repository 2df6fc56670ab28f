"""Commands that measure: run, resume, calibrate."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from bench import ordering, units
from bench.cli.shared import (
    AmqpUrl,
    Names,
    Results,
    RunFolder,
    Settings,
    app,
    console,
    write_report,
)


@app.command()
def run(
    names: Names,
    clients: Annotated[str, typer.Option(help="simulated clients, e.g. 10,100,1000")] = "",
    settings: Settings = None,
    duration: Annotated[str, typer.Option(help="length of the window, e.g. 10s")] = "",
    repeats: Annotated[int | None, typer.Option(help="trials of each pattern and level")] = None,
    workers: Annotated[int | None, typer.Option(help="load processes")] = None,
    seed: Annotated[int | None, typer.Option(help="of schedules, phases and order")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="small load, 3 repeats")] = False,
    amqp_url: AmqpUrl = "",
    results: Results = Path("results"),
) -> None:
    """Measure patterns side by side and write the report."""
    asked = ordering.Asked(
        names=tuple(names),
        settings=ordering.settings_of(settings or [], clients=clients, duration=duration),
        repeats=repeats,
        workers=workers,
        seed=seed,
        quick=quick,
        amqp_url=amqp_url,
        command=shlex.join(["bench", *sys.argv[1:]]),
    )
    plan = ordering.plan_of(asked)
    for name, remedy in plan.not_measured.items():
        console.print(Text(f"not measured: {name}: {remedy}"))
    from bench import runner  # noqa: PLC0415 - the commands that only look stay fast

    _execute(runner.new_run(plan, results), amqp_url)


@app.command()
def resume(run: RunFolder, amqp_url: AmqpUrl = "") -> None:
    """Complete an interrupted run."""
    from bench import runner, store  # noqa: PLC0415

    stored = store.open_run(run)
    runner.check_resumable(stored)
    if not stored.unfinished:
        console.print(f"nothing left to do in {run}")
    _execute(run, amqp_url)


def _execute(folder: Path, amqp_url: str) -> None:
    from bench import runner  # noqa: PLC0415
    from bench.progress import Progress  # noqa: PLC0415

    progress = Progress(console)
    try:
        runner.execute(folder, amqp_url, progress)
    except KeyboardInterrupt:
        progress.close()
        console.print(f"interrupted; what was measured is kept, `bench resume {folder}` goes on")
        raise
    finally:
        progress.close()
    for record in progress.failed:
        for line in record.log_tail:
            console.print(Text(f"    {record.trial.folder}: {line}"))
    write_report(folder)


@app.command()
def calibrate(
    clients: Annotated[str, typer.Option(help="levels")] = "64,1000",
    repeats: Annotated[int, typer.Option(min=1, help="turns of each generator")] = 5,
    duration: Annotated[str, typer.Option(help="of one turn")] = "3s",
) -> None:
    """The load engine's own ceiling here, beside wrk and Locust's FastHttpUser."""
    from bench import calibration  # noqa: PLC0415

    levels = [int(units.quantity(text, "", "clients")) for text in clients.split(",")]
    seconds = units.quantity(duration, "s", "duration")
    calibration.run(levels, repeats, seconds, console)
