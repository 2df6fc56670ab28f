"""Which cores are whose: nobody who is measured shares one with another where there are enough."""

from __future__ import annotations

import pytest

from bench.lab import processes


@pytest.mark.parametrize(
    ("cores", "workers", "load", "backend", "link"),
    [
        ([0], 1, [0], [0], [0]),
        ([0, 1], 1, [1], [0], [1]),
        ([4, 6], 3, [6], [4], [6]),
        ([0, 1, 2], 1, [2], [0, 1], [2]),
        ([0, 1, 2, 3], 1, [3], [1, 2], [0]),
        ([0, 1, 2, 3], 2, [2, 3], [1], [0]),
        ([0, 1, 2, 3], 9, [2, 3], [1], [0]),
        ([0, 1, 2, 3, 4, 5, 6, 7], 2, [6, 7], [1, 2, 3, 4, 5], [0]),
    ],
)
def test_the_link_has_a_core_of_its_own_or_the_loads(
    monkeypatch: pytest.MonkeyPatch,
    cores: list[int],
    workers: int,
    load: list[int],
    backend: list[int],
    link: list[int],
) -> None:
    monkeypatch.setattr(processes, "cpus", lambda: cores)
    expected = {"load": load, "backend": backend, "link": link}
    assert processes.cpu_sets(workers) == expected
