"""The command that advises on a described workload, and the audit of its advice."""

from __future__ import annotations

import secrets
import shlex
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from bench.cli import completion
from bench.cli.screen import console, say, say_command
from bench.cli.shared import AmqpUrl, Results, app, foreign_of
from bench.model.errors import UsageError

SEEDS = 1_000_000
NO_ANSWER = 1
"""Exit code if no pattern can be recommended."""

What = Annotated[
    str,
    typer.Argument(
        metavar="WORKLOAD",
        help="a workload.toml, or an EXPERIMENT whose questions are asked one by one",
        autocompletion=completion.names,
    ),
]
Said = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="NAME=VALUE", help="set a part of the workload; no questions are asked"
    ),
]
Audited = Annotated[
    int | None,
    typer.Option(
        "--audit",
        metavar="N",
        help="advise on N random workloads, then measure how often the advice is right",
    ),
]
AuditRun = Annotated[
    Path | None,
    typer.Option("--audit-run", metavar="RUN", help="complete an audit of advice, print its table"),
]


@app.command()
def advise(
    workload: What,
    settings: Said = None,
    audit: Audited = None,
    seed: Annotated[int | None, typer.Option(help="seed of --audit (default: new)")] = None,
    repeats: Annotated[int, typer.Option(help="--audit: trials per workload and pattern")] = 1,
    duration: Annotated[
        str, typer.Option(metavar="TIME", help="--audit: length of each window")
    ] = "",
    audit_run: AuditRun = None,
    amqp_url: AmqpUrl = "",
    results: Results = Path("results"),
) -> None:
    """Say which pattern suits a workload, what it costs by the laws, and when another is better."""
    if audit is not None or audit_run is not None:
        _audit(workload, settings, audit, seed, repeats, duration, audit_run, amqp_url, results)
        return
    for option, value in (("--seed", seed), ("--duration", duration)):
        if value not in (None, ""):
            raise UsageError(f"{option} {value}: belongs to --audit; add --audit 60")
    from bench.run import workloadfile  # noqa: PLC0415

    texts: dict[str, str] = {}
    name = workload
    if workload.endswith(workloadfile.SUFFIX):
        name, texts = workloadfile.read(Path(workload))
    experiment = _experiment(name)
    texts |= _pairs(settings or [])
    if not workload.endswith(workloadfile.SUFFIX) and settings is None:
        texts = _answers(experiment)
    _advise(experiment, texts, results, workload if texts and name != workload else "")


def _experiment(name: str) -> Any:
    from bench.run.constants import experiment_of  # noqa: PLC0415

    return experiment_of(name)


def _pairs(pairs: list[str]) -> dict[str, str]:
    from bench.run.request import settings_of  # noqa: PLC0415

    return settings_of(pairs)


def _answers(experiment: Any) -> dict[str, str]:
    """What somebody answers to each question; a wrong answer is told and asked for again."""
    if not (sys.stdin.isatty() and console.is_terminal):
        raise UsageError(
            f"{experiment.name}: its questions need a terminal; describe the workload in a TOML "
            "file, or with --set NAME=VALUE"
        )
    from bench.plan import questions  # noqa: PLC0415
    from bench.plan.workload import workload_of  # noqa: PLC0415

    texts: dict[str, str] = {}
    say(experiment.advice.about, style="bold")
    for question in questions.of(experiment, experiment.advice):
        while True:
            text = typer.prompt(question.text, default=question.default, show_default=True).strip()
            if not text or (question.is_optional and text == questions.NONE):
                break
            try:
                workload_of(experiment, experiment.advice, {**texts, question.name: text})
            except UsageError as error:
                say(str(error), hang=2)
                continue
            texts[question.name] = text
            break
    console.print()
    return texts


def _advise(experiment: Any, texts: dict[str, str], results: Path, file: str) -> None:
    from bench import catalog  # noqa: PLC0415
    from bench.analysis.advice_text import text_of  # noqa: PLC0415
    from bench.analysis.advising import Adviser  # noqa: PLC0415
    from bench.plan.workload import workload_of  # noqa: PLC0415

    try:
        workload = workload_of(experiment, experiment.advice, texts)
    except UsageError as error:
        raise UsageError(f"{file}: {error}" if file else str(error)) from None
    constants, is_old = _constants(experiment, results)
    advised = Adviser(experiment.advice, constants).advised(workload)
    known = catalog.patterns(experiment.name).items()
    titles = {name: one.title for name, one in known if one.compared and not one.on_request}
    print_advice(text_of(advised, titles, constants, is_old))
    if advised.first is None:
        raise typer.Exit(NO_ANSWER)


