"""Which workflows were open when a fault began, and which backend served them.  Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bench.analysis.trialdata import TrialData
from bench.model import samples

NEVER_NS = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Span:
    """One fault as instants; `next_ns` is when the next one begins."""

    began_ns: int
    ended_ns: int
    next_ns: int


def all_rows(data: TrialData, operation: str) -> np.ndarray:
    """Of the whole trial: what is open at a fault may have begun before the window."""
    if operation not in data.operations:
        return data.rows[:0]
    found: np.ndarray = data.rows[data.rows["operation"] == data.operations.index(operation)]
    return found


def spans(data: TrialData) -> list[Span]:
    """The faults that were done, in order; those that begin together are one."""
    known = sorted(
        (data.t0_ns + one.began_ns, data.t0_ns + one.ended_ns)
        for one in data.faults
        if one.began_ns is not None and one.ended_ns is not None
    )
    merged: list[tuple[int, int]] = []
    for began, ended in known:
        if merged and began < merged[-1][1]:
            merged[-1] = merged[-1][0], max(ended, merged[-1][1])
        else:
            merged.append((began, ended))
    nexts = [began for began, _ in merged[1:]]
    return [
        Span(*one, following)
        for one, following in zip(merged, [*nexts, NEVER_NS][: len(merged)], strict=True)
    ]


def ended(rows: np.ndarray) -> np.ndarray:
    """Workflows that came to their end, whole or broken."""
    found: np.ndarray = rows[rows["outcome"] != samples.PENDING]
    return found


def open_at(data: TrialData, span: Span) -> np.ndarray:
    """Workflows that were logged in when a fault began and of which is known how they took it.

    They came to their end later, or were served after the fault and were under way at the end of
    the trial.
    """
    rows = all_rows(data, "workflow")
    is_open = (rows["first_byte_ns"] > 0) & (rows["first_byte_ns"] <= span.began_ns)
    rows = rows[is_open & (rows["done_ns"] > span.began_ns)]
    served = _served(data, span.ended_ns, span.next_ns)
    is_known = [
        row["outcome"] != samples.PENDING or (int(row["client"]), int(row["sequence"])) in served
        for row in rows
    ]
    found: np.ndarray = rows[np.array(is_known, bool)]
    return found


def broken_by(rows: np.ndarray, span: Span) -> np.ndarray:
    """Which of them broke before the next fault."""
    found: np.ndarray = (rows["outcome"] == samples.FAILED) & (rows["done_ns"] < span.next_ns)
    return found


def moves(data: TrialData, span: Span) -> Iterator[bool]:
    """For each workflow served before and after a fault began: did another backend answer?

    One whose session is not known is answered by the backend that does not know it: it has moved.
    """
    before = _served(data, 0, span.began_ns)
    after = _served(data, span.began_ns, span.next_ns)
    for row, is_broken in zip(rows := open_at(data, span), broken_by(rows, span), strict=True):
        name = int(row["client"]), int(row["sequence"])
        if name in before and (is_broken or name in after):
            yield bool(is_broken) or before[name][-1] != after[name][-1]


def _served(data: TrialData, after_ns: int, until_ns: int) -> dict[tuple[int, int], list[int]]:
    """By client and workflow, which backends answered, in order."""
    rows = all_rows(data, "served")
    rows = rows[(rows["done_ns"] > after_ns) & (rows["done_ns"] <= until_ns)]
    rows = rows[np.argsort(rows["done_ns"], kind="stable")]
    found: dict[tuple[int, int], list[int]] = {}
    names = zip(rows["client"].tolist(), rows["sequence"].tolist(), strict=True)
    for name, backend in zip(names, rows["bytes_up"].tolist(), strict=True):
        found.setdefault(name, []).append(backend)
    return found
