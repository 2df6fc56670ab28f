"""The command that shows the whole ledger on one page, and measures what is missing of it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from bench import catalog
from bench.cli.answers import open_page
from bench.cli.screen import console, say
from bench.cli.shared import AmqpUrl, Open, Results, app, foreign_of
from bench.model import hints, topics
from bench.model.errors import ComponentMissing, TrialFailed, UsageError

if TYPE_CHECKING:
    from bench.analysis.kept_ledger import Restored
    from bench.analysis.ledger import Entry, Source
    from bench.results.run_folders import Runs

FOLDER = "atlas"

MOST_NAMED = 6

Chosen = Mapping[str, list[str]] | None
"""Ids of claims by experiment; None for all."""

Topic = Annotated[
    str, typer.Option(metavar="TOPIC", help='only the claims on a topic, e.g. "long polling"')
]
VerdictWord = Annotated[
    str, typer.Option(metavar="VERDICT", help="only the claims with this verdict, e.g. refuted")
]
Out = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="where to write it (default: atlas in the results)"),
]
Keep = Annotated[
    bool,
    typer.Option(
        "--keep",
        help="keep the entries of the atlas in the folder for claims without a reliable run here",
    ),
]
NoSlides = Annotated[
    bool, typer.Option("--no-slides", help="the page and its data only, no slides (faster)")
]
Measure = Annotated[
    bool,
    typer.Option(
        "--measure",
        help="first measure every claim without a reliable run (hours); Ctrl-C keeps what is "
        "measured, and the same command continues",
    ),
]
DryRun = Annotated[
    bool,
    typer.Option("--dry-run", help="say what --measure would run, and how long it takes"),
]


@app.command()
def atlas(
    topic: Topic = "",
    verdict: VerdictWord = "",
    out: Out = None,
    keep: Keep = False,
    no_slides: NoSlides = False,
    measure: Measure = False,
    dry_run: DryRun = False,
    amqp_url: AmqpUrl = "",
    results: Results = Path("results"),
    opens: Open = False,
) -> None:
    """Show the whole claims ledger on one page: each claim by its newest reliable run."""
    chosen = topics.about(topic, topics.by_topic(catalog.experiments().values())) if topic else None
    word = verdict_meant(verdict)
    foreign = foreign_of(amqp_url)
    folder = out or results / FOLDER
    before = _before(folder, keep)
    known = before.sources * keep
    if dry_run:
        say_outlook(_read(results), chosen, foreign, known)
        return
    if measure:
        _whole(_read(results), before, keep, folder)  # what would be lost is told before hours
        _measure(results, chosen, foreign, known)
    runs = _read(results)
    from bench.run.ledger import with_changes  # noqa: PLC0415 - a wrong word is told at once

    whole = _whole(runs, before, keep, folder)
    entries = with_changes(_among(whole, chosen), foreign)
    shown = [one for one in entries if not word or one.verdict == word]
    if not shown:
        raise UsageError(
            f"--verdict {word}: no claim{f' on {topic}' * bool(topic)} is; leave it out"
        )
    not_kept = [f"not kept: {line}" for line in before.left_out if keep]
    for line in [*(f"left out: {line}" for line in runs.problems), *not_kept]:
        say(line, hang=2)
    from bench.results import kept_atlas  # noqa: PLC0415

    # The ledger is kept whole, whatever is shown of it, and first: drawing can be interrupted.
    kept_atlas.write(folder, whole)
    scope = ", ".join(filter(None, (topic, word)))
    where = _write(shown, runs, scope, folder, not no_slides, not_kept)
    console.print(Text(f"atlas: {where}"), soft_wrap=True)
    if opens:
        open_page(where)


def verdict_meant(text: str) -> str:
    """The verdict that is named; UsageError with the likely one for another word."""
    from bench.verdicts.judgement import VERDICTS  # noqa: PLC0415 - the help stays fast

    word = text.lower().replace("-", " ").replace("_", " ").strip()
    if word and word not in VERDICTS:
        there = f"use one of {', '.join(VERDICTS)}"
        raise UsageError(f"--verdict {text}: unknown verdict; {hints.meant(word, VERDICTS, there)}")
    return word


def _read(results: Path) -> Runs:
    from bench.results.run_folders import runs_in  # noqa: PLC0415

    with console.status("reading runs") as status:

        def begins(place: int, count: int, folder: Path) -> None:
            status.update(f"reading run {place} of {count}: {folder.name}")

        return runs_in(results, begins)


def _before(folder: Path, keep: bool) -> Restored:
    """What the atlas in a folder says of the claims of today; nothing where there is none."""
    from bench.results import kept_atlas  # noqa: PLC0415

    if keep:
        kept_atlas.check_whole(folder)
    return kept_atlas.known(folder)


def _whole(runs: Runs, before: Restored, keep: bool, folder: Path) -> list[Entry]:
    """All claims, each with its run; UsageError where the folder's atlas would lose some."""
    whole = _entries(runs, None, before.sources)
    kept = [one for one in whole if one.source and one.source.is_kept]
    if kept and not keep:
        ids = [one.claim.id for one in kept]
        more = f" and {len(ids) - MOST_NAMED} more" if len(ids) > MOST_NAMED else ""
        raise UsageError(
            f"{folder}: its atlas has {', '.join(ids[:MOST_NAMED])}{more} of runs that are not in "
            f"the results; add --keep, write elsewhere with --out, or remove the folder"
        )
    return whole


