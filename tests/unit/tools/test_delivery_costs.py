"""What a delivery costs, as a table: medians and ratios; what has an aim."""

from __future__ import annotations

from bench.model.self_proof import DeliveryStream
from bench.tools.delivery_costs import BARE, OURS, Costs, Turn, answer, figures_of, table_of

OLDER = "load process at abc1234"


def test_medians_and_ratios() -> None:
    stream = DeliveryStream("sse", "event_stream", "/stream?client=", 8.0, 25_000)
    turns = [Turn(9.0, 3.0, 1e4), Turn(7.0, 4.0, 3e4), Turn(8.0, 5.0, 2e4)]
    costs = Costs(stream, 10, {OURS: turns})
    assert (costs.us(OURS), costs.us(OURS, "all_at_once"), costs.ratio()) == (8.0, 4.0, None)
    assert dict(table_of([costs]).rows) == {
        OURS: "8.00 us\n7.00 to 9.00",
        BARE: "not measured",
        f"all at once: {OURS}": "4.00 us\n3.00 to 5.00",
        f"all at once: {BARE}": "not measured",
        f"{OURS} / {BARE}": "not measured",
        f"all at once: {OURS} / {BARE}": "not measured",
        f"memory per client, {OURS}": "20.0 kB",
    }
    costs.turns[BARE] = [Turn(5.0, 1.0, 1.0)]
    assert (costs.ratio(), costs.ratio("all_at_once")) == (1.6, 4.0)
    assert "1.60 times that of a receiver in C" in answer([costs])


def test_what_has_an_aim_and_what_older_code_reached() -> None:
    stream = DeliveryStream("sse", "event_stream", "/stream?client=", 8.0, 25_000)
    costs = Costs(stream, 10, {OURS: [Turn(9.0, 3.0, 2e4)], BARE: [Turn(5.0, 1.0, 1.0)]})
    alone = [(one.value, one.aim, one.before) for one in figures_of([costs], OLDER)]
    assert alone == [(9.0, 8.0, None), (1.8, 2.0, None), (20.0, 25.0, None)]
    costs.turns[OLDER] = [Turn(12.0, 6.0, 3e4)]
    assert [one.before for one in figures_of([costs], OLDER)] == [12.0, 2.4, 30.0]
    rows = dict(table_of([costs], OLDER).rows)
    assert rows[OLDER] == "12.0 us\n12.0 to 12.0"
    assert rows[f"{OURS} / {OLDER}"] == "0.75"
    assert rows[f"memory per client, {OLDER}"] == "30.0 kB"
