"""What a pair of sidecars does: its packets on the link are searched, and strangers call it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import measured
import pytest

from bench.lab.network.network import usable
from bench.model import samples
from bench.results.store import StoredTrial

NONE, FOREIGN, EXPIRED, OWN = range(4)
ROUNDS = 5
BRIEF: Mapping[str, Any] = {
    "clients": 2,
    "request_rate_per_s": 40.0,
    "warmup_s": 0.2,
    "duration_s": 1.0,
    "drain_s": 20.0,
}
WATCHED: Mapping[str, Any] = {**BRIEF, "security_checks": "on"}
LINK: Mapping[str, Any] = {"link": "emulated", "rtt_s": 0.001, "rtt_up_s": 0.001}


def admitted(stored: StoredTrial) -> set[int]:
    """The kinds of credential that were let in; each kind was, or was not, every time."""
    rows = stored.data().select("knock")
    assert set(rows["bytes_up"]) == {NONE, FOREIGN, EXPIRED, OWN}
    found = {kind: set(rows["bytes_down"][rows["bytes_up"] == kind]) for kind in range(4)}
    assert all(len(results) == 1 for results in found.values())
    return {kind for kind, results in found.items() if results == {1}}


@pytest.mark.parametrize(
    ("pattern", "is_readable", "let_in"),
    [
        ("direct", True, {NONE, FOREIGN, EXPIRED, OWN}),
        ("tcp_proxy", True, {NONE, FOREIGN, EXPIRED, OWN}),
        ("envoy_pair", False, {OWN}),
        ("library", False, {OWN}),
    ],
)
def test_who_reads_the_wire_and_who_gets_in(
    measure: Callable[..., StoredTrial], pattern: str, is_readable: bool, let_in: set[int]
) -> None:
    if usable()[1]:
        pytest.skip(usable()[1])
    stored = measure(f"sidecar/{pattern}", **WATCHED, **LINK)
    assert (stored.record.status, stored.record.reason) == ("ok", "")
    assert admitted(stored) == let_in
    found = measured.compute(stored.data())
    assert found["searched_packets"] > 100
    assert (found["readable_packets_share"] > 0) == is_readable
    assert not list(stored.folder.glob("*.pcap")), "nobody asked for the capture"
    if pattern == "envoy_pair":
        assert found["outside_http1_share"] == 1
        assert found["between_http2_share"] == found["between_tls_share"] == 1
        assert found["connections_between"] == 2, "one for each client"
        assert found["changed_lines"] == 0
        refused = {
            name.rpartition(".")[2]: value
            for name, value in stored.record.counts["end"].items()
            if "fail_verify" in name and value
        }
        # libcurl tries again where a connection ends before the reply begins.
        assert refused["fail_verify_no_cert"] >= ROUNDS
        assert refused["fail_verify_error"] >= 2 * ROUNDS


def test_a_dead_sidecar_takes_a_living_service_with_it(
    measure: Callable[..., StoredTrial],
) -> None:
    stored = measure("sidecar/envoy_pair", **BRIEF, fault="server_sidecar:kill@300ms")
    assert (stored.record.status, stored.record.reason) == ("ok", "")
    found = measured.compute(stored.data())
    assert found["unreachable_share"] == 1
    assert found["server_alive"] == 1
    calls = stored.data().select("call")
    assert samples.OK in calls["outcome"], "before it died"
