"""How an audit judges advice, with the measured costs given by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from advice_builders import constants, notifications

from bench.analysis import advice_audit
from bench.analysis.advice_audit import AdviceAuditFile, AuditedWorkload, drawn_audit, points_of
from bench.analysis.advising import Adviser
from bench.model.errors import UsageError
from bench.model.load import Load
from bench.stats.estimates import Estimate

CPU, LATE = "backend_cpu_us_per_s", "latency_mean"
ALL = ("short_polling", "long_polling", "sse", "websocket")


@dataclass(frozen=True)
class MeasuredGroup:
    """What of a group is read."""

    pattern: str
    load: Load[Any]
    estimates: dict[str, Estimate]
    used: tuple[int, ...] = (1,)


@dataclass(frozen=True)
class MeasuredResult:
    groups: tuple[MeasuredGroup, ...]
    experiment: Any = field(default_factory=notifications)


def judged(
    costs: dict[str, float],
    advised: str = "sse",
    late: dict[str, float] | None = None,
    without: str = "",
) -> advice_audit.AdvicePoint:
    """One workload, ranked by CPU, with a limit of 100 ms where lateness is given."""
    load = notifications().load()
    limits = {"late": 100.0} if late else {}
    one = AuditedWorkload(load.values(), {}, limits, "cpu", advised, [], {advised: 1.0})
    groups = tuple(
        MeasuredGroup(
            name,
            load,
            {
                CPU: Estimate(cost, cost, cost, 1),
                LATE: Estimate((late or {}).get(name, 1.0), 0, 0, 1),
            },
            () if name == without else (1,),
        )
        for name, cost in costs.items()
    )
    file = AdviceAuditFile(1, "notifications", 1, "", [one])
    (point,) = points_of(file, MeasuredResult(groups))  # type: ignore[arg-type]
    return point


def costs(*values: float) -> dict[str, float]:
    return dict(zip(ALL, values, strict=True))


@pytest.mark.parametrize(
    ("found", "is_hit", "best"),
    [
        (judged(costs(9, 9, 5, 9)), True, "sse"),
        (judged(costs(9, 9, 5, 4.6)), True, "websocket"),
        (judged(costs(9, 9, 5, 4)), False, "websocket"),
        # what is cheaper and too late does not count
        (judged(costs(1, 9, 5, 9), late={"short_polling": 200}), True, "sse"),
        # the advised one is a little too late, or much
        (judged(costs(9, 9, 5, 9), late={"sse": 105}), True, "short_polling"),
        (judged(costs(9, 9, 5, 9), late={"sse": 150}), False, "short_polling"),
    ],
)
def test_right_is_the_best_or_nearly(
    found: advice_audit.AdvicePoint, is_hit: bool, best: str
) -> None:
    assert (found.is_hit, found.best) == (is_hit, best)


def test_a_workload_without_all_its_trials_is_not_counted() -> None:
    found = judged(costs(9, 9, 5, 9), without="websocket")
    assert (found.best, found.why) == ("", "no usable trial of websocket")
    file = AdviceAuditFile(1, "notifications", 3, "", [found.workload], {"it is far": 2})
    said = advice_audit.sentences(file, [found, judged(costs(9, 9, 5, 9))])
    assert said[0].startswith("Of 1 random workloads (seed 3) the advised pattern was the best")
    assert said[1] == "1 workloads were not counted: trials are missing."
    assert said[2] == "2 more that were drawn got no advice: it is far."


def test_the_draw_depends_on_the_seed_alone() -> None:
    experiment = notifications()
    assert experiment.advice is not None
    adviser = Adviser(experiment.advice, constants())
    first, same, other = (
        drawn_audit(experiment, experiment.advice, adviser, 3, seed, {"duration_s": 0.5}, "then")
        for seed in (5, 5, 6)
    )
    assert first == same
    assert first.workloads != other.workloads
    assert {one.load["duration_s"] for one in first.workloads} == {0.5}
    rows = advice_audit.rows([judged(costs(9, 9, 5, 9))], experiment)
    assert rows[0][1:4] == ("cpu", "sse", "sse")


def test_a_machine_without_constants_gets_no_audit() -> None:
    experiment = notifications()
    assert experiment.advice is not None
    adviser = Adviser(experiment.advice, None)
    with pytest.raises(UsageError, match="workloads found in"):
        drawn_audit(experiment, experiment.advice, adviser, 2, 1, {}, "")
