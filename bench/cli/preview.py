"""What `bench run --dry-run` says: the plan, its processes, its time.  Starts and writes nothing.

Knows how it is shown; not what a plan would start.
"""

from __future__ import annotations

from typing import Any

from bench import catalog
from bench.cli.screen import console, say, say_line
from bench.plan import preview
from reports.fitted_table import fitted


def show(plan: Any) -> None:
    """Everything that a run would check, in words; UsageError or ComponentMissing as a run's."""
    from bench.run import runner  # noqa: PLC0415 - the commands that only look stay fast
    from bench.run.startup import counts_of  # noqa: PLC0415

    runner.check(plan)
    for name, remedy in plan.not_measured.items():
        say(f"not measured: {name}: {remedy}", hang=2)
    for line in plan.understood:
        say_line(line)
    console.print(
        fitted(preview.HEADERS, preview.rows(plan.trials, plan.patterns, counts_of, plan.workers))
    )
    titles = {name: one.title for name, one in catalog.components().items()}
    once = preview.Once(titles, plan.foreign)
    for line in preview.lines(plan.trials, plan.patterns, once, plan.goal):
        say(line, hang=2)
    say("nothing was started, and nothing was written")
