"""How long an answer takes.

pytest tests/benchmarks --benchmark-enable --benchmark-only
"""

from __future__ import annotations

import random

from advice_builders import constants, notifications
from pytest_benchmark.fixture import BenchmarkFixture

from bench.analysis.advising import Adviser
from bench.plan.workload import Workload, drawn


def workloads(count: int) -> list[Workload]:
    """Random ones, of the ranges of an audit."""
    experiment, source = notifications(), random.Random(1)
    assert experiment.advice is not None
    found = [drawn(experiment, experiment.advice, source) for _ in range(3 * count)]
    return [one for one in found if one is not None][:count]


def test_one_answer(benchmark: BenchmarkFixture) -> None:
    """The mean over twenty workloads, with all crossings."""
    asked = workloads(20)
    adviser = Adviser(asked[0].advice, constants())

    def answer_all() -> int:
        return sum(adviser.advised(one).first is not None for one in asked)

    assert benchmark(answer_all) > 0
