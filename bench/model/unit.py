"""What a trial observes independently of the rest, and how many such units rows hold.  Pure.

Deliveries of one broadcast share its fate: they are one observation, however many clients
there are.  Percentiles count and resample units, not rows.  Must not know any experiment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

OUTCOME = ("client", "sequence")
"""The columns in which the rows of one outcome, its pieces included, agree."""

WIDEST = 2**62


@dataclass(frozen=True)
class Unit:
    """One independent observation, as data: rows that agree in all `columns` are one.

    `one` and `many` are its words, "event" and "events"; both empty: those of the outcome.
    `successive` sequence numbers of a client are one unit (a burst of so many).
    """

    columns: tuple[str, ...] = OUTCOME
    one: str = ""
    many: str = ""
    successive: int = 1

    def of(self, rows: np.ndarray) -> np.ndarray:
        """The unit of each row (samples.DTYPE): equal numbers, equal units."""
        found = np.zeros(len(rows), np.int64)
        width = 1
        for name in self.columns if len(rows) else ():
            values = rows[name].astype(np.int64)
            if name == "sequence":
                values //= self.successive
            values -= values.min()
            wide = int(values.max()) + 1
            if width > WIDEST // wide:  # one number is too small for both: number the pairs so far
                found = np.unique(found, return_inverse=True)[1].astype(np.int64)
                width = int(found.max()) + 1
                values = np.unique(values, return_inverse=True)[1].astype(np.int64)
                wide = int(values.max()) + 1
            found = found * wide + values
            width *= wide
        return found


BY_OUTCOME = Unit()


def distinct(values: np.ndarray) -> int:
    """How many different values there are.

    By sorting: np.unique builds a hash table, which takes ten times as long and more.
    """
    ordered = np.sort(values, kind="stable")
    return int(np.count_nonzero(ordered[1:] != ordered[:-1])) + bool(len(ordered))
