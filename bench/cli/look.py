"""Commands that only look: list, doctor, version, serve, trace."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.text import Text

from bench import __version__, catalog
from bench.cli import completion
from bench.cli.screen import console, say
from bench.cli.shared import AmqpUrl, OnePattern, Settings, app, foreign_of
from bench.model import units
from bench.model.errors import UsageError
from bench.model.experiment import Experiment
from bench.model.hosttext import host_text
from bench.model.load import parameters_of
from bench.model.pattern import Pattern
from bench.plan import load_words
from bench.plan.client_parameters import client_parameters
from bench.results import environment
from bench.run import request
from bench.tools import doctor
from reports.fitted_table import fitted


@app.command("list")
def list_patterns(
    experiment: Annotated[
        str,
        typer.Argument(
            help="show one experiment's load parameters", autocompletion=completion.names
        ),
    ] = "",
) -> None:
    """Show experiments and patterns, or one experiment's parameters."""
    known = catalog.experiments()
    if experiment:
        catalog.select([experiment])
        print_parameters(known[experiment.partition("/")[0]])
        return
    for entry in known.values():
        say(f"{entry.name}: {entry.question}", hang=2)
        print_load(entry)
        console.print(fitted(("pattern", "what it does", "needs"), _patterns(entry.name)))
        print_absent(entry)
        console.print()


def print_load(experiment: Experiment) -> None:
    """The load as it is by default, and whose its rates are."""
    if experiment.rates is not None:
        load = load_words.sentence(experiment, experiment.load().values())
        say(f"load by default: {load}", indent=2, hang=2)
        say(experiment.rates.about, indent=2, hang=2)


def print_absent(experiment: Experiment) -> None:
    """What belongs to the experiment and is not measured."""
    for one in experiment.absent:
        say(f"not measured: {one.text}", indent=2, hang=2)


def print_parameters(experiment: Experiment) -> None:
    """Every load parameter, with its default and meaning."""
    say(f"{experiment.name}: {experiment.question}", hang=2)
    print_load(experiment)
    print_absent(experiment)
    console.print()
    rows = []
    for one in parameters_of(experiment.load).values():
        choices = f" ({', '.join(one.choices)})" if one.choices else ""
        rows.append((one.name, units.show(one.default, one.unit), one.meaning + choices))
    console.print(fitted(("parameter", "default", "meaning"), rows))


def _patterns(experiment: str) -> list[tuple[str, str, str]]:
    rows = []
    for pattern in catalog.patterns(experiment).values():
        mark = "" if pattern.compared else " (not compared)"
        mark = " (only if named)" if pattern.on_request else mark
        rows.append((pattern.id, f"{pattern.summary}{mark}", ", ".join(pattern.requires)))
    return rows


@app.command("doctor")
def show_doctor() -> None:
    """Show what this machine has, what it lacks, and the fix."""
    rows = [
        (check.name, check.state, check.detail, "" if check.state == "ok" else check.fix)
        for check in doctor.checks()
    ]
    console.print(fitted(("component", "state", "found", "fix"), rows))


def _print_version(wanted: bool) -> None:
    if wanted:
        console.print(f"patternbench {__version__}")
        raise typer.Exit


@app.callback()
def options(
    _: Annotated[
        bool,
        typer.Option(
            "--version", "-V", callback=_print_version, is_eager=True, help="Show the version."
        ),
    ] = False,
) -> None:
    """Compares backend communication patterns quantitatively."""


@app.command()
def version() -> None:
    """Show version and machine as recorded with a run."""
    console.print(f"patternbench {__version__}")
    for name, value in environment.facts().items():
        console.print(Text(f"{name}: {value}"))


@app.command()
def serve(
    pattern: OnePattern,
    settings: Settings = None,
    port: Annotated[
        int, typer.Option(help="port to listen on (0: any free port)", min=0, max=65535)
    ] = 0,
    amqp_url: AmqpUrl = "",
) -> None:
    """Start a pattern's servers alone and print commands to try them; Ctrl-C stops them."""
    from bench.tools import stage  # noqa: PLC0415

    foreign = foreign_of(amqp_url)
    chosen, load = request.one_pattern(pattern, settings or [], foreign, measures=False)
    with stage.staged(chosen, load, port, foreign, console.print) as staged:
        stage.publish(staged)
        address = staged.address
        console.print(Text(f"{chosen.id} listens on {address.host}:{address.port}"))
        for listener in address.listeners.values():
            console.print(Text(f"a proxy in front listens at {listener.url}"))
        words = {"host": address.host, "port": address.port, **address.more}
        if chosen.example:
            console.print(Text(f"try: {chosen.example.format(**words)}"), soft_wrap=True)
        if not stage.client_parts(chosen):  # where a part calls, clients only look on
            command = _load_words(chosen, load, staged)
            console.print(Text(f"load: {command}"), soft_wrap=True)
        while all(part.alive for part in staged.parts):
            time.sleep(0.2)
        raise UsageError(f"the target ended: {' / '.join(staged.parts.log_tail()[-2:])}")


def _load_words(pattern: Pattern, load: Mapping[str, Any], staged: Any) -> str:
    """The command that makes load: with what clients must be told too, where it is no default."""
    options = [
        f" --{one.name.replace('_', '-')} {units.show(load[one.field_name], one.unit)}"
        for one in client_parameters(pattern.experiment, pattern.name)
        if load[one.field_name] != one.default
    ]
    host = host_text(staged.address, staged.parts.reached)
    return (
        f"locust -f scenarios/{pattern.id}.py --host '{host}'{''.join(options)}"
        "   (and open Locust's web page)"
    )


@app.command()
def trace(pattern: OnePattern, settings: Settings = None, amqp_url: AmqpUrl = "") -> None:
    """Show one exchange byte by byte as it crosses the wire."""
    from bench.tools import stage  # noqa: PLC0415

    foreign = foreign_of(amqp_url)
    chosen, load = request.one_pattern(pattern, settings or [], foreign, measures=False)
    with stage.staged(chosen, load, 0, foreign, lambda _: None) as staged:
        tap, crossings = stage.trace(chosen, load, staged)
    for crossing in crossings:
        for line in stage.shown(tap, crossing):
            console.print(Text(line))
    if not crossings:
        say(f"{chosen.id}: no bytes pass between clients and an entrance; trace shows no others")
