"""A disk that is full in the middle of a trial: a small one in memory, filled at a random moment.

The command says so in one line, what was finished is kept, and where there is room again
`bench resume` completes the table.  Needs a mount namespace of its own.
"""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.tools.soak import kept, left
from bench.tools.soak.case import Candidate, Case, Options, Outcome, judged
from bench.tools.soak.drawing import dice_of, in_turn, moments
from bench.tools.soak.harness import ENDS_WITHIN_S, Answer, Place
from bench.tools.soak.moment import failures, reached

TITLE = "full disks"
NAMESPACES = ("--mount",)
SIZE = "256m"
FIRST = 0.25
"""The share of a run from when on its disk may fill: some should have a finished trial."""

PAGE_BYTES = 4096
SPARE_BYTES = (0, PAGE_BYTES, 65_536)
WHERE = ("results", "results and temporary files")
USAGE = 2


def plan(options: Options, candidates: Sequence[Candidate]) -> list[dict[str, Any]]:
    """A fifth as many as there are kills of a kind."""
    count = max(1, options.moments // 5)
    dice = dice_of(options.seed, "disk")
    patterns = in_turn(candidates, dice)
    return [
        {
            "where": dice.choice(WHERE),
            "spare": dice.choice(SPARE_BYTES),
            "pattern": one.pattern,
            "at": at,
            "seed": dice.randrange(1, 10**6),
        }
        for at, one in zip(moments(count, dice, FIRST), patterns, strict=False)
    ]


def run(case: Case, place: Path) -> Outcome:
    """One disk, in the namespace of this process, with which it goes."""
    words, disk = case.words, place / "disk"
    disk.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "tmpfs", str(disk)], check=True
    )
    at = Place(place)
    at.results = disk / "results"
    if words["where"] != WHERE[0]:
        at.temporary = disk / "tmp"
        at.temporary.mkdir()
    with reached(at, words) as moment:
        if isinstance(moment, Outcome):
            return moment
        if not moment.harness.alive:
            return Outcome("missed")
        ballast = _fill(disk, words["spare"])
        answer = moment.harness.wait(ENDS_WITHIN_S)
        rest = left.after(moment.seen, at)
    problems = _ended(answer, moment.run)
    gone = kept.lost(moment.finished, kept.finished(moment.run))
    ballast.unlink()
    rest += left.folders(at)
    wrong, tracebacks = kept.resumed(at, moment.run)
    gone += [
        one for one in kept.lost(moment.finished, kept.finished(moment.run)) if one not in gone
    ]
    return judged(
        Outcome(
            problems=[*problems, *wrong, *gone, *rest],
            left=len(rest),
            lost=len(gone),
            tracebacks=answer.tracebacks + tracebacks,
            facts={**moment.facts(answer), "said": kept.last_line(answer)},
        )
    )


def _fill(disk: Path, spare: int) -> Path:
    """A file that takes all but some bytes."""
    path = disk / "ballast"
    with path.open("wb") as file:
        while (size := _free(disk) - spare) > 0:
            try:
                os.posix_fallocate(file.fileno(), 0, size)
                break
            except OSError as error:  # the run took some of it meanwhile, and may again
                if error.errno != errno.ENOSPC:
                    raise
                spare += PAGE_BYTES
    return path


def _free(disk: Path) -> int:
    found = os.statvfs(disk)
    return found.f_bavail * found.f_frsize


def _ended(answer: Answer, run_: Path) -> list[str]:
    """One line and the usual exit code; or trials that failed and say why."""
    if answer.code is None:
        return ["it did not end in time"]
    found = ["it said a traceback"] if answer.tracebacks else []
    if answer.code == USAGE:
        if len(answer.complaints) != 1:
            found.append(f"it said {len(answer.complaints)} lines of what is wrong")
    elif answer.code in kept.FINE:
        found += failures(run_, " ".join(answer.text.split()), most=3)
    else:
        found.append(f"exit {answer.code}: {kept.last_line(answer)}")
    return found
