"""Accounting: who got what, how often, in which order."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit_builders import events, row, table

from bench.analysis.delivery_accounting import Accounting, account
from bench.model import samples

# --- accounting: who got what ------------------------------------------------------


def naive(
    deliveries: list[tuple[int, int, int]], published: list[tuple[int, int]], clients: int
) -> Accounting:
    """The definition in plain Python: deliveries as (client, sequence, done_ns)."""
    owed = set()
    for feed, sequence in published:
        for client in range(clients) if feed == samples.EVERY else [feed]:
            owed.add((client, sequence))
    got = Counter((client, sequence) for client, sequence, _ in deliveries)
    arrived = defaultdict(list)
    for client, sequence, _ in sorted(deliveries, key=lambda entry: entry[2]):
        arrived[client].append(sequence)
    backwards = sum(
        later < earlier
        for sequences in arrived.values()
        for earlier, later in itertools.pairwise(sequences)
    )
    return Accounting(
        expected=len(owed),
        delivered=len(owed & set(got)),
        lost=len(owed - set(got)),
        duplicated=sum(count - 1 for count in got.values()),
        out_of_order=backwards,
    )


@st.composite
def broadcasts(draw: st.DrawFn) -> tuple[list[tuple[int, int, int]], list[tuple[int, int]], int]:
    """Events for all or for one, of which some deliveries are lost, repeated or late."""
    clients = draw(st.integers(1, 4))
    feeds = draw(st.lists(st.integers(-1, clients - 1), max_size=6))
    published = [(feed, sequence) for sequence, feed in enumerate(feeds)]
    owed = [
        (client, sequence)
        for feed, sequence in published
        for client in (range(clients) if feed == samples.EVERY else [feed])
    ]
    deliveries = [
        (client, sequence, draw(st.integers(-5, 50)))
        for client, sequence in owed
        for _ in range(draw(st.sampled_from([1, 1, 1, 0, 2])))
    ]
    return draw(st.permutations(deliveries)), published, clients


@given(broadcasts())
def test_accounting_agrees_with_its_definition(
    case: tuple[list[tuple[int, int, int]], list[tuple[int, int]], int],
) -> None:
    deliveries, published, clients = case
    rows = table(
        row(client=client, sequence=sequence, done_ns=done) for client, sequence, done in deliveries
    )
    found = account(rows, events(*((f, s, 0, 0) for f, s in published)), clients)
    assert found == naive(deliveries, published, clients)


def test_accounting_tells_clients_and_sequences_apart_at_their_greatest() -> None:
    rows = table(
        row(client=client, sequence=sequence, done_ns=sequence)
        for client in (0, 1, 999_999)
        for sequence in (0, 1, 2**40 - 1)
    )
    found = account(rows, events(*((-1, s, 0, 0) for s in (0, 1, 2**40 - 1))), 1_000_000)
    assert found == Accounting(3_000_000, 9, 3_000_000 - 9, 0, 0)


@pytest.mark.parametrize(
    ("arrivals", "backwards"),
    [([0, 1, 2], 0), ([1, 0, 2], 1), ([2, 1, 0], 2), ([0, 0, 1], 0), ([2, 0, 1], 1), ([], 0)],
)
def test_order_is_judged_per_client_by_arrival(arrivals: list[int], backwards: int) -> None:
    rows = table(
        row(client=client, sequence=sequence, done_ns=position * 10 + client)
        for client in (0, 1)
        for position, sequence in enumerate(arrivals)
    )
    assert account(rows[::-1], events(), 2).out_of_order == 2 * backwards
