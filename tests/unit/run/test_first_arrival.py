"""Events that do not say when they came up count from when the first client had them."""

from __future__ import annotations

import numpy as np
from unit_builders import OPERATIONS, data, row, table

from bench.analysis import metrics
from bench.analysis.timelines import timeline_of
from bench.run.recording import since_first_arrival

DELIVERY = OPERATIONS.index("delivery")


def arrived(client: int, sequence: int, at_ns: int) -> dict[str, int]:
    return row(client=client, sequence=sequence, intended_ns=at_ns, sent_ns=at_ns, done_ns=at_ns)


def test_all_clients_have_an_event_from_its_first_arrival_on() -> None:
    rows = table(
        [
            row("request", client=1, sequence=7, intended_ns=1, done_ns=2),
            arrived(1, 7, 30),
            arrived(0, 7, 20),
            arrived(0, 8, 50),
            arrived(1, 7, 40),
        ]
    )
    found = since_first_arrival(rows, DELIVERY)
    assert found["intended_ns"].tolist() == [1, 20, 20, 50, 20]
    assert found["sent_ns"].tolist() == [0, 20, 20, 50, 20]
    assert (found["done_ns"] == rows["done_ns"]).all()
    assert rows["intended_ns"][1] == 30, "what was recorded is left as it is"


def test_of_nothing_nothing_is_made() -> None:
    assert len(since_first_arrival(table([]), DELIVERY)) == 0


def test_nothing_is_late_where_nobody_knows_since_when() -> None:
    trial = data(table([arrived(0, 1, 30), arrived(0, 2, 50)]), is_timed=False)
    shown = {key: one.function(trial) for key, one in metrics.SHARED.items() if one.unit == "ms"}
    for key in ("latency_mean", "latency_p50", "latency_max", "service_mean", "service_p50"):
        assert np.isnan(shown[key]), key
    assert timeline_of(trial) is None
    assert metrics.SHARED["deliveries"].function(trial) == 2
