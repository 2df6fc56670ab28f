"""The command that looks for the most that still meets an objective."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from bench.analysis import gates
from bench.cli.answers import write_report
from bench.cli.screen import console, say, say_line
from bench.cli.shared import (
    BROKEN,
    VOID,
    AmqpUrl,
    Faults,
    Link,
    OnePattern,
    Open,
    PerClient,
    Results,
    Settings,
    app,
    foreign_of,
    known_metrics,
)
from bench.plan import load_words

DURATION = "4s"

Objective = Annotated[str, typer.Option(metavar="EXPR", help="e.g. 'latency_p99 < 200 ms'")]


@app.command()
def capacity(
    pattern: OnePattern,
    slo: Objective,
    over: Annotated[str, typer.Option(metavar="NAME", help="load parameter to raise")] = "clients",
    first: Annotated[
        str, typer.Option("--from", metavar="N", help="first level (default: the parameter's)")
    ] = "",
    most: Annotated[str, typer.Option(metavar="N", help="highest level to try")] = "",
    within: Annotated[
        str, typer.Option(metavar="SHARE", help="stop when the bracket is this narrow")
    ] = "5%",
    repeats: Annotated[int, typer.Option(min=1, help="trials per level at first")] = 3,
    duration: Annotated[str, typer.Option(help=f"window length (default {DURATION})")] = "",
    settings: Settings = None,
    per_client: PerClient = "",
    link: Link = None,
    fault: Faults = None,
    workers: Annotated[int, typer.Option(min=1, help="load processes")] = 1,
    seed: Annotated[int, typer.Option(help="random seed for schedules and phases")] = 1,
    amqp_url: AmqpUrl = "",
    results: Results = Path("results"),
    open_page: Open = False,
) -> None:
    """The most clients (or events, or anything) that meet an objective, and what limits them."""
    objective = gates.objective(slo, known_metrics())
    from bench.run import request, searching  # noqa: PLC0415 - a wrong objective is told at once

    named = request.settings_of(
        settings or [], link or [], fault or [], duration=duration, per_client=per_client
    )
    asked = searching.CapacityRequest(
        pattern=pattern,
        objective=objective,
        settings=[f"{name}={value}" for name, value in ({"duration": DURATION} | named).items()],
        over=over,
        first=first,
        most=most,
        within=within,
        repeats=repeats,
        workers=workers,
        seed=seed,
        foreign=foreign_of(amqp_url),
        command=shlex.join(["bench", *sys.argv[1:]]),
    )
    plan = searching.plan_of(asked)
    found = searching.CapacitySearch(plan, results)
    for line in load_words.sentences(plan.experiment, [plan.load_at(plan.search.first)]):
        say_line(f"{line} (the first level)")
    _search(found, open_page)


def _search(found: Any, opens: bool) -> None:
    """Measure, print the answer, write the report; Exit where there is no level that passes."""
    from bench.run.search_progress import SearchProgress  # noqa: PLC0415

    progress = SearchProgress(console)
    try:
        step = found.run(progress)
    except KeyboardInterrupt:
        progress.close()
        say(f"interrupted; what was measured is kept in {found.folder}. So far:")
        _say(_answer(found, found.step))
        raise
    finally:
        progress.close()
    for record in progress.failed[-1:]:
        for line in record.log_tail:
            say(f"{record.trial.folder}: {line}", indent=4, hang=2)
    _say([*_answer(found, step), *_why(found, step)])
    console.print()
    write_report(found.folder, opens=opens)
    if step.passes is None:
        raise typer.Exit(VOID if step.fails is None else BROKEN)


def _answer(found: Any, step: Any) -> list[str]:
    from bench.adaptive import capacity as rules  # noqa: PLC0415
    from bench.adaptive import capacity_text  # noqa: PLC0415

    search = found.plan.search
    line = rules.crossing(search, found.seen, step)
    return capacity_text.answer(search, step, found.plan.swept, line)


def _why(found: Any, step: Any) -> list[str]:
    """What stood in the way, and what the laws had expected."""
    from bench.adaptive import capacity_text  # noqa: PLC0415

    swept, lines = found.plan.swept, []
    if step.fails is not None:
        shown = found.shown(step.fails.level)
        lines += [f"  why: {words}" for words in capacity_text.reasons(step.fails, shown)]
    elif step.passes is not None:
        lines.append(f"  why the search stopped: {step.words}")
    if step.passes is not None:
        level = step.passes.level
        own = found.plan.experiment.capacity_law(found.question(step.passes))
        if own is None:
            own = capacity_text.expected_words(level, found.expected(level), swept)
        lines += own
    return lines


def _say(lines: Sequence[str]) -> None:
    for line in lines:
        say_line(line)
