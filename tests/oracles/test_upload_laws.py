"""The laws of `upload` against cuts that are drawn one by one.

The simulation follows each try: a cut comes after an exponential time, or the try ends before.
It shares nothing with the formulas.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from scenarios.upload import laws

MB = 1e6
FILES = 40_000


def tries(seconds: float, mu: float, count: int) -> tuple[np.ndarray, np.ndarray]:
    """For each of `count` pieces: how many cut tries it took, and how long these lasted."""
    source = np.random.default_rng(1)
    cuts, lasted = np.zeros(count), np.zeros(count)
    left = np.arange(count)
    while len(left):
        until = source.exponential(1 / mu, len(left))
        is_cut = until < seconds
        left, until = left[is_cut], until[is_cut]
        cuts[left] += 1
        lasted[left] += until
    return cuts, lasted


@pytest.mark.parametrize(("size", "mu"), [(10 * MB, 0.1), (2 * MB, 0.5), (5 * MB, 0.3)])
@pytest.mark.parametrize("under_way", [0, 60_000])
def test_up1_all_is_sent_again(size: float, mu: float, under_way: float) -> None:
    b = 1 * MB
    cuts, lasted = tries(size / b, mu, FILES)
    sent = lasted * b + cuts * under_way + size
    law = laws.sent_all_or_nothing(size, size, b, mu, under_way)
    assert law == pytest.approx(sent.mean(), rel=0.02)


@pytest.mark.parametrize("chunk", [5 * MB, 1 * MB, 0.25 * MB])
def test_up2_the_chunk_is_sent_again(chunk: float) -> None:
    size, b, mu = 10 * MB, 1 * MB, 0.1
    count = round(size / chunk)
    _, lasted = tries(chunk / b, mu, FILES)
    sent = (lasted * b + chunk).mean() * count
    assert laws.sent_all_or_nothing(size, chunk, b, mu) == pytest.approx(sent, rel=0.01)
    assert sent == pytest.approx(size * (1 + mu * chunk / 2 / b), rel=0.05)


def test_up3_the_best_chunk_is_the_cheapest_of_all() -> None:
    b, mu, overhead = 1 * MB, 0.1, 0.1
    best = laws.best_chunk(b, mu, overhead)
    assert best == pytest.approx(b * math.sqrt(2 * overhead / mu))
    sizes = np.geomspace(best / 20, best * 20, 400)
    times = [laws.time_all_or_nothing(10 * MB, size, b, mu, overhead) for size in sizes]
    assert sizes[int(np.argmin(times))] == pytest.approx(best, rel=0.1)


def test_up3_time_is_that_of_drawn_cuts() -> None:
    size, chunk, b, mu, overhead = 10 * MB, 2 * MB, 1 * MB, 0.3, 0.2
    _, lasted = tries(chunk / b, mu, FILES)
    seconds = (lasted + chunk / b + overhead).mean() * size / chunk
    law = laws.time_all_or_nothing(size, chunk, b, mu, overhead)
    assert law == pytest.approx(seconds, rel=0.02)


def test_up4_only_what_was_under_way_is_sent_again() -> None:
    size, b, mu, under_way = 10 * MB, 1 * MB, 0.4, 50_000
    source = np.random.default_rng(1)
    wasted = []
    for _ in range(2000):
        arrived, cuts = 0.0, 0
        while (arrived := arrived + source.exponential(1 / mu) * b) < size:
            cuts += 1
        wasted.append(cuts * under_way)
    assert laws.wasted_resumable(size, b, mu, under_way) == pytest.approx(np.mean(wasted), rel=0.05)


def test_without_cuts_nothing_is_wasted() -> None:
    assert laws.sent_all_or_nothing(5 * MB, 1 * MB, MB, 0.0, 60_000) == 5 * MB
    assert laws.wasted_resumable(5 * MB, MB, 0.0, 60_000) == 0
    assert laws.time_all_or_nothing(5 * MB, MB, MB, 0.0, 0.1) == pytest.approx(5.5)
