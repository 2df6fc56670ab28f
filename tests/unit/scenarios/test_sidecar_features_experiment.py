"""What `sidecar_features` counts, from rows and counters made by hand."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from measured import EXPERIMENTS
from unit_builders import MS, SECOND, data, table

from bench.analysis import metrics
from bench.model import samples
from bench.model.errors import UsageError
from bench.plan.trials import loads_of
from scenarios.sidecar_features._monitoring import bucket_quantile
from scenarios.sidecar_features.load import check_machine

EXPERIMENT = EXPERIMENTS["sidecar_features"]
OPERATIONS = ("call", "span", "trace", "effect", "server", "connect", "tick")
CALL, SPAN, TRACE, EFFECT, SERVER = range(5)
NEAR, FAR = "client_sidecar.http.http1", "server_sidecar.http.mesh"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"max_age": "500ms"}, "Cache-Control has whole seconds"),
        ({"max_age": "1s", "method": "PUT"}, "only what is read can be kept"),
        ({"max_age": "1s", "break_every": "10"}, "items are not broken off"),
        ({"backends": "17"}, "backends"),
        ({"method": "DELETE"}, "method"),
        ({"reply": "50B"}, "reply"),
    ],
)
def test_loads_that_cannot_be_had_are_refused_in_one_line(
    settings: dict[str, str], words: str
) -> None:
    with pytest.raises(UsageError) as refused:
        loads_of(EXPERIMENT, settings)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_only_the_server_in_python_sends_spans() -> None:
    load = EXPERIMENT.load(server_spans="on")
    check_machine("envoy_pair", load)
    with pytest.raises(UsageError, match="the server in Node"):
        check_machine("node_pair", load)


COLUMNS = ("operation", "outcome", "client", "sequence", "intended_ns", "sent_ns")
MORE = ("first_byte_ns", "done_ns", "bytes_up", "bytes_down")


def row(*values: int) -> dict[str, int]:
    """A sample, its columns in the order in which they are recorded."""
    return dict(zip((*COLUMNS, *MORE), values, strict=False))


def call(number: int, is_done: bool = True, made_ns: int = 0, sent_ns: int = 0) -> Any:
    outcome = samples.OK if is_done else samples.FAILED
    sent = sent_ns or SECOND + number * MS
    return row(CALL, outcome, 0, number, sent, sent, made_ns or sent, sent + 5 * MS)


def counted(**end: float) -> dict[str, dict[str, float]]:
    return {
        "idle": dict.fromkeys(end, 1.0),
        "end": {name: value + 1 for name, value in end.items()},
    }


def found(rows: list[Any], load: dict[str, Any] | None = None, **more: Any) -> dict[str, float]:
    made = data(table(rows), operations=OPERATIONS, outcome_operation="call", **more)
    made = dataclasses.replace(made, load={**made.load, **(load or {})})
    return metrics.compute(made, EXPERIMENT.metrics)


def test_what_the_verification_did_is_not_counted() -> None:
    values = found(
        [call(0), call(1), call(2, is_done=False)],
        counted=counted(
            **{
                f"{FAR}.downstream_rq_http2_total": 3,
                f"{NEAR}.downstream_rq_total": 3,
                "server_sidecar.cluster.application.upstream_rq_retry": 1,
                "served.0": 3,
                "served.1": 1,
            }
        ),
    )
    assert values["failed_share"] == pytest.approx(1 / 3)
    assert (values["h2_share"], values["monitored_share"]) == (1, 1)
    assert values["retried_share"] == pytest.approx(1 / 3)
    assert values["busiest_server_share"] == pytest.approx(3 / 4)


def test_without_sidecars_nothing_is_upgraded_and_nothing_monitored() -> None:
    values = found([call(0)], counted=counted(**{"served.0": 1}))
    assert (values["h2_share"], values["retried_share"], values["tls13_connections"]) == (0, 0, 0)
    assert math.isnan(values["monitored_share"])
    assert math.isnan(values["monitored_mean"])


def test_a_monitoring_that_counts_too_much_is_as_wrong_as_one_that_counts_too_little() -> None:
    for known in (3, 5):
        counts = counted(**{f"{NEAR}.downstream_rq_total": known})
        assert found([call(n) for n in range(4)], counted=counts)["monitored_share"] == 0.75


def test_answered_calls_with_a_right_chain_are_traced() -> None:
    traces = [row(TRACE, samples.OK, 0, n, n, n, 0, n, 4, int(n < 2)) for n in range(3)]
    values = found([call(0), call(1), call(2), call(3), call(4, is_done=False), *traces])
    assert values["chained_share"] == 0.5


def test_what_is_done_twice_is_known_from_redis() -> None:
    effects = [
        row(EFFECT, samples.OK, 0, number, SECOND, SECOND, SECOND, SECOND, times, value)
        for number, times, value in ((0, 1, 1), (1, 2, 2), (2, 2, 1), (3, 1, 1))
    ]
    rows = [call(0), call(1), call(2), call(3, is_done=False), call(4), *effects]
    values = found(rows, {"method": "POST"})
    assert values["done_twice"] == pytest.approx(2 / 5)
    assert values["effect_twice"] == pytest.approx(1 / 5)
    assert values["done_unanswered"] == pytest.approx(1 / 5)
    assert values["undone_answered"] == 1
    assert math.isnan(found(rows, {"method": "GET"})["done_twice"])


def test_an_answer_is_stale_by_the_time_that_it_holds() -> None:
    ages_s = (-0.001, 0.5, 0.9999, 1.0001, 1.5)
    rows = [
        call(n, sent_ns=5 * SECOND, made_ns=5 * SECOND - round(age * SECOND))
        for n, age in enumerate(ages_s)
    ]
    values = found(rows, {"max_age_s": 1.0, "keys": 2}, counted=counted(made=4))
    assert (values["stale_replies"], values["stale_share"]) == (2, pytest.approx(0.4))
    assert values["oldest_answer"] == pytest.approx(1.5)
    assert values["hit_share"] == pytest.approx(1 / 5)
    assert values["expirations"] == 2


def test_a_sidecars_hits_are_what_it_did_not_pass_on() -> None:
    counts = counted(
        **{
            f"{NEAR}.downstream_rq_total": 4,
            "client_sidecar.cluster.there.upstream_rq_total": 1,
            "made": 1,
        }
    )
    rows = [call(n) for n in range(4)]
    values = found(rows, {"max_age_s": 1.0, "keys": 1}, counted=counts)
    assert (values["hit_share"], values["hits_disagreement"]) == (0.75, 0)
    counts["end"]["made"] += 1
    assert found(rows, {"max_age_s": 1.0, "keys": 1}, counted=counts)["hits_disagreement"] == 0.25


def test_a_replacement_is_seen_when_its_answers_come() -> None:
    servers = [row(SERVER, samples.OK, n, 100 + n, 0, 0, 0, 0, 7, 0) for n in range(3)]
    assert found([call(0), *servers], {"backends": 2})["replacements_seen"] == 1


def test_a_quantile_from_buckets_is_taken_evenly_within_one() -> None:
    buckets = [(1.0, 0.0), (5.0, 50.0), (10.0, 100.0), (25.0, 100.0)]
    assert bucket_quantile(buckets, 0.5) == 5
    assert bucket_quantile(buckets, 0.25) == 3
    assert bucket_quantile(buckets, 0.99) == pytest.approx(9.9)
    assert math.isnan(bucket_quantile([], 0.5))


@given(st.lists(st.floats(0, 24), min_size=1), st.floats(0.01, 0.99))
def test_a_quantile_from_buckets_lies_in_the_bucket_of_the_true_one(
    values: list[float], share: float
) -> None:
    bounds = [0.5, 1.0, 5.0, 10.0, 25.0]
    buckets = [(bound, float(sum(one <= bound for one in values))) for bound in bounds]
    true = float(np.quantile(values, share, method="inverted_cdf"))
    place = int(np.searchsorted(bounds, true))
    low = bounds[place - 1] if place else 0.0
    assert low - 1e-9 <= bucket_quantile(buckets, share) <= bounds[place] + 1e-9
