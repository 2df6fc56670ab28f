"""Commands that measure: run, resume."""

from __future__ import annotations

import contextlib
import dataclasses
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bench.adaptive import precision
from bench.analysis import gates
from bench.analysis.gates import Gate
from bench.cli import preview
from bench.cli.answers import write_report
from bench.cli.screen import console, say, say_line
from bench.cli.shared import (
    AllowUnlike,
    AmqpUrl,
    ExportJson,
    Faults,
    Link,
    MayLoad,
    Names,
    Open,
    Own,
    PerClient,
    Results,
    RunFolder,
    Settings,
    app,
    foreign_of,
    known_metrics,
)
from bench.cli.watch import Web, watched
from bench.model.errors import UsageError
from bench.model.records import Goal
from bench.plan import own_servers
from bench.plan.own_servers import OwnFile
from bench.run import request

if TYPE_CHECKING:
    from bench.lab.hosts.hub import Hub
    from bench.run.runner import RunPlan

MOST_REPEATS = 30

ClaimIds = Annotated[
    str,
    typer.Option(
        metavar="IDS", help="run only the trials that these claims need, e.g. N1,N6 or all"
    ),
]
UntilPrecise = Annotated[
    str,
    typer.Option(
        metavar="SHARE", help="add repeats until intervals are within this share, e.g. 5%"
    ),
]
GoalMetric = Annotated[
    str,
    typer.Option(
        "--metric", metavar="KEY", help="metric for --until-precise (default latency_p50)"
    ),
]
MostRepeats = Annotated[int | None, typer.Option(help=f"maximum repeats (default {MOST_REPEATS})")]
Captures = Annotated[
    list[str] | None,
    typer.Option(metavar="LINK", help="keep each trial's packets on a link: clients, services"),
]
KeepDisturbed = Annotated[
    bool,
    typer.Option(
        "--keep-disturbed", help="use trials that the machine disturbed, marked as doubtful"
    ),
]
NoCalibration = Annotated[
    bool,
    typer.Option(
        "--no-calibration", help="skip trials that only serve laws; some laws then predict nothing"
    ),
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run", help="say what would be measured and started, and how long it takes; then stop"
    ),
]
Objectives = Annotated[
    list[str] | None,
    typer.Option(
        metavar="EXPR", help="objective; exit 1 if clearly violated, e.g. 'latency_p99 < 50 ms'"
    ),
]
Repeats = Annotated[int | None, typer.Option(metavar="N", help="trials per pattern and level")]
Seed = Annotated[
    int | None, typer.Option(metavar="N", help="random seed for schedules, phases and order")
]
Clients = Annotated[str, typer.Option(metavar="N", help="simulated clients, e.g. 10,100,1000")]
Duration = Annotated[str, typer.Option(metavar="TIME", help="length of the window, e.g. 10s")]
Hosts = Annotated[
    int | None,
    typer.Option(metavar="N", help="have N other hosts carry the load (docs/hosts.md)"),
]
Listen = Annotated[
    str,
    typer.Option(
        metavar="ADDRESS", help="with --hosts: this host's address, where they join and connect"
    ),
]
Quick = Annotated[bool, typer.Option("--quick", help="small load, 3 to 5 repeats, no calibration")]


@app.command()
def run(
    names: Names,
    clients: Clients = "",
    settings: Settings = None,
    per_client: PerClient = "",
    link: Link = None,
    fault: Faults = None,
    duration: Duration = "",
    repeats: Repeats = None,
    workers: Annotated[int | None, typer.Option(metavar="N", help="load processes")] = None,
    seed: Seed = None,
    quick: Quick = False,
    claims: ClaimIds = "",
    pcap: Captures = None,
    keep_disturbed: KeepDisturbed = False,
    no_calibration: NoCalibration = False,
    until_precise: UntilPrecise = "",
    metric: GoalMetric = "",
    most_repeats: MostRepeats = None,
    slo: Objectives = None,
    export_json: ExportJson = None,
    amqp_url: AmqpUrl = "",
    own: Own = None,
    i_may_load: MayLoad = None,
    results: Results = Path("results"),
    open_page: Open = False,
    web: Web = False,
    dry_run: DryRun = False,
    hosts: Hosts = None,
    listen: Listen = "",
) -> None:
    """Measure patterns side by side and write the report."""
    objectives = [gates.objective(text, known_metrics()) for text in slo or []]
    asked = request.Asked(
        names=tuple(names),
        settings=request.settings_of(
            settings or [],
            link or [],
            fault or [],
            clients=clients,
            duration=duration,
            per_client=per_client,
        ),
        repeats=repeats,
        workers=workers,
        seed=seed,
        quick=quick,
        foreign=foreign_of(amqp_url),
        command=shlex.join(["bench", *sys.argv[1:]]),
        goal=_goal(until_precise, metric, most_repeats),
        claims=claims,
        pcap=tuple(dict.fromkeys(pcap or ())),
        keep_disturbed=keep_disturbed,
        calibrate=not no_calibration,
        own=_own_file(own, i_may_load or []),
    )
    plan = request.plan_of(asked)
    _check_hosts(plan, hosts, listen)
    if dry_run:
        preview.show(plan)
        return
    with _gathered(plan, hosts, listen) as (hub, plan):
        folder = _announced(plan, results)
        execute(folder, foreign_of(amqp_url), objectives, export_json, open_page, hub, web)


