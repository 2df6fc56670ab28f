"""Who got what of that which was owed to them, counted over all clients.  Pure.

Takes rows and events; must not know a trial, nor what is made of the counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.model import samples
from bench.model.unit import distinct


@dataclass(frozen=True)
class Accounting:
    """Who got what: counts over all clients in the window."""

    expected: int
    delivered: int
    lost: int
    duplicated: int
    out_of_order: int
    misdirected: int = 0


def account(deliveries: np.ndarray, events: np.ndarray, clients: int) -> Accounting:
    """Compare deliveries (samples.DTYPE) with published events (EVENT_DTYPE).

    An event of feed EVERY is owed to each of `clients`, any other to the one
    client whose number is the feed.  What comes to somebody to whom it is not
    owed is misdirected and makes up for no loss.
    """
    to_all = events["feed"] == samples.EVERY
    for_all = int(np.count_nonzero(to_all))
    expected = for_all * clients + (len(events) - for_all)
    # By client, then by arrival: neighbours are consecutive arrivals at one client.  Columns of
    # millions of rows are let go as soon as they are used.
    order = np.argsort(deliveries["done_ns"], kind="stable")
    order = order[np.argsort(_narrow(deliveries["client"])[order], kind="stable")]
    client, sequence = deliveries["client"][order], deliveries["sequence"][order]
    del order
    same = client[1:] == client[:-1]
    backwards = int(np.count_nonzero(same & (sequence[1:] < sequence[:-1])))
    owed = (client < clients) & np.isin(sequence, events["sequence"][to_all])
    to_one = events[~to_all]
    if len(to_one):
        owed |= np.isin(_pairs(client, sequence), _pairs(to_one["feed"], to_one["sequence"]))
    arrived = distinct(_pairs(client, sequence)[owed])
    return Accounting(
        expected,
        arrived,
        expected - arrived,
        int(np.count_nonzero(owed)) - arrived,
        backwards,
        int(np.count_nonzero(~owed)),
    )


def account_work(rows: np.ndarray) -> Accounting:
    """Where clients make the work themselves, each piece begun in the window is owed."""
    done = int(np.count_nonzero(rows["outcome"] == samples.OK))
    return Accounting(len(rows), done, len(rows) - done, 0, 0)


def _narrow(numbers: np.ndarray) -> np.ndarray:
    """In two bytes where that is enough: NumPy sorts such by counting, in a fifth of the time."""
    is_small = len(numbers) and int(numbers.min()) >= 0 and int(numbers.max()) < 1 << 16
    return numbers.astype(np.uint16) if is_small else numbers


def _pairs(client: np.ndarray, sequence: np.ndarray) -> np.ndarray:
    """One number for each (client, sequence)."""
    pairs: np.ndarray = client.astype(np.int64)
    pairs *= 1 << 40
    pairs += sequence
    return pairs
