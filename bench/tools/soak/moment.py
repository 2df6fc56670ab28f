"""A short run until the moment that a case drew for it, and what can be said of how it ended.

Must not know what is done to the run at that moment.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.results import store
from bench.tools.soak import kept, left
from bench.tools.soak.case import Outcome, judged
from bench.tools.soak.harness import STOPS_WITHIN_S, Answer, Harness, Place

MISSING = 4


@dataclass(frozen=True)
class Reached:
    """A run at its moment: what belongs to it, and the files of its finished trials by digest.

    Its command may have ended before.
    """

    harness: Harness
    run: Path
    seen: left.Seen
    finished: Mapping[str, str]

    def facts(self, answer: Answer) -> dict[str, Any]:
        """How it ended, and what there was that could have been left or lost."""
        return {
            "exit": answer.code,
            "processes": len(self.seen.processes),
            "namespaces": len(self.seen.namespaces),
            "ports": len(self.seen.ports),
            "files of finished trials": len(self.finished),
        }


@contextlib.contextmanager
def reached(place: Place, words: Mapping[str, Any]) -> Iterator[Reached | Outcome]:
    """A run of three trials of `pattern` at its moment `at`, a share of its length.

    The outcome of the case where the run did not begin.  Nothing of the command outlives the block.
    """
    command = [
        *("run", words["pattern"], "--quick", "--repeats", "3", "--seed", str(words["seed"])),
        *("--results", str(place.results)),
    ]
    first = left.before()
    with Harness(place, command) as harness:
        run = harness.begins()
        if run is None:
            yield not_begun(harness.wait(STOPS_WITHIN_S))
        else:
            harness.reaches(words["at"], run)
            yield Reached(harness, run, left.during(first, harness), kept.finished(run))


def not_begun(answer: Answer) -> Outcome:
    """The run did not come about: what it says of that is the reason."""
    if answer.code == MISSING:
        return Outcome("not measured", said=kept.last_line(answer))
    problem = f"the run did not begin: exit {answer.code}: {kept.last_line(answer)}"
    return judged(Outcome(problems=[problem], tracebacks=answer.tracebacks))


def failures(run: Path, said: str, most: int) -> list[str]:
    """What is wrong with the trials that failed: each says why in a line, and they are few."""
    failed = [one.record for one in store.open_run(run).trials if not one.is_whole]
    found = []
    for record in failed:
        if not record.reason or "\n" in record.reason:
            found.append(f"trial {record.trial.number} has no reason in one line")
        elif " ".join(record.reason.split()) not in said:
            found.append(f"the output lacks: {record.reason}")
    if len(failed) > most:
        reasons = "; ".join(dict.fromkeys(one.reason for one in failed))
        found.append(f"{len(failed)} trials failed: {reasons}")
    return found
