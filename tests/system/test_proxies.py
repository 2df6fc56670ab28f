"""The patterns of `proxies` in real trials: what Envoy counted is what the pattern promises."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from typing import Any

import measured
import pytest
from system_builders import Quiet

from bench.lab.proxies import envoy
from bench.results.store import StoredTrial

CLIENTS = 12
LOAD: Mapping[str, Any] = {
    "clients": CLIENTS,
    "duration_s": 0.6,
    "warmup_s": 0.2,
    "drain_s": 5.0,
    "upstream_connections": 4,
    "response_bytes": 700,
}
# With a wait all connections are needed at once, whatever the machine is busy with.
WAIT = {"app_wait_s": 0.015}

with_envoy = pytest.mark.skipif(bool(envoy.missing()), reason=envoy.missing())
SERVERS = pytest.mark.parametrize("server", ["granian", "hypercorn"])


def check(stored: StoredTrial) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """All went well; the metrics, and what was counted at the end."""
    record = stored.record
    assert (record.status, record.reason, record.log_tail) == ("ok", "", [])
    assert not list(stored.folder.glob("*.log")), "nobody had anything to complain of"
    assert record.facts["client_failures"] == 0
    data = stored.data()
    found = measured.compute(data)
    assert found["completeness"] == 1.0
    assert found["deliveries"] > 2 * CLIENTS
    assert set(data.outcomes["bytes_down"].tolist()) == {LOAD["response_bytes"]}
    assert set(data.outcomes["client"].tolist()) == set(range(CLIENTS))
    for earlier, later in (("intended", "sent"), ("sent", "first_byte"), ("first_byte", "done")):
        assert (data.outcomes[f"{earlier}_ns"] <= data.outcomes[f"{later}_ns"]).all()
    assert data.counted_change("server.requests") >= found["deliveries"]
    assert found["server_cpu_us_per_event"] > 0
    return found, data.counted["end"]


@SERVERS
def test_direct_is_a_connection_for_each_client(
    measure: Callable[..., StoredTrial], server: str
) -> None:
    found, _ = check(measure("proxies/direct", server=server, **LOAD, **WAIT))
    assert found["upstream_connections"] == found["connections"] == CLIENTS


@with_envoy
@SERVERS
def test_multiplexing_is_one_http2_connection_to_the_backend(
    measure: Callable[..., StoredTrial], server: str
) -> None:
    found, counted = check(measure("proxies/multiplexing", server=server, **LOAD, **WAIT))
    assert counted["cluster.up.upstream_cx_http2_total"] == 1
    assert counted["cluster.up.upstream_cx_total"] == 1, "the same one from start to end"
    assert found["upstream_connections"] == found["upstream_connections_used"] == 1
    assert counted["http.http1.downstream_cx_http1_total"] >= CLIENTS
    assert found["downstream_connections"] == found["connections"] == CLIENTS
    assert found["proxy_cpu_us_per_event"] > 0


@with_envoy
@SERVERS
def test_demultiplexing_is_so_many_http1_connections_to_the_backend(
    measure: Callable[..., StoredTrial], server: str
) -> None:
    found, counted = check(measure("proxies/demultiplexing", server=server, **LOAD, **WAIT))
    allowed = LOAD["upstream_connections"]
    assert found["upstream_connections"] == found["upstream_connections_used"] == allowed
    # The client of the verification may leave in mid-request, which costs its connection.
    assert allowed <= counted["cluster.up.upstream_cx_http1_total"] <= allowed + 1
    assert counted["cluster.up.upstream_cx_total"] == counted["cluster.up.upstream_cx_http1_total"]
    assert counted["http.http2.downstream_cx_http2_total"] >= 1
    assert found["downstream_connections"] == found["connections"] == 1
    assert found["proxy_cpu_us_per_event"] > 0


@with_envoy
@pytest.mark.parametrize("pattern", ["multiplexing", "demultiplexing"])
def test_requests_come_by_the_schedule_where_a_rate_is_asked_for(
    measure: Callable[..., StoredTrial], pattern: str
) -> None:
    stored = measure(f"proxies/{pattern}", request_rate_per_s=500.0, **LOAD)
    found, _ = check(stored)
    # Poisson: 300 in 0.6 s, give or take a few standard deviations of 17.
    assert 200 < found["deliveries"] < 400


@with_envoy
def test_few_streams_are_enough_for_many_clients(measure: Callable[..., StoredTrial]) -> None:
    found, counted = check(measure("proxies/multiplexing", streams=3, **LOAD, **WAIT))
    assert counted["cluster.up.upstream_cx_total"] == 1
    # Three at a time.
    assert found["deliveries_per_s"] <= 3 / WAIT["app_wait_s"]


# --- ends, meant and not meant ------------------------------------------------------------------


@with_envoy
@pytest.mark.parametrize("verb", ["restart", "kill"])
def test_a_proxy_that_is_ended_on_purpose_fails_nothing(
    measure: Callable[..., StoredTrial], verb: str
) -> None:
    stored = measure("proxies/multiplexing", **LOAD, **WAIT, fault=f"proxy:{verb}@50%")
    record = stored.record
    assert (record.status, record.reason) == ("ok", "")
    (done,) = record.faults
    assert (done.actor, done.verb, done.failure) == ("proxy", verb, "")
    # Its clients do not come back: what is counted is what its first life did.
    assert stored.data().counted["end"]["http.http1.downstream_rq_total"] > 0


class KillsProxy(Quiet):
    """Ends the proxy as if it had crashed, in the warm-up."""

    def phase(self, name: str, running: Any) -> None:
        if name == "warmup":
            (pid,) = running.parts.proxies.pids
            os.kill(pid, signal.SIGKILL)


@with_envoy
def test_a_proxy_that_crashes_fails_its_trial(measure: Callable[..., StoredTrial]) -> None:
    record = measure("proxies/multiplexing", KillsProxy(), **LOAD).record
    assert record.status == "failed"
    assert "proxy was killed by SIGKILL" in record.reason
