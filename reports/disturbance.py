"""What the machine did to a run's trials, in sentences: void, measured again, kept, not known.

Words only; the bounds and the decision are in bench/analysis/disturbance.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.analysis import disturbance
from bench.analysis.evaluated import Evaluated
from bench.model.records import TrialFile
from reports import numbers


def sentences(evaluated: Evaluated) -> list[str]:
    """All that is to be said; nothing where no trial was disturbed and all was known."""
    return list(_sentences([trial.record for trial in evaluated.trials]))


def _sentences(records: Sequence[TrialFile]) -> Iterator[str]:
    void = [one for one in records if one.is_void]
    if void:
        again = sum(one.trial.replaces is not None for one in records)
        verb = "is" if len(void) == 1 else "are"
        yield (
            f"{len(void)} of {len(records)} trials {verb} void because the machine disturbed them "
            f"({_worst(void)}); {again} {'was' if again == 1 else 'were'} measured again."
        )
    kept = [one for one in records if one.disturbed and not one.is_void and one.status == "ok"]
    if kept:
        verbs = ("was", "is") if len(kept) == 1 else ("were", "are")
        yield (
            f"{len(kept)} of {len(records)} trials {verbs[0]} disturbed by the machine and "
            f"{verbs[1]} used, because the run keeps such trials ({_worst(kept)})."
        )
    known = [one.disturbance for one in records if one.disturbance is not None]
    missing = list(dict.fromkeys(name for one in known for name in disturbance.unknown(one)))
    if missing:
        yield (
            f"This machine does not report {numbers.listed(missing)}, so a disturbance of that "
            f"kind would not have been seen."
        )


def _worst(records: Sequence[TrialFile]) -> str:
    """The reasons of the trial with the most."""
    most = max(records, key=lambda one: len(one.disturbed))
    return "; ".join(most.disturbed)
