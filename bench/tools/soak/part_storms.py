"""Kills at random moments over all experiments: harness, load process, part, service, proxy.

After an interrupted harness nothing may be left, what was finished is there bit for bit, and
`bench resume` completes the table.  After a killed child its trial says so and the run goes on.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.results import store
from bench.tools.soak import kept, left
from bench.tools.soak.case import Candidate, Case, Options, Outcome, judged
from bench.tools.soak.drawing import dice_of, in_turn, moments
from bench.tools.soak.harness import (
    ENDS_WITHIN_S,
    OTHER,
    STOPS_WITHIN_S,
    Answer,
    Harness,
    Place,
)
from bench.tools.soak.moment import failures, reached

TITLE = "kills at random moments"
HARNESS = ""
INTERRUPTED = 130


def _anybody(_: Candidate) -> bool:
    return True


@dataclass(frozen=True)
class Kill:
    """Which signal hits whom; `code` is how the harness must end, where it is the one."""

    signal: signal.Signals
    kind: str = HARNESS
    code: int = 0
    suits: Callable[[Candidate], bool] = _anybody


KILLS = {
    "ctrl-c": Kill(signal.SIGINT, code=INTERRUPTED),
    "sigterm": Kill(signal.SIGTERM, code=INTERRUPTED),
    "harness": Kill(signal.SIGKILL, code=-signal.SIGKILL),
    "load": Kill(signal.SIGKILL, "load"),
    "part": Kill(signal.SIGKILL, "part"),
    # Where there is only one of the two, what is neither load nor part is that.
    "service": Kill(signal.SIGKILL, OTHER, suits=lambda c: c.has_service and not c.has_proxy),
    "proxy": Kill(signal.SIGKILL, OTHER, suits=lambda c: c.has_proxy and not c.has_service),
}


def plan(options: Options, candidates: Sequence[Candidate]) -> list[dict[str, Any]]:
    """Each kind of kill so many times, in turns, so that a short soak has some of each."""
    drawn = []
    for name, kill in KILLS.items():
        dice = dice_of(options.seed, "storms", name)
        patterns = in_turn(candidates, dice, kill.suits)
        shares = moments(options.moments, dice)
        drawn.append(
            [
                {"kill": name, "pattern": one.pattern, "at": at, "seed": dice.randrange(1, 10**6)}
                for at, one in zip(shares, patterns, strict=False)
            ]
        )
    most = max(map(len, drawn), default=0)
    return [words[turn] for turn in range(most) for words in drawn if turn < len(words)]


def run(case: Case, place: Path) -> Outcome:
    """One kill."""
    at, kill = Place(place), KILLS[case.words["kill"]]
    with reached(at, case.words) as moment:
        if isinstance(moment, Outcome):
            return moment
        hit = _hit(moment.harness, kill, dice_of(case.words["seed"], "victim").random())
        answer = moment.harness.wait(STOPS_WITHIN_S if kill.kind == HARNESS else ENDS_WITHIN_S)
        rest = left.after(moment.seen, at)
    if not hit or (kill.kind == HARNESS and answer.code in kept.FINE):
        return judged(Outcome("missed", rest, len(rest), tracebacks=answer.tracebacks))
    problems = _ended(answer, kill, moment.run)
    gone = kept.lost(moment.finished, kept.finished(moment.run))
    if kill.signal != signal.SIGKILL or kill.kind != HARNESS:
        rest += left.folders(at)  # else the next command removes them
    wrong, tracebacks = _afterwards(at, moment.run, kill)
    gone += [
        one for one in kept.lost(moment.finished, kept.finished(moment.run)) if one not in gone
    ]
    rest += [one for one in left.folders(at) if one not in rest]
    return judged(
        Outcome(
            problems=[*problems, *wrong, *gone, *rest],
            left=len(rest),
            lost=len(gone),
            tracebacks=answer.tracebacks + tracebacks,
            facts=moment.facts(answer),
        )
    )


def _hit(harness: Harness, kill: Kill, chance: float) -> bool:
    """Send the signal; whether there was somebody to hear it."""
    if kill.kind == HARNESS:
        if harness.alive:
            harness.process.send_signal(kill.signal)
            return True
        return False
    victims = harness.processes(kill.kind)
    with contextlib.suppress(psutil.Error, IndexError):
        victims[int(chance * len(victims))].send_signal(kill.signal)
        return True
    return False


def _ended(answer: Answer, kill: Kill, run_: Path) -> list[str]:
    """What is wrong with how the command ended and what it said."""
    if answer.code is None:
        return ["it did not end in time"]
    expected = {kill.code} if kill.kind == HARNESS else kept.FINE
    found = [] if answer.code in expected else [f"exit {answer.code}: {kept.last_line(answer)}"]
    found += ["it said a traceback"] if answer.tracebacks else []
    said = " ".join(answer.text.split())  # a narrow output breaks lines
    goes_on = "bench resume" in said or not store.open_run(run_).unfinished
    if kill.code == INTERRUPTED and not goes_on:
        found.append("it does not say how to go on")
    if kill.kind != HARNESS and not found:
        found += failures(run_, said, most=1)
    return found


def _afterwards(place: Place, run_: Path, kill: Kill) -> tuple[list[str], int]:
    """Verify the run; an interrupted one is completed, too."""
    wrong = kept.checked(place, run_)
    if kill.kind != HARNESS:
        return [*wrong, *kept.incomplete(run_)], 0
    more, tracebacks = kept.resumed(place, run_)
    return wrong + [one for one in more if one not in wrong], tracebacks
