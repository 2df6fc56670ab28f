"""What a run keeps: its finished trials bit for bit, and after `bench resume` its whole table.

Reads results as any reader does.  Must not know what was done to the run.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bench.model.errors import UsageError
from bench.results import digests, jsonfile, store
from bench.results.evaluation import evaluate
from bench.results.store import StoredRun
from bench.tools.soak.harness import Answer, Place

FINE = {0, 3}
"""Done; or done, and the machine let no trial be of use."""


def finished(run: Path) -> dict[str, str]:
    """The digests of all files of trials that are in place, by name."""
    found = {}
    for record in sorted(run.glob(f"{digests.TRIALS}/*/{digests.TRIAL_JSON}")):
        if record.parent.name.endswith(digests.PARTIAL):
            continue
        for path in sorted(record.parent.rglob("*")):
            if path.is_file():
                found[str(path.relative_to(run))] = jsonfile.sha256(path.read_bytes())
    return found


def lost(known: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Files of finished trials that are gone or changed, each in a line."""
    return [
        f"{name} is {'changed' if name in now else 'gone'}"
        for name, digest in known.items()
        if now.get(name) != digest
    ]


def checked(place: Place, run: Path) -> list[str]:
    """What `bench verify` has against a run."""
    answer = place.ask("verify", str(run))
    return [] if answer.code == 0 else [f"verify: exit {answer.code}: {last_line(answer)}"]


def resumed(place: Place, run: Path) -> tuple[list[str], int]:
    """Complete the run: what is wrong then, and how many tracebacks were said."""
    answer = place.ask("resume", str(run))
    problems = [*checked(place, run)]
    if answer.code not in FINE:
        return [f"resume: exit {answer.code}: {last_line(answer)}", *problems], answer.tracebacks
    return [*problems, *incomplete(run)], answer.tracebacks


def incomplete(run: Path) -> list[str]:
    """What the table of a completed run lacks."""
    try:
        stored = store.open_run(run)
        rows = evaluate(stored)
    except UsageError as error:
        return [str(error)]
    found = [f"{one.folder} is not done" for one in stored.unfinished]
    for experiment in rows.experiments:
        found += [
            f"the table lacks {pattern} at {level}"
            for pattern, level in sorted(experiment.planned - set(experiment.grid))
            if not _all_failed(stored, pattern)
        ]
    return found + [f"{path.name} is left" for path in run.rglob(f"*{digests.PARTIAL}")]


def _all_failed(stored: StoredRun, pattern: str) -> bool:
    return not any(one.is_whole for one in stored.trials if one.trial.pattern == pattern)


def last_line(answer: Answer) -> str:
    """What a command said last."""
    lines = [line for line in answer.text.splitlines() if line.strip()]
    return (answer.complaints or lines or ["nothing was said"])[-1]
