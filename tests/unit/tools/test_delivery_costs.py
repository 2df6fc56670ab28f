"""What a delivery costs, as a table: medians and ratios beside their aims."""

from __future__ import annotations

from bench.model.self_proof import DeliveryStream
from bench.tools.delivery_costs import BARE, OURS, Costs, Turn, answer, table_of


def test_medians_and_ratios() -> None:
    stream = DeliveryStream("sse", "event_stream", "/stream?client=", 8.0, 25_000)
    turns = [Turn(9.0, 3.0, 1e4), Turn(7.0, 4.0, 3e4), Turn(8.0, 5.0, 2e4)]
    costs = Costs(stream, 10, {OURS: turns})
    assert (costs.us(OURS), costs.us(OURS, "all_at_once"), costs.ratio()) == (8.0, 4.0, None)
    assert [row[1] for row in table_of([costs]).rows] == [
        "8.00 us\n7.00 to 9.00",
        "not measured",
        "4.00 us\n3.00 to 5.00",
        *["not measured"] * 3,
        "20.0 kB",
    ]
    costs.turns[BARE] = [Turn(5.0, 1.0, 1.0)]
    assert (costs.ratio(), costs.ratio("all_at_once")) == (1.6, 4.0)
    aims = [row[2] for row in table_of([costs]).rows]
    assert aims == ["<= 8 us", "", "", "", "<= 2", "", "<= 25 kB"]
    assert "1.60 times that of a receiver in C" in answer([costs])
