"""The command line: one function per command, each parses, calls and prints.

Knows what a user may say and how an answer looks, and nothing of how it is got.
"""

from __future__ import annotations

import os
import shlex
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bench import __version__, catalog, doctor, environment, ordering, units
from bench.model import ComponentMissing, UsageError, parameters_of

USAGE, VOID, MISSING, INTERRUPTED, INTERNAL = 2, 3, 4, 130, 70

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Compares backend communication patterns quantitatively.",
)
console = Console(highlight=False, soft_wrap=True)

Names = Annotated[
    list[str], typer.Argument(help="EXPERIMENT, EXPERIMENT/PATTERN, or one plan.toml")
]
OnePattern = Annotated[str, typer.Argument(metavar="EXPERIMENT/PATTERN")]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="a folder of results/")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="a load parameter; several values sweep it"),
]
AmqpUrl = Annotated[str, typer.Option(help="use this broker on this host instead of a private one")]
Results = Annotated[Path, typer.Option(help="where runs are kept")]


@app.command("list")
def list_patterns(
    experiment: Annotated[str, typer.Argument(help="show one experiment's load parameters")] = "",
) -> None:
    """What can be measured: experiments and patterns, or one experiment's parameters."""
    known = catalog.experiments()
    if experiment:
        catalog.select([experiment])
        table = _table("parameter", "default", "meaning")
        for parameter in parameters_of(known[experiment.partition("/")[0]].load).values():
            meaning = parameter.meaning
            if parameter.choices:
                meaning += f" ({', '.join(parameter.choices)})"
            table.add_row(parameter.name, units.show(parameter.default, parameter.unit), meaning)
        console.print(table)
        return
    for entry in known.values():
        console.print(Text(f"{entry.name}: {entry.question}"))
        table = _table("pattern", "", "needs")
        for pattern in catalog.patterns(entry.name).values():
            summary = pattern.summary if pattern.compared else f"{pattern.summary} (not compared)"
            table.add_row(pattern.id, summary, ", ".join(pattern.requires))
        console.print(table)


@app.command("doctor")
def show_doctor() -> None:
    """What this machine has, what it lacks, and the fix."""
    table = _table("", "", "", "fix")
    for check in doctor.checks():
        table.add_row(
            check.name, check.state, check.detail, "" if check.state == "ok" else check.fix
        )
    console.print(table)


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
    _report(folder)


@app.command()
def report(run: RunFolder) -> None:
    """Write a run's report again and print its answer."""
    _report(run)


def _report(folder: Path) -> None:
    from reports import answer, load, page  # noqa: PLC0415

    evaluated = load.evaluate(folder)
    for table in answer.answer_tables(evaluated):
        _print_answer(table)
    where = page.write(evaluated)
    console.print(f"report: {where}")
    if not any(group.used for result in evaluated.experiments for group in result.groups):
        raise typer.Exit(VOID)


def _print_answer(table: Any) -> None:
    shown = Table(title=" ".join(filter(None, (table.title, table.level))), title_justify="left")
    for header in table.headers:
        shown.add_column(header)
    for row in table.plain():
        shown.add_row(*[Text(cell) for cell in row])
    wide = console if console.is_terminal else Console(width=200, highlight=False)
    wide.print(shown)
    for mark, text in table.notes:
        console.print(Text(f"[{mark}] {text}"))


@app.command()
def serve(
    pattern: OnePattern,
    settings: Settings = None,
    port: Annotated[int, typer.Option(help="0: a free one", min=0, max=65535)] = 0,
    amqp_url: AmqpUrl = "",
) -> None:
    """Run a pattern's target alone, with the lines to try it; Ctrl-C ends it."""
    from bench import stage  # noqa: PLC0415

    chosen, load = ordering.one_pattern(pattern, settings or [], amqp_url)
    with stage.staged(chosen, load, port, amqp_url, console.print) as staged:
        stage.publish(staged)
        address = staged.address
        console.print(Text(f"{chosen.id} listens on {address['host']}:{address['port']}"))
        if chosen.example:
            console.print(Text(f"try: {chosen.example.format(**address)}"))
        host = "http://{host}:{port}" if "url" not in address else "{url}?exchange={exchange}"
        console.print(
            Text(
                f"load: locust -f scenarios/{chosen.id}.py --host '{host.format(**address)}'"
                "   (and open Locust's web page)"
            )
        )
        while staged.target.alive:
            time.sleep(0.2)
        raise UsageError(f"the target ended: {' / '.join(staged.target.log_tail()[-2:])}")


@app.command()
def trace(pattern: OnePattern, settings: Settings = None, amqp_url: AmqpUrl = "") -> None:
    """One exchange, byte by byte, as it crosses the wire."""
    from bench import stage  # noqa: PLC0415

    chosen, load = ordering.one_pattern(pattern, settings or [], amqp_url)
    with stage.staged(chosen, load, 0, amqp_url, lambda _: None) as staged:
        tap, crossings = stage.trace(chosen, load, staged)
    for crossing in crossings:
        for line in stage.shown(tap, crossing):
            console.print(Text(line))


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


@app.command()
def version() -> None:
    """Version and machine, as they are recorded with a run."""
    console.print(f"patternbench {__version__}")
    for name, value in environment.facts().items():
        console.print(Text(f"{name}: {value}"))


def _table(*headers: str) -> Table:
    table = Table(box=None, pad_edge=False, show_header=any(headers))
    for header in headers:
        table.add_column(header, overflow="fold")
    return table


def _fail(words: str, code: int) -> int:
    print(f"bench: {' '.join(words.split())}", file=sys.stderr)
    return code


def _internal(error: BaseException) -> int:
    handle, name = tempfile.mkstemp(prefix="patternbench-", suffix=".txt")
    with os.fdopen(handle, "w") as file:
        traceback.print_exception(error, file=file)
    return _fail(
        f"a defect of patternbench ({type(error).__name__}: {error}); please report {name}",
        INTERNAL,
    )


def main() -> None:
    """The entry point: runs a command and turns every failure into one line and a code."""
    try:
        code = app(standalone_mode=False)
    except UsageError as error:
        code = _fail(str(error), USAGE)
    except ComponentMissing as error:
        code = _fail(str(error), MISSING)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except typer.TyperException as error:
        code = _fail(f"{error}; `bench --help` shows what there is", USAGE)
    except BrokenPipeError:
        code = 0
    except Exception as error:
        code = _internal(error)
    sys.exit(code if isinstance(code, int) else 0)