def _constants(experiment: Any, results: Path) -> tuple[Any, bool]:
    """The constants of this machine, and whether the code has changed since they were measured."""
    from bench.plan.constants import sources_of  # noqa: PLC0415
    from bench.results import constants as kept  # noqa: PLC0415
    from bench.results import environment  # noqa: PLC0415
    from bench.run.constants import code_now  # noqa: PLC0415

    if not sources_of(experiment, experiment.advice):
        return None, False
    found = kept.read(results, experiment.name, environment.facts())
    if found is None:
        raise UsageError(
            f"{results}: has no constants of this machine; measure them once with "
            f"`bench constants {experiment.name}` (about 6 minutes)"
        )
    return found, kept.code_of(code_now(experiment, {})) != found.code


def print_advice(found: Any) -> None:
    """The answer first, then why, then what it does not know."""
    from reports.fitted_table import fitted  # noqa: PLC0415

    say(found.answer, style="bold")
    console.print()
    console.print(fitted(found.headers, found.rows, "", numbers=len(found.headers) - 2))
    for title, lines in (("Why", found.why), ("What it does not know", found.unknown)):
        if lines:
            console.print()
            say(f"{title}:")
            for line in lines:
                say(f"- {line}", indent=2, hang=2)
    console.print()
    say(f"{found.reason}:")
    say_command(found.command)


# --- how often advice is right -----------------------------------------------------------


def _audit(
    name: str,
    settings: list[str] | None,
    count: int | None,
    seed: int | None,
    repeats: int,
    duration: str,
    audit_run: Path | None,
    amqp_url: str,
    results: Path,
) -> None:
    if settings:
        raise UsageError(f"--set {settings[0]}: an audit draws its workloads; remove it")
    from bench.run import advice_audit, runner  # noqa: PLC0415

    experiment, foreign = _experiment(name), foreign_of(amqp_url)
    if audit_run is None:
        assert count is not None
        constants, is_old = _constants(experiment, results)
        if is_old:
            say("the code has changed since this machine's constants were measured", hang=2)
        plan = advice_audit.plan_of(
            advice_audit.AdviceAuditRequest(
                experiment,
                constants,
                count,
                secrets.randbelow(SEEDS) if seed is None else seed,
                repeats,
                duration,
                foreign,
                shlex.join(["bench", *sys.argv[1:]]),
            )
        )
        folder = runner.new_run(plan.run, results)
        advice_audit.write(folder, plan.file)
        say(advice_audit.outlook(plan), hang=2)
    else:
        folder = audit_run
    _measure_audit(folder, experiment, foreign)


def _measure_audit(folder: Path, experiment: Any, foreign: dict[str, str]) -> None:
    from bench.analysis import advice_audit  # noqa: PLC0415
    from bench.results.evaluation import evaluate  # noqa: PLC0415
    from bench.run import advice_audit as planned  # noqa: PLC0415
    from bench.run import runner  # noqa: PLC0415
    from bench.run.progress import Progress  # noqa: PLC0415
    from reports.fitted_table import fitted  # noqa: PLC0415

    file = planned.read(folder)
    progress = Progress(console)
    try:
        stored = runner.execute(folder, foreign, progress)
    except KeyboardInterrupt:
        progress.close()
        say(
            f"interrupted; what was measured is kept; "
            f"`bench advise {experiment.name} --audit-run {folder}` continues"
        )
        raise
    finally:
        progress.close()
    found = next(one for one in evaluate(stored).experiments if one.name == experiment.name)
    points = advice_audit.points_of(file, found)
    console.print()
    for sentence in advice_audit.sentences(file, points):
        say(sentence, style="bold")
    console.print()
    rows = advice_audit.rows(points, experiment)
    console.print(fitted(advice_audit.HEADERS, rows, "", numbers=2))
    page = planned.write_page(folder, stored.file, file, points, experiment)
    say(f"page: {page}")
