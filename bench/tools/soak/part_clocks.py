"""A machine that sleeps, and a clock that steps: found, and the trial void or failed.

Asleep is everything of a run at once, by SIGSTOP.  A clock steps for the children of a trial, in
a time namespace that the harness makes for them; there is none for the wall clock, so steps of
that are not measured.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

from bench.model.records import TrialFile
from bench.model.trial import Trial
from bench.results import store
from bench.run import request, runner
from bench.tools.soak import kept, left
from bench.tools.soak.case import Candidate, Case, Options, Outcome, judged
from bench.tools.soak.drawing import dice_of, in_turn, moments
from bench.tools.soak.harness import ENDS_WITHIN_S, Place, marked
from bench.tools.soak.moment import reached

TITLE = "sleep and clock steps"
NAMESPACES = ("--mount",)
"""Any: who steps a clock must be a process of its own, and allowed to."""

CLONE_NEWTIME = 0x80
OFFSETS = Path("/proc/self/timens_offsets")
SLEEPS_S = (0.3, 1.0, 3.0)
STEPS_S = (-2, -1, 1, 5, 60, 3600)
LEAST_NS = 100_000_000
"""A window that was asleep for less is judged by the bounds of disturbances alone."""


def plan(options: Options, candidates: Sequence[Candidate]) -> list[dict[str, Any]]:
    """A fifth as many of each as there are kills of a kind."""
    count = max(1, options.moments // 5)
    drawn = []
    for kind, values in (("sleep", SLEEPS_S), ("step", STEPS_S)):
        dice = dice_of(options.seed, "clocks", kind)
        patterns = in_turn(candidates, dice)
        for at, one in zip(moments(count, dice), patterns, strict=False):
            seed = dice.randrange(1, 10**6)
            seconds = dice.choice(values)
            words = {"kind": kind, "seconds": seconds, "pattern": one.pattern, "seed": seed}
            drawn.append(words | ({"at": at} if kind == "sleep" else {}))
    return drawn


def run(case: Case, place: Path) -> Outcome:
    """One sleep or one step."""
    return (_sleep if case.words["kind"] == "sleep" else _step)(case, Place(place))


# --- sleep --------------------------------------------------------------------------------------


def _sleep(case: Case, at: Place) -> Outcome:
    with reached(at, case.words) as moment:
        if isinstance(moment, Outcome):
            return moment
        if not moment.harness.alive:
            return Outcome("missed")
        everybody = {*moment.seen.processes, *marked(at.folder)}
        slept = time.monotonic_ns()
        _send(everybody, signal.SIGSTOP)
        time.sleep(case.words["seconds"])
        woke = time.monotonic_ns()
        _send(everybody, signal.SIGCONT)
        answer = moment.harness.wait(ENDS_WITHIN_S)
        rest = [*left.after(moment.seen, at), *left.folders(at)]
    problems = [] if answer.code in kept.FINE else [f"exit {answer.code}: {kept.last_line(answer)}"]
    problems += kept.checked(at, moment.run) + kept.incomplete(moment.run)
    records = [one.record for one in store.open_run(moment.run).trials]
    hit = [one for one in records if overlap_ns(one, slept, woke) >= LEAST_NS]
    problems += [f"{_named(one)} slept, and counts" for one in hit if counts(one)]
    return judged(
        Outcome(
            "ok" if hit else "missed",
            [*problems, *rest],
            len(rest),
            tracebacks=answer.tracebacks,
            facts={"slept": [one.reason or ", ".join(one.disturbed) for one in hit]},
        )
    )


def _send(processes: set[psutil.Process], number: int) -> None:
    for one in processes:
        with contextlib.suppress(psutil.Error):
            one.send_signal(number)


def overlap_ns(record: TrialFile, begin: int, end: int) -> int:
    """For how long a trial's window was asleep; 0 for one that has no window."""
    return max(0, min(record.t1_ns, end) - max(record.t0_ns, begin))


def counts(record: TrialFile) -> bool:
    """Whether a trial's numbers are used."""
    return record.status == "ok" and not record.is_void


def _named(record: TrialFile) -> str:
    return f"trial {record.trial.number} of {record.trial.pattern}"


# --- a step -------------------------------------------------------------------------------------


class Stepping:
    """An observer: what the second trial starts, and those after it, have another clock.

    A trial that is measured again may come before the second one.
    """

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self._has_stepped = False
        self.stepped: list[TrialFile] = []
        self.seen = left.Seen()

    def run_begins(self, trials: Sequence[Trial], folder: Path) -> None:
        """The first trial's clock is not touched."""

    def trials_added(self, trials: Sequence[Trial], reason: str) -> None:
        """A void trial is measured again."""

    def trial_begins(self, trial: Trial) -> None:
        if trial.number == 1:
            step(self._seconds)
            self._has_stepped = True

    def trial_ends(self, record: TrialFile) -> None:
        if self._has_stepped:
            self.stepped.append(record)

    def says(self, text: str) -> None:
        """Nobody listens."""

    def phase(self, name: str, running: Any) -> None:
        """A phase begins."""


def step(seconds: int) -> None:
    """Children that this thread starts from now on have a monotonic clock that is so far ahead."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWTIME):
        raise OSError(ctypes.get_errno(), "a time namespace", "unshare")
    OFFSETS.write_text(f"monotonic {seconds} 0\n")


def _step(case: Case, at: Place) -> Outcome:
    words = case.words
    if not OFFSETS.exists():
        return Outcome("not measured", said="this kernel has no time namespaces")
    os.environ.update(at.environment())  # of the harness, which is this process
    os.environ.pop(runner.KEEP_DISTURBED, None)
    tempfile.tempdir = None
    asked = request.Asked((words["pattern"],), repeats=2, seed=words["seed"], quick=True)
    observer, first = Stepping(words["seconds"]), left.before()
    run_ = runner.new_run(request.plan_of(asked), at.results)
    try:
        runner.execute(run_, {}, observer)
    except OSError as error:
        if error.filename2 is None and error.filename == "unshare":
            return Outcome("not measured", said=f"a time namespace: {error.strerror}")
        raise
    rest = [*left.after(first, at), *left.folders(at)]
    problems = kept.checked(at, run_) + kept.incomplete(run_)
    problems += [
        f"{_named(one)} has another clock, and counts" for one in observer.stepped if counts(one)
    ]
    said = dict.fromkeys(one.reason or ", ".join(one.disturbed) for one in observer.stepped)
    problems += [] if all(said) else ["a trial has no reason"]
    return judged(Outcome("ok", [*problems, *rest], len(rest), facts={"said": list(said)}))
