"""Clients whose address changes: what TCP loses or does twice, and what QUIC carries on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import measured
import pytest

from bench.lab.network.network import Network, usable
from bench.model import linktext
from bench.model.links import BACKEND, CLIENTS
from bench.results.store import StoredTrial
from scenarios.address_change.load import LOAD

PRIVILEGE, MISSING = usable()
pytestmark = pytest.mark.skipif(not PRIVILEGE, reason=MISSING)
Measure = Callable[..., StoredTrial]

QUIC, TCP = "quic_migration", "tcp_reconnect"
MOVING: dict[str, Any] = {
    "clients": 2,
    "link": "emulated",
    "rtt_s": 0.02,
    "work_time_s": 0.1,
    "fault": "path.1:renumber@300ms,every=1s,times=2",
    "warmup_s": 0.1,
    "duration_s": 2.0,
    "drain_s": 10.0,
}


def found(measure: Measure, pattern: str, **load: Any) -> dict[str, float]:
    stored = measure(f"address_change/{pattern}", **{**MOVING, **load})
    record = stored.record
    assert (record.status, record.reason, record.log_tail) == ("ok", "", [])
    assert record.facts["client_failures"] == 0, record.facts["client_errors"]
    values = measured.compute(stored.data())
    assert values["address_changes"] == 4
    account = [values[key] for key, _ in measured.EXPERIMENTS["address_change"].account]
    assert sum(account) == pytest.approx(1)
    return values


@pytest.mark.parametrize(
    "load", [{"notice": "told"}, {"notice": "silent", "ping_every_s": 0.02}], ids=["told", "pings"]
)
def test_quic_goes_on_under_its_id(measure: Measure, load: dict[str, Any]) -> None:
    values = found(measure, QUIC, **load, answer_timeout_s=20.0)
    assert (values["lost_per_change"], values["doubled_per_change"]) == (0, 0)
    assert values["setups_per_change"] == 0
    assert values["moves_seen"] >= 4
    assert values["pause_max"] < 20_000


@pytest.mark.parametrize(
    ("retry", "lost", "doubled"), [("none", 1, 0), ("blind", 0, 1), ("idempotency_key", 0, 0)]
)
def test_tcp_loses_or_doubles_what_was_under_way(
    measure: Measure, retry: str, lost: float, doubled: float
) -> None:
    values = found(measure, TCP, retry=retry)
    # A change may come in the moment between an answer and the next request.
    assert values["lost_per_change"] == pytest.approx(lost, abs=0.5)
    assert values["doubled_per_change"] == pytest.approx(doubled, abs=0.5)
    assert values["setups_per_change"] == 1
    # Nor is a request always at the server by then.
    assert values["lost_undone_share"] <= values["lost_done_share"] / 2


def test_early_data_goes_on_at_once_and_does_it_twice(measure: Measure) -> None:
    values = found(measure, "quic_early_data")
    assert values["lost_per_change"] == 0
    assert values["doubled_per_change"] == pytest.approx(1, abs=0.5)
    assert values["setups_per_change"] == 1


def test_quic_that_only_waits_is_not_found(measure: Measure) -> None:
    """Its request is acknowledged long before the change, so that nothing is sent again."""
    load = {"work_time_s": 0.8, "rtt_s": 0.002, "answer_timeout_s": 1.5}
    fault = "path.1:renumber@500ms,every=1s,times=2"
    values = found(measure, QUIC, notice="silent", fault=fault, **load)
    assert values["setups_per_change"] > 0
    assert values["doubled_per_change"] > 0


def test_who_is_not_told_waits_for_its_timeout(measure: Measure) -> None:
    values = found(measure, TCP, notice="silent", answer_timeout_s=0.5)
    assert values["pause_mean"] > 350
    assert values["setups_per_change"] >= 1


def test_the_next_trial_begins_with_the_first_address() -> None:
    network, load = Network(), LOAD(link="emulated", rtt_s=0.001)
    links = {CLIENTS: linktext.link_of(load.values())}
    network.start()
    try:
        network.shape(links, 1)
        near, far = network.side(CLIENTS), network.side(BACKEND)
        server = far.make_socket(2)
        server.bind((far.host, 0))
        server.settimeout(10)

        def seen_from() -> str:
            with near.make_socket(2) as one:
                one.sendto(b"x", server.getsockname())
            return str(server.recvfrom(8)[1][0])

        assert seen_from() == near.host
        network.renumber(0)
        assert seen_from() == "10.77.0.3"
        network.switch(0, up=False)
        network.renumber(0)
        network.switch(0, up=True)
        assert seen_from() == "10.77.0.4"
        network.shape(links, 1)
        assert seen_from() == near.host
        server.close()
    finally:
        network.stop()
