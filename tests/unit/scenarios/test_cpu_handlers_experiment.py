"""The declaration of `cpu_handlers`: how requests are shared out, and what is counted."""

from __future__ import annotations

import pytest
from measured import EXPERIMENTS, METRICS
from unit_builders import MS, data, table

from bench.model.errors import UsageError
from bench.model.samples import FAILED, OK
from bench.plan.trials import loads_of
from scenarios.cpu_handlers.load import LOAD

EXPERIMENT = EXPERIMENTS["cpu_handlers"]


@pytest.mark.parametrize("share", [0.0, 0.05, 0.99])
def test_light_and_heavy_requests_are_all_requests(share: float) -> None:
    own = LOAD(request_rate_per_s=400.0, heavy_share=share).own
    assert own.light_rate_per_s + own.heavy_rate_per_s == pytest.approx(400)
    assert own.heavy_rate_per_s == pytest.approx(400 * share)


@pytest.mark.parametrize("settings", [{"heavy_share": "1"}, {"clients": "101"}])
def test_a_server_without_light_requests_or_with_too_many_processes_is_refused(
    settings: dict[str, str],
) -> None:
    ((name, value),) = settings.items()
    with pytest.raises(UsageError, match=f"{name}={value}"):
        loads_of(EXPERIMENT, settings)


def test_heavy_requests_are_counted_apart() -> None:
    rows = table(
        {"operation": operation, "outcome": outcome, "done_ns": took * MS}
        for operation, outcome, took in ((0, OK, 1), (1, OK, 20), (1, OK, 40), (1, FAILED, 900))
    )
    trial = data(rows, operations=("light", "heavy"), outcome_operation="light")
    assert METRICS["heavy_requests"].function(trial) == 2
    assert METRICS["heavy_mean"].function(trial) == pytest.approx(30)
    assert METRICS["latency_mean"].function(trial) == pytest.approx(1)
