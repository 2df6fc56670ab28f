"""What sidecars do for programs that know nothing of them: exact counts of whole trials."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import measured
import numpy as np
import pytest

from bench.results.store import StoredTrial

Measure = Callable[..., StoredTrial]

LOAD: Mapping[str, Any] = {
    "clients": 2,
    "duration_s": 0.6,
    "warmup_s": 0.1,
    "think_time_s": 0.015,
}
METRICS = measured.EXPERIMENTS["sidecar_features"].metrics


def measured_with(measure: Measure, pattern: str, **more: Any) -> tuple[StoredTrial, Any]:
    stored = measure(f"sidecar_features/{pattern}", **{**LOAD, **more})
    assert (stored.record.status, stored.record.reason) == ("ok", "")
    return stored, measured.metrics.compute(stored.data(), METRICS)


def test_a_pair_upgrades_traces_and_sends_again_what_had_no_answer(measure: Measure) -> None:
    """Spans of both sidecars and of the server, by their parents' ids; a POST is done twice."""
    stored, found = measured_with(
        measure, "envoy_pair", server_spans="on", break_every=3, method="POST"
    )
    assert (found["h2_share"], found["failed_share"], found["monitored_share"]) == (1, 0, 1)
    assert found["tls13_connections"] == 1
    data = stored.data()
    calls, spans = (
        data.rows[data.rows["operation"] == data.operations.index(name)]
        for name in ("call", "span")
    )
    broken = found["broken_calls"]
    assert broken >= 1
    # A lost answer leaves the span of the attempt, and the server's own.
    assert len(spans) == 5 * len(calls) + 2 * broken
    assert found["chained_share"] == pytest.approx(1 - broken / len(calls))
    assert found["retried_share"] == found["done_twice"] == found["effect_twice"]
    assert found["done_twice"] == pytest.approx(broken / len(calls))
    assert (found["done_unanswered"], found["undone_answered"]) == (0, 0)


def test_layer_4_keeps_a_connection_at_one_server_and_sees_no_request(measure: Measure) -> None:
    _, found = measured_with(
        measure, "layer4_pair", clients=1, backends=2, break_every=3, method="PUT"
    )
    assert (found["h2_share"], found["chained_share"], found["spans_per_call"]) == (0, 0, 0)
    assert (found["retried_share"], found["monitored_share"]) == (0, 0)
    assert found["tls13_connections"] >= 1
    assert found["failed_share"] == pytest.approx(found["done_unanswered"])


def test_a_pair_spreads_the_calls_of_one_connection(measure: Measure) -> None:
    stored, found = measured_with(measure, "envoy_pair", clients=1, backends=2)
    data = stored.data()
    calls = np.count_nonzero(data.rows["operation"] == data.operations.index("call"))
    assert found["busiest_server_share"] == pytest.approx(0.5, abs=1 / calls)
    _, found = measured_with(measure, "layer4_pair", clients=1, backends=2)
    assert found["busiest_server_share"] == 1


def test_a_cache_answers_in_the_servers_place_and_makes_nothing_young(measure: Measure) -> None:
    _, found = measured_with(measure, "envoy_pair", max_age_s=1.0, keys=3, duration_s=2.5)
    assert found["hit_share"] > 0.5
    assert found["hits_disagreement"] == 0
    assert found["expirations"] > 0
    # Envoy counts an answer's age in whole seconds.
    assert found["oldest_answer"] < 2


@pytest.mark.parametrize("pattern", ["envoy_pair", "node_pair"])
def test_a_server_is_replaced_and_no_call_is_lost(measure: Measure, pattern: str) -> None:
    stored, found = measured_with(
        measure,
        pattern,
        backends=2,
        method="POST",
        retries=0,
        think_time_s=0.003,
        duration_s=1.0,
        fault="server.0:replace@0s,for=200ms",
    )
    (fault,) = stored.record.faults
    assert (fault.verb, fault.who, fault.failure) == ("replace", "server.0", "")
    assert (found["replaced_servers"], found["endpoint_updates"]) == (1, 1)
    assert (found["failed_share"], found["done_twice"]) == (0, 0)


def test_without_discovery_a_server_that_moved_is_lost(measure: Measure) -> None:
    _, found = measured_with(
        measure,
        "envoy_pair",
        backends=2,
        retries=0,
        endpoints="fixed",
        duration_s=1.0,
        fault="server.0:move@50%",
    )
    assert (found["replaced_servers"], found["endpoint_updates"]) == (1, 0)
    assert found["replacements_seen"] == 0
    assert found["failed_share"] > 0


def test_endpoints_stay_in_force_while_their_file_is_broken(measure: Measure) -> None:
    _, found = measured_with(
        measure,
        "envoy_pair",
        retries=0,
        fault="server_sidecar:garble@100ms,for=50ms,every=100ms,times=5",
    )
    assert found["refused_files"] >= 1
    assert found["failed_share"] == 0


@pytest.mark.parametrize("pattern", ["node_direct", "node_pair"])
def test_another_language_gets_all_of_it(measure: Measure, pattern: str) -> None:
    """The same counts for a client and a server in Node.js, whose code is one for both patterns."""
    has_sidecars = pattern == "node_pair"
    stored, found = measured_with(measure, pattern, break_every=3, method="POST")
    assert found["h2_share"] == has_sidecars
    assert found["broken_calls"] >= 1
    assert (found["failed_share"] == 0) == has_sidecars
    data = stored.data()
    calls = data.rows[data.rows["operation"] == data.operations.index("call")]
    share = found["broken_calls"] / len(calls)
    assert found["chained_share"] == pytest.approx((1 - share) * has_sidecars)
    assert found["effect_twice"] == pytest.approx(share * has_sidecars)
    # One clock: an answer is made after its call was sent, and before it came.
    done = calls[calls["outcome"] == 0]
    assert np.all(done["sent_ns"] <= done["first_byte_ns"])
    assert np.all(done["first_byte_ns"] <= done["done_ns"])
