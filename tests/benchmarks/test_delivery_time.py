"""CPU per delivered event of 10,000 clients, taking turns on the same stream: ours and bare C.

    pytest tests/benchmarks/test_delivery_time.py --benchmark-enable --benchmark-only -s

As `bench calibrate` does, which prints the table; the C one is compiled by it.  A plain run of the
tests leaves this out: a test of the system does the same with a few clients.
"""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from rich.console import Console

from bench.model.self_proof import DeliveryStream
from bench.tools import deliveries, delivery_costs, selfproof

CLIENTS, TURNS, SECONDS = 10_000, 7, 3.0
STREAMS = selfproof.declared().streams


@pytest.mark.parametrize("stream", STREAMS, ids=[stream.pattern for stream in STREAMS])
def test_cpu_of_a_delivery(
    request: pytest.FixtureRequest, benchmark: BenchmarkFixture, stream: DeliveryStream
) -> None:
    """The aims are the stream's; a neighbour may shift both receivers, but not their ratio."""
    if not request.config.getoption("--benchmark-enable"):
        pytest.skip("three minutes of a whole machine; ask with --benchmark-enable")
    clients, console = deliveries.clients_possible(CLIENTS), Console()
    experiment = selfproof.declared().subject.partition("/")[0]
    costs = benchmark.pedantic(
        deliveries.measure_stream,
        (f"{experiment}/{stream.pattern}", stream, clients, TURNS, SECONDS, console, None),
        rounds=1,
    )
    console.print(delivery_costs.table_of([costs]))
    benchmark.extra_info.update(us=costs.us(delivery_costs.OURS), ratio=costs.ratio())
    ratio = costs.ratio()
    if ratio is None:
        pytest.skip("nothing in C to compare with: no compiler; apt-get install gcc libc6-dev")
    assert ratio < 2 * delivery_costs.AIM_RATIO
