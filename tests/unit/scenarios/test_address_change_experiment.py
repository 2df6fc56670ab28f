"""The declaration of `address_change`: loads, laws that it applies, metrics, claims."""

from __future__ import annotations

import math
import struct
from typing import Any

import measured
import numpy as np
import pytest
from claim_builders import around, cell, evidence

from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.errors import UsageError
from bench.model.fault import FaultDone
from bench.model.metric import Counts
from bench.plan.trials import loads_of
from bench.verdicts.claims import judge
from scenarios.address_change import claims, predictions
from scenarios.address_change._addresses import HEADER, NEW_ADDRESS, kinds
from scenarios.address_change.load import LOAD, changes_address

EXPERIMENT = measured.EXPERIMENTS["address_change"]
MS = 1_000_000
CHANGES = "path.1:renumber@500ms,every=3s"
LINKED: dict[str, Any] = {"link": "emulated", "rtt_s": 0.08, "fault": CHANGES, "warmup_s": 0.3}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"retry": "always"}, "retry"),
        ({"notice": "maybe"}, "notice"),
        ({"tries": "0"}, "tries"),
        ({"reply": "1"}, "reply"),
        ({"answer_timeout": "50ms"}, "an answer takes 50ms or more"),
        (
            {"answer_timeout": "200ms", "link": "emulated", "rtt": "200ms"},
            "an answer takes 250ms or more; use a longer one",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(settings: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError) as refused:
        loads_of(EXPERIMENT, settings)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_load_knows_whether_addresses_change() -> None:
    assert changes_address(LOAD(fault=CHANGES))
    assert not changes_address(LOAD(fault="path.1:down@1s"))
    said = EXPERIMENT.rates
    assert said is not None
    assert "sent again with its key" in said.sentence(LOAD(retry="idempotency_key"))


def test_the_kernels_messages_are_told_apart() -> None:
    def message(kind: int, body: bytes = b"") -> bytes:
        size = HEADER.size + len(body)
        return HEADER.pack(size, kind, 0, 0, 0) + body + bytes(-size % 4)

    assert list(kinds(b"")) == []
    assert list(kinds(message(21, b"abc") + message(NEW_ADDRESS, b"abcde"))) == [21, NEW_ADDRESS]
    assert list(kinds(message(NEW_ADDRESS)[:9])) == []
    assert list(kinds(struct.pack("=IHHII", 0, 1, 0, 0, 0))) == []


# --- laws ---------------------------------------------------------------------------------------


def test_laws_speak_of_clients_that_are_told_or_not() -> None:
    facts = {predictions.RTT: 80.0}
    told, silent = LOAD(**LINKED), LOAD(**LINKED, notice="silent")
    assert predictions.RECONNECTED(told, facts) == pytest.approx(3 * 80 + 50)
    assert predictions.BEGUN_ANEW(told, facts) == pytest.approx(2 * 80 + 50)
    assert predictions.AT_ONCE(told, facts) == pytest.approx(80 + 50)
    assert predictions.UNSEEN(silent, facts) == pytest.approx(1000 - 65 + 3 * 80 + 50)
    assert math.isnan(predictions.RECONNECTED(silent, facts))
    assert math.isnan(predictions.UNSEEN(told, facts))
    assert math.isnan(predictions.RECONNECTED(told, {}))


@pytest.mark.parametrize(
    "changed",
    [
        {"fault": "path.1:down@1s,for=1s"},
        {"fault": ""},
        {"retry": "none"},
        {"retry": "idempotency_key"},
        {"answer_timeout_s": 0.4},
        {"loss": 0.01, "loss_up": 0.01},
    ],
)
def test_laws_say_nothing_elsewhere(changed: dict[str, Any]) -> None:
    load = LOAD(**{**LINKED, **changed})
    assert math.isnan(predictions.RECONNECTED(load, {predictions.RTT: 80.0}))


# --- metrics --------------------------------------------------------------------------------------


def renumbered(at_ms: int) -> FaultDone:
    return FaultDone("path", "path_renumber", at_ms * MS, None, at_ms * MS, (at_ms + 1) * MS)


def trial(*rows: tuple[str, int, int, int, int], **values: Any) -> TrialData:
    """(operation, outcome, client, sequence, done in ms)."""
    operations = (*samples.COMMON_OPERATIONS, *EXPERIMENT.operations)
    found = np.zeros(len(rows), samples.DTYPE)
    for place, (operation, outcome, client, sequence, done_ms) in enumerate(rows):
        found["operation"][place] = operations.index(operation)
        found["outcome"][place], found["client"][place] = outcome, client
        found["sequence"][place], found["done_ns"][place] = sequence, done_ms * MS
        found["intended_ns"][place] = found["sent_ns"][place] = (done_ms - 100) * MS
    settings: dict[str, Any] = {
        "load": {"clients": 2},
        "operations": operations,
        "outcome_operation": "request",
        "rows": found,
        "events": np.zeros(0, samples.EVENT_DTYPE),
        "t0_ns": 0,
        "t1_ns": 2000 * MS,
        "faults": (renumbered(499), renumbered(1499)),
    }
    return TrialData(**(settings | values))


OK, PENDING = samples.OK, samples.PENDING
DATA = trial(
    ("request", OK, 0, 0, 200),
    ("request", OK, 0, 1, 700),  # 200 ms after the first change
    ("request", OK, 0, 2, 1900),  # 400 ms after the second
    ("request", OK, 1, 0, 450),
    ("request", PENDING, 1, 1, 600),
    ("request", OK, 1, 2, 800),  # 300 ms: the one given up is no answer
    ("setup", OK, 0, 0, 10),
    ("setup", OK, 0, 1, 600),
    ("setup", samples.FAILED, 1, 1, 600),
    ("setup", OK, 1, 2, 700),
    counted={
        "idle": {"done": 1.0, "doubled": 0.0, "moves": 0.0},
        "end": {"done": 7.0, "doubled": 2.0, "moves": 3.0},
    },
)


def test_each_client_waits_for_its_next_answer() -> None:
    found = measured.compute(DATA)
    assert found["address_changes"] == 4
    # Client 1 has no answer after the second change.
    assert found["pause_mean"] == pytest.approx((200 + 400 + 300) / 3)
    assert found["pause_max"] == pytest.approx(400)


def test_what_becomes_of_requests() -> None:
    found = measured.compute(DATA)
    shares = {key: found[key] for key, _ in EXPERIMENT.account}
    assert shares == pytest.approx(
        {
            "done_once_share": 3 / 6,
            "done_twice_share": 2 / 6,
            "lost_done_share": 1 / 6,
            "lost_undone_share": 0,
        }
    )
    assert found["lost_per_change"] == 1 / 4
    assert found["doubled_per_change"] == 2 / 4
    assert found["setups_per_change"] == 2 / 4
    assert found["moves_seen"] == 3


def test_nothing_is_said_where_no_address_changes() -> None:
    for data in (trial(faults=()), trial(("request", OK, 0, 0, 200), faults=())):
        found = measured.compute(data)
        for key in ("pause_mean", "pause_max", "lost_per_change", "setups_per_change"):
            assert math.isnan(found[key])


def test_who_does_not_retry_loses_on_purpose() -> None:
    lost = ("request", PENDING, 0, 1, 300)
    for retry, is_wanted in (("none", True), ("blind", False)):
        data = trial(("request", OK, 0, 0, 200), lost, load={"clients": 1, "retry": retry})
        raised = measured.of_trial(data, 2, measured.compute(data), "address_change")
        assert ("requests_given_up" in {one.code for one in raised}) == is_wanted


# --- claims -----------------------------------------------------------------------------------

TCP, QUIC = predictions.TCP, predictions.QUIC


def cells(tcp: float = 1.0, quic: float = 0.0, lost: float = 1.0, changes: int = 8) -> Any:
    def one(pattern: str, doubled: float, lost: float, setups: float, **load: Any) -> Any:
        counts = {
            key: [Counts(value * 8, 8, "count")] * 6
            for key, value in (
                ("doubled_per_change", doubled),
                ("lost_per_change", lost),
                ("setups_per_change", setups),
            )
        }
        return cell(pattern, {"address_changes": [changes] * 6}, LOAD, counts, **LINKED, **load)

    return [
        one(TCP, tcp, 0, 1),
        one(TCP, 0, lost, 1, retry="none"),
        one(TCP, 0, 0, 1, retry="idempotency_key"),
        one(QUIC, quic, 0, 0),
    ]


@pytest.mark.parametrize(
    ("identity", "changed", "verdict"),
    [
        ("S5", {}, "confirmed"),
        ("S5", {"tcp": 0.0}, "depends"),
        ("S5", {"quic": 1.0}, "depends"),
        ("S5", {"lost": 0.0}, "depends"),
        ("S5", {"changes": 0}, "not measured"),
        ("S5c", {}, "confirmed"),
        ("S5c", {"tcp": 0.0}, "depends"),
    ],
)
def test_s5_wants_tcp_to_lose_or_double_and_quic_not_to(
    identity: str, changed: dict[str, Any], verdict: str
) -> None:
    (claim,) = (one for one in claims.CLAIMS if one.id == identity)
    assert judge(claim, evidence(*cells(**changed), **claims.NORMAL)).verdict == verdict


def renewing(pattern: str, pause_ms: float, doubled: float) -> Any:
    """A pattern that takes a new connection at each change."""
    counts = {
        key: [Counts(value * 8, 8, "count")] * 6
        for key, value in (("doubled_per_change", doubled), ("setups_per_change", 1.0))
    }
    values = {
        predictions.PAUSE: around(pause_ms, 0.02 if pattern == predictions.EARLY else 0.01),
        predictions.RTT: [80.0] * 6,
        "address_changes": [8] * 6,
    }
    return cell(pattern, values, LOAD, counts, **LINKED)


@pytest.mark.parametrize(
    ("identity", "http2_ms", "early_ms", "doubled", "verdict"),
    [
        ("S5e", 290, 130, 1.0, "confirmed"),
        ("S5e", 130, 130, 1.0, "depends"),
        ("S5e", 290, 130, 0.0, "depends"),
        ("S5f", 290, 130, 1.0, "confirmed"),
        ("S5f", 290, 210, 1.0, "depends"),
        ("S5f", 290, 130, 0.0, "depends"),
    ],
)
def test_new_connections_pause_by_their_handshakes_and_do_it_twice(
    identity: str, http2_ms: float, early_ms: float, doubled: float, verdict: str
) -> None:
    found = [
        renewing(predictions.HTTP2, http2_ms, doubled),
        renewing(predictions.ANEW, 210, doubled),
        renewing(predictions.EARLY, early_ms, doubled),
    ]
    (claim,) = (one for one in claims.CLAIMS if one.id == identity)
    assert judge(claim, evidence(*found, **claims.NORMAL)).verdict == verdict
