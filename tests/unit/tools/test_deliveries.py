"""What a delivery costs, as a table: medians and ratios beside their aims."""

from __future__ import annotations

from bench.model.self_proof import DeliveryStream
from bench.tools import deliveries
from bench.tools.deliveries import BARE, OURS, Costs, Turn


def test_medians_and_ratio() -> None:
    stream = DeliveryStream("sse", "event_stream", "/stream?client=", 8.0, 25_000)
    costs = Costs(stream, 10, {OURS: [Turn(9.0, 1e4), Turn(7.0, 3e4), Turn(8.0, 2e4)]})
    assert (costs.us(OURS), costs.ratio, costs.bytes_per_client) == (8.0, None, 2e4)
    assert [row[1] for row in deliveries.table_of([costs]).rows] == [
        "8.00 us\n7.00 to 9.00",
        "not measured",
        "not measured",
        "20.0 kB",
    ]
    costs.turns[BARE] = [Turn(5.0, 1.0)]
    assert costs.ratio == 1.6
    assert [row[2] for row in deliveries.table_of([costs]).rows] == [
        "<= 8 us",
        "",
        "<= 2",
        "<= 25 kB",
    ]
    assert "1.60 times that of a receiver in C" in deliveries.answer([costs])
