"""Rows that were taken are given away, whenever the end comes."""

from __future__ import annotations

import gevent

from bench.load.flushing import Flushing


def test_what_was_taken_is_given_away_though_the_end_comes_between() -> None:
    taken: list[int] = []
    given: list[int] = []

    def flush() -> None:
        taken.append(len(taken))
        for _ in range(3):  # others get their turn, as while another thread is asked
            gevent.sleep(0)
        given.append(taken[-1])

    flushing = Flushing(flush, 1e-6)
    while not len(taken) > len(given):
        gevent.sleep(0)
    flushing.end()
    assert given == taken


def test_nothing_is_flushed_after_the_end() -> None:
    flushed: list[bool] = []
    flushing = Flushing(lambda: flushed.append(True), 1e-6)
    while not flushed:
        gevent.sleep(0)
    flushing.end()
    many = len(flushed)
    for _ in range(10):
        gevent.sleep(0)
    assert len(flushed) == many
