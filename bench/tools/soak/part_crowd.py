"""A long crowd: thousands of clients for an hour; memory does not grow, and nothing is lost.

The pattern is the one that measures itself (`self_proof` of an experiment).  One trial, so an
interrupted one begins again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.results.evaluation import evaluate
from bench.results.store import open_run
from bench.tools.selfproof import declared
from bench.tools.soak import kept, left
from bench.tools.soak.case import Candidate, Case, Options, Outcome, judged
from bench.tools.soak.harness import BEGINS_WITHIN_S, Harness, Place
from bench.tools.soak.slopes import Slope, slope_of

TITLE = "a long crowd"
LONG = True
RATE = "0.1/s"
"""For each client: 10,000 of them get 1,000 deliveries a second."""

PATIENCE_S = 1800.0
"""For what is around the window: connecting, the record, the report."""

USAGE, MISSING = 2, 4


def plan(options: Options, _: Sequence[Candidate]) -> list[dict[str, Any]]:
    """One crowd."""
    return [
        {
            "pattern": declared().subject,
            "clients": options.crowd_clients,
            "seconds": options.crowd_s,
            "seed": options.seed % 10**6,
        }
    ]


def run(case: Case, place: Path) -> Outcome:
    """The crowd."""
    at, words, first = Place(place), case.words, left.before()
    command = [
        *("run", words["pattern"], "--repeats", "1", "--no-calibration", "--keep-disturbed"),
        *("--clients", str(words["clients"]), "--duration", f"{words['seconds']:g}s"),
        *("--per-client", RATE, "--seed", str(words["seed"]), "--results", str(at.results)),
    ]
    with Harness(at, command) as harness:
        run_ = harness.begins()
        seen = left.during(first, harness)
        answer = harness.wait(words["seconds"] + PATIENCE_S + BEGINS_WITHIN_S)
        rest = [*left.after(seen, at), *left.folders(at)]
    if run_ is None and answer.code in (USAGE, MISSING):
        return Outcome("not measured", said=kept.last_line(answer))
    if run_ is None or answer.code != 0:
        problem = f"exit {answer.code}: {kept.last_line(answer)}"
        return judged(Outcome("ok", [problem, *rest], len(rest), tracebacks=answer.tracebacks))
    (result,) = evaluate(open_run(run_)).experiments[0].grid.values()
    (trial,) = result.trials
    slopes = memory(run_)
    grown = [
        f"the memory of the {name} grows: {worded(one)}"
        for name, one in slopes.items()
        if one.grows
    ]
    missing = trial.deliveries.lost
    gone = [f"{missing} of {trial.deliveries.owed} deliveries are lost"] if missing else []
    said = [f"{trial.deliveries.owed:,} deliveries owed, {missing:,} lost"]
    said += [f"memory of the {name} {worded(one)}" for name, one in slopes.items()]
    said += [] if slopes else ["too short for a slope of memory"]
    return judged(
        Outcome(
            "ok", [*grown, *gone, *rest], len(rest), missing, answer.tracebacks, "; ".join(said)
        )
    )


def memory(run_: Path) -> Mapping[str, Slope]:
    """The slope of each role's memory in the window."""
    (stored,) = open_run(run_).trials
    begin, end = stored.record.t0_ns, stored.record.t1_ns
    found = {}
    for role, readings in stored.data().series.items():
        mine = [one for one in readings if begin <= one.time_ns <= end]
        times = [(one.time_ns - begin) / 1e9 for one in mine]
        if (slope := slope_of(times, [one.memory_bytes for one in mine])) is not None:
            found[role] = slope
    return found


def worded(slope: Slope) -> str:
    """The slope with its interval, for people."""
    mib = 2**20
    return (
        f"{slope.per_hour / mib:+.2f} MiB/h ({slope.low / mib:+.2f} to {slope.high / mib:+.2f}) "
        f"at {slope.median / mib:,.0f} MiB"
    )