def _entries(runs: Runs, chosen: Chosen, known: Sequence[Source]) -> list[Entry]:
    """The claims that are asked for, each with its run, or with what is known of one."""
    from bench.analysis.ledger import ledger  # noqa: PLC0415

    return _among(ledger(catalog.experiments().values(), runs.evaluated, known), chosen)


def _among(entries: Sequence[Entry], chosen: Chosen) -> list[Entry]:
    return [
        one
        for one in entries
        if chosen is None or one.claim.id in chosen.get(one.experiment.name, [])
    ]


def _write(
    entries: Sequence[Entry],
    runs: Runs,
    scope: str,
    folder: Path,
    with_slides: bool,
    not_kept: Sequence[str],
) -> Path:
    from bench.results import environment  # noqa: PLC0415
    from reports.atlas import page, rows, terminal  # noqa: PLC0415

    found = rows.rows_of(entries)
    for line in terminal.lines(found):
        say(line, style="bold" if line.startswith("Of ") else "")
    if not scope:
        console.print(terminal.topics_table(found))
    facts = environment.facts()
    left_out = [
        *runs.problems,
        *not_kept,
        *(
            f"{one.folder.name}: not finished, {len(one.unfinished)} of {len(one.file.trials)} "
            f"trials are missing; bench resume {one.folder}"
            for one in runs.unfinished
        ),
    ]
    kept = [one.source.run for one in entries if one.source and one.source.is_kept]
    if kept:
        are = "claim is" if len(kept) == 1 else "claims are"
        say(f"{len(kept)} {are} kept from the earlier atlas: no run here can be relied on for that")
    around = page.Around(
        datetime.datetime.now().astimezone(),
        str(facts["commit"]),
        rows.machine_words(facts),
        len({one.source.run for one in entries if one.source}),
        len(set(kept)),
        scope,
        tuple(left_out),
    )
    with console.status("drawing"):
        return page.write(found, around, folder, with_slides=with_slides)


# --- measuring what is missing ----------------------------------------------------------


def say_outlook(
    runs: Runs, chosen: Chosen, foreign: dict[str, str], known: Sequence[Source] = ()
) -> None:
    """What is to be measured, in which order and how long it takes, and what cannot be."""
    from bench.run import ledger  # noqa: PLC0415

    entries = _entries(runs, chosen, known)
    resumed, reasons = ledger.resumable(runs.unfinished, entries, foreign)
    found = ledger.outlook(entries, foreign, _served(resumed, entries))
    _say_left(found, resumed, reasons)
    say("nothing was started, and nothing was written")


def _served(runs: Sequence[Any], entries: Sequence[Entry]) -> set[tuple[str, str]]:
    """The claims that unfinished runs answer once they are complete."""
    from bench.analysis.ledger import covers  # noqa: PLC0415

    return {
        (one.experiment.name, one.claim.id)
        for one in entries
        for run in runs
        if covers(run.file, one.experiment, one.claim)
    }


def _say_left(found: Any, resumed: Sequence[Any], reasons: Sequence[str]) -> None:
    from bench.plan.preview import hours  # noqa: PLC0415
    from bench.plan.trials import seconds_of  # noqa: PLC0415
    from reports.fitted_table import fitted  # noqa: PLC0415

    rows = [
        (
            one.folder.name,
            "to be completed",
            str(len(one.unfinished)),
            hours(seconds_of(one.unfinished)),
        )
        for one in resumed
    ]
    rows += [
        (one.experiment, ", ".join(one.ids), str(len(one.plan.trials)), hours(one.seconds))
        for one in found.missing
    ]
    if rows:
        console.print(fitted(("left to measure", "claims", "trials", "about"), rows))
        seconds = found.seconds + sum(seconds_of(one.unfinished) for one in resumed)
        say(f"left: {len(rows)} run{'s' * (len(rows) != 1)}, about {hours(seconds)}", style="bold")
    else:
        say("nothing is left to measure")
    for line in [*reasons, *(f"not possible here: {line}" for line in found.impossible)]:
        say(line, hang=2)


def _measure(
    results: Path, chosen: Chosen, foreign: dict[str, str], known: Sequence[Source]
) -> None:
    """One run after another until nothing is left that can be measured here.

    What was begun once is not begun again, whatever became of it.
    """
    from bench.run import ledger, runner  # noqa: PLC0415

    begun: set[Path] = set()
    tried: set[tuple[str, str]] = set()
    while True:
        runs = _read(results)
        entries = _entries(runs, chosen, known)
        unfinished = [one for one in runs.unfinished if one.folder not in begun]
        resumed, reasons = ledger.resumable(unfinished, entries, foreign)
        found = ledger.outlook(entries, foreign, tried | _served(resumed, entries))
        _say_left(found, resumed, reasons)
        if resumed:
            folder, served = resumed[0].folder, _served(resumed[:1], entries)
        elif found.missing:
            folder = runner.new_run(found.missing[0].plan, results)
            served = {(found.missing[0].experiment, one) for one in found.missing[0].ids}
        else:
            return
        begun.add(folder)
        tried |= served
        _carry_out(folder, foreign)


def _carry_out(folder: Path, foreign: dict[str, str]) -> None:
    """A run with its report; one of no use is said and does not keep the others from theirs."""
    from bench.cli.measure import execute  # noqa: PLC0415 - it, too, is a command's file

    try:
        execute(folder, foreign, [])
    except KeyboardInterrupt:
        say("`bench atlas --measure` continues here, and with what is left")
        raise
    except typer.Exit:
        say(f"{folder.name}: no usable trial; its claims are not tried again now", hang=2)
    except (UsageError, ComponentMissing, TrialFailed) as error:
        say(f"{folder.name}: {error}", hang=2)