def _check_hosts(plan: RunPlan, hosts: int | None, listen: str) -> None:
    """UsageError where the plan cannot be carried out with the other hosts that are asked for."""
    if hosts is None and listen:
        raise UsageError(f"--listen {listen}: is for other hosts to join; add --hosts N")
    if hosts is not None:
        from bench.run import hosts as others  # noqa: PLC0415

        others.check(plan, hosts, listen)


@contextlib.contextmanager
def _gathered(plan: RunPlan, hosts: int | None, listen: str) -> Iterator[tuple[Any, RunPlan]]:
    """Where other hosts have joined, and the plan with them; (None, plan) where none is wanted."""
    if hosts is None:
        yield None, plan
        return
    from bench.run import hosts as others  # noqa: PLC0415
    from bench.run import runner  # noqa: PLC0415

    # What cannot be run is said before anybody waits.
    runner.check(dataclasses.replace(plan, hosts=("",) * hosts))
    hub, plan = others.gather(plan, hosts, listen, say_line)
    try:
        yield hub, plan
    finally:
        hub.close()


def _announced(plan: RunPlan, results: Path) -> Path:
    """The folder of a new run, and in words what it will measure."""
    from bench.run import runner  # noqa: PLC0415

    folder = runner.new_run(plan, results)  # what cannot be run is said before all else
    for name, remedy in plan.not_measured.items():
        say(f"not measured: {name}: {remedy}", hang=2)
    for line in plan.understood:
        say_line(line)
    for line in plan.outlook:
        say_line(line)
    return folder


def _own_file(path: Path | None, may_load: Sequence[str]) -> OwnFile | None:
    from bench.run.ownfile import own_file  # noqa: PLC0415

    if path is not None:
        return own_file(path, may_load)
    if may_load:
        raise UsageError(f"--i-may-load {may_load[0]}: belongs to --own; add --own FILE.toml")
    return None


def _goal(share: str, metric: str, most_repeats: int | None) -> Goal | None:
    if share:
        return precision.goal(
            share, metric or "latency_p50", most_repeats or MOST_REPEATS, known_metrics()
        )
    if metric or most_repeats is not None:
        option = f"--metric {metric}" if metric else f"--most-repeats {most_repeats}"
        raise UsageError(f"{option}: belongs to --until-precise; add --until-precise 5%")
    return None


@app.command()
def resume(
    run: RunFolder,
    amqp_url: AmqpUrl = "",
    slo: Objectives = None,
    allow_unlike: AllowUnlike = False,
    i_may_load: MayLoad = None,
    open_page: Open = False,
    web: Web = False,
) -> None:
    """Complete an interrupted run."""
    objectives = [gates.objective(text, known_metrics()) for text in slo or []]
    from bench.results import store, verify  # noqa: PLC0415
    from bench.run import hosts as others  # noqa: PLC0415
    from bench.run import ownfile, runner  # noqa: PLC0415

    verify.require_undamaged(run)
    stored = store.open_run(run)
    own_servers.check_permitted(stored.file.patterns.values(), i_may_load or [])
    ownfile.check_secrets(stored.file.patterns.values())
    for line in own_servers.started_by(stored.file.patterns.values()):
        say_line(line)
    others.check_resumable(stored.file)
    runner.check_resumable(stored, foreign_of(amqp_url), allow_unlike)
    if not stored.unfinished and stored.file.goal is None:
        say(f"nothing left to do in {run}")
    execute(run, foreign_of(amqp_url), objectives, opens=open_page, web=web)


def _so_far(folder: Path) -> Any:
    """The table that fills while trials are measured; only a terminal shows it."""
    from bench.cli.so_far import SoFar  # noqa: PLC0415

    return SoFar(folder)


def execute(
    folder: Path,
    foreign: dict[str, str],
    slo: Sequence[Gate],
    export_json: Path | None = None,
    opens: bool = False,
    hub: Hub | None = None,
    web: bool = False,
) -> None:
    """Do a run's trials, write the report, and print what came of it."""
    from bench.run import runner  # noqa: PLC0415
    from bench.run.progress import Progress  # noqa: PLC0415

    known = _so_far(folder) if console.is_terminal or web else None
    shown = known if console.is_terminal else None
    progress = Progress(console, shown, None if shown is None else shown.before)
    try:
        if web:
            with watched(progress, known) as live:
                page = str(live.locust_page)
                runner.execute(folder, foreign, live.board, hub, page)
        else:
            runner.execute(folder, foreign, progress, hub)
    except KeyboardInterrupt:
        progress.close()
        say(f"interrupted; what was measured is kept; `bench resume {folder}` continues")
        raise
    finally:
        progress.close()
    for record in progress.failed:
        for line in record.log_tail:
            say(f"{record.trial.folder}: {line}", indent=4, hang=2)
    write_report(folder, slo, judges_claims=True, export_json=export_json, opens=opens)
