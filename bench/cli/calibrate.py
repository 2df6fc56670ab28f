"""The command that measures the tool itself: generators, deliveries, AMQP, noise floor, A/A."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.screen import console
from bench.cli.shared import Results, app
from bench.model import units
from bench.model.errors import UsageError
from bench.model.load import Window, parameters_of

LongProof = Annotated[
    int, typer.Option("--aa", min=0, help="run only this many A/A comparisons, e.g. 40 (16 min)")
]
HistoryRuns = Annotated[
    int,
    typer.Option(
        "--aa-runs",
        min=0,
        metavar="PAIRS",
        help="measure how much whole runs differ, with this many pairs, e.g. 40 (12 min); "
        "continues where it was interrupted",
    ),
]
Against = Annotated[
    str | None,
    typer.Option(
        metavar="COMMIT", help="have the engine and clients of this older commit take turns"
    ),
]
ProofRun = Annotated[
    Path | None, typer.Option("--aa-run", metavar="RUN", help="finish an A/A run, print its table")
]


@app.command()
def calibrate(
    clients: Annotated[str, typer.Option(help="numbers of clients")] = "64,1000",
    repeats: Annotated[int, typer.Option(min=1, help="turns per generator")] = 5,
    duration: Annotated[str, typer.Option(help="length of one turn")] = "3s",
    no_generators: Annotated[
        bool, typer.Option("--no-generators", help="skip the generators")
    ] = False,
    receivers: Annotated[
        int, typer.Option(min=1, help="clients whose deliveries are measured")
    ] = 10_000,
    no_deliveries: Annotated[
        bool, typer.Option("--no-deliveries", help="skip the cost of deliveries")
    ] = False,
    no_amqp: Annotated[bool, typer.Option("--no-amqp", help="skip AMQP deliveries")] = False,
    no_floor: Annotated[bool, typer.Option("--no-floor", help="skip the noise floor")] = False,
    no_aa: Annotated[bool, typer.Option("--no-aa", help="skip the A/A comparison")] = False,
    against: Against = None,
    aa: LongProof = 0,
    aa_run: ProofRun = None,
    aa_runs: HistoryRuns = 0,
    results: Results = Path("results"),
) -> None:
    """Measure the tool itself: its ceiling, a delivery's cost, its noise floor, A/A comparisons."""
    known = parameters_of(Window)
    levels = [units.parse(known["clients"], text) for text in clients.split(",")]
    seconds = units.parse(known["duration"], duration)
    left_out = {
        "--no-generators": no_generators,
        "--no-deliveries": no_deliveries,
        "--no-amqp": no_amqp,
        "--no-floor": no_floor,
        "--no-aa": no_aa,
    }
    _check(aa, aa_run, aa_runs, left_out, against)
    # Below, so that a wrong value is told at once.
    from bench.tools import aa_runs as history_runs  # noqa: PLC0415
    from bench.tools import (  # noqa: PLC0415 - as above
        aims,
        amqp_deliveries,
        calibration,
        deliveries,
        older,
        selfproof,
    )

    command = shlex.join(["bench", *sys.argv[1:]])
    if aa_runs:
        history_runs.measure(aa_runs, results, command, console)
        return
    if aa_run:
        selfproof.finish(aa_run, console)
        return
    if aa:
        selfproof.prove(aa, selfproof.LONG_WINDOW, results, command, console)
        return
    figures: list[aims.Figure] = []
    with older.unpacked(against) as before:
        if not no_generators:
            figures += calibration.run(levels, repeats, seconds, console, before)
        if not no_deliveries:
            figures += deliveries.run(receivers, repeats, seconds, console, before)
        if not no_amqp:
            given = (amqp_deliveries.CONNECTIONS, repeats, seconds)
            figures += amqp_deliveries.run(*given, console, before)
    if not no_floor:
        figures += selfproof.show_floor(results, command, console)
    if figures:
        console.print(aims.table_of(figures, None if before is None else before.commit))
    if not no_aa:
        selfproof.prove(1, selfproof.QUICK_WINDOW, results, command, console)


def _check(
    aa: int,
    aa_run: Path | None,
    aa_runs: int,
    left_out: Mapping[str, bool],
    against: str | None,
) -> None:
    """UsageError for words that do not go together."""
    turns = ("--no-generators", "--no-deliveries", "--no-amqp")
    if against and (aa or aa_run or aa_runs or all(left_out[one] for one in turns)):
        raise UsageError(
            f"--against {against}: nothing that it takes turns in is measured; leave one out"
        )
    if aa and aa_run:
        raise UsageError(
            f"--aa {aa}: --aa-run {aa_run} already fixes the number; use only one of them"
        )
    if aa_runs and (aa or aa_run):
        other = f"--aa {aa}" if aa else f"--aa-run {aa_run}"
        raise UsageError(f"--aa-runs {aa_runs}: measures alone; leave out {other}")
    if all(left_out.values()) and not (aa or aa_run or aa_runs):
        raise UsageError(f"{' '.join(left_out)}: nothing is left; leave one out")
