"""The declaration of `query_ids`: loads, the plan, laws that it applies, metrics, claims."""

from __future__ import annotations

import itertools
import math
from typing import Any

import measured
import numpy as np
import pytest
from claim_builders import cell, evidence
from hypothesis import given
from hypothesis import strategies as st

from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.errors import UsageError
from bench.model.metric import Counts
from bench.plan.trials import loads_of
from bench.verdicts.claims import judge
from scenarios.query_ids import _planned as planned
from scenarios.query_ids import claims, predictions
from scenarios.query_ids.load import LOAD, patience_s

EXPERIMENT = measured.EXPERIMENTS["query_ids"]
MS = 1_000_000
LOSSY: dict[str, Any] = {"link": "emulated", "rtt_s": 0.02, "loss": 0.05, "loss_up": 0.05}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"ids": "1"}, "ids"),
        ({"ids": "65537"}, "ids"),
        ({"checks": "nothing"}, "checks"),
        ({"forged_share": "101%"}, "forged_share"),
        ({"tries": "0"}, "tries"),
        ({"retry_after": "1s", "tries": "16"}, "be given up after"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(settings: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError) as refused:
        loads_of(EXPERIMENT, settings)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_query_is_given_up_after_all_its_timeouts() -> None:
    assert patience_s(LOAD(retry_after_s=0.1, tries=4)) == pytest.approx(0.1 + 0.2 + 0.4 + 0.8)


def test_the_load_is_said_in_one_line() -> None:
    said = EXPERIMENT.rates
    assert said is not None
    assert said.per_client is not None
    assert "300 queries/s" in said.sentence(LOAD())
    assert "10% of them forged" in said.sentence(LOAD(forged_share=0.1))
    assert said.per_client(3.0, 20) == {"query_rate": 60}


# --- the plan -----------------------------------------------------------------------------------


@given(st.integers(0, 1000), st.integers(0, 10_000), st.integers(0, 100))
def test_a_name_has_one_truth_in_a_trial_and_another_in_the_next(
    client: int, sequence: int, seed: int
) -> None:
    zone, name = planned.Zone(LOAD(), seed), planned.name_of(client, sequence)
    truth = zone.truth(name)
    assert truth == planned.Zone(LOAD(), seed).truth(name)
    assert truth.text != planned.Zone(LOAD(), seed + 1).truth(name).text
    assert truth.text != zone.truth(planned.name_of(client, sequence + 1)).text
    assert 0 <= truth.delay_ns <= 2 * 30 * MS


def test_answers_take_the_mean_time_and_are_spread() -> None:
    zone = planned.Zone(LOAD(answer_time_s=0.01), 3)
    delays = [zone.truth(planned.name_of(0, n)).delay_ns / MS for n in range(4000)]
    assert np.mean(delays) == pytest.approx(10, rel=0.05)
    assert np.quantile(delays, 0.25) == pytest.approx(5, rel=0.1)


def test_clients_share_the_rate_and_have_schedules_of_their_own() -> None:
    load = LOAD(clients=4, query_rate_per_s=400.0)
    first, second = (list(itertools.islice(planned.times(load, 1, n), 2000)) for n in (0, 1))
    assert first[-1] / 1e9 == pytest.approx(20, rel=0.1)
    assert first != second


# --- laws ---------------------------------------------------------------------------------------


def test_laws_fill_in_loss_and_round_trip() -> None:
    load = LOAD(**LOSSY, retry_after_s=0.3, tries=6, warmup_s=0.3)
    s = 0.95**2
    assert predictions.AT_ONCE(load, {}) == pytest.approx(s)
    assert predictions.HELD_UP(load, {}) == pytest.approx(1 - s)
    assert predictions.RETRIES(load, {}) == pytest.approx(1 / s - 1, rel=1e-4)
    wait_ms = sum((1 - s) ** k * s * 300 * (2**k - 1) for k in range(6))
    found = predictions.LATENCY(load, {predictions.RTT: 21.0})
    assert found == pytest.approx(21 + 30 + wait_ms, rel=1e-4)
    assert math.isnan(predictions.LATENCY(load, {}))


@pytest.mark.parametrize(
    "settings",
    [
        {"retry_after_s": 0.06},  # an answer takes up to 80 ms: queries are sent again for nothing
        {"tries": 2},
        {"checks": "id"},
        {"link": "loopback"},
        {"fault": "server:stop@1s,for=1s"},
    ],
)
def test_laws_of_loss_say_nothing_elsewhere(settings: dict[str, Any]) -> None:
    load = LOAD(**{**LOSSY, "retry_after_s": 0.3, "warmup_s": 0.3, **settings})
    assert math.isnan(predictions.RETRIES(load, {}))
    assert math.isnan(predictions.LATENCY(load, {predictions.RTT: 21.0}))


def test_tcp_has_a_law_only_where_nothing_is_lost() -> None:
    facts = {predictions.RTT: 21.0}
    assert math.isnan(predictions.WITHOUT_LOSS(LOAD(**LOSSY), facts))
    assert predictions.WITHOUT_LOSS(
        LOAD(**{**LOSSY, "loss": 0.0, "loss_up": 0.0}), facts
    ) == pytest.approx(51)


def test_guesses_hit_one_id_in_so_many() -> None:
    load = LOAD(**LOSSY, ids=100, forged_share=0.5, forged_id="guessed", query_rate_per_s=1000.0)
    assert predictions.GUESSED(load, {}) == pytest.approx(0.005)


# --- metrics --------------------------------------------------------------------------------------


def trial(*rows: dict[str, int], **values: Any) -> TrialData:
    """Rows by operation name, times in ms."""
    operations = (*samples.COMMON_OPERATIONS, *EXPERIMENT.operations)
    found = np.zeros(len(rows), samples.DTYPE)
    for place, one in enumerate(rows):
        for name, value in one.items():
            if name == "is":
                found["operation"][place] = operations.index(value)
            elif name.endswith("_ms"):
                found[f"{name[:-3]}_ns"][place] = value * MS
            else:
                found[name][place] = value
    settings: dict[str, Any] = {
        "load": {"clients": 2},
        "operations": operations,
        "outcome_operation": "query",
        "rows": found,
        "events": np.zeros(0, samples.EVENT_DTYPE),
        "t0_ns": 0,
        "t1_ns": 1000 * MS,
        "link_facts": {"rtt_probe_ms": 20.0},
    }
    return TrialData(**(settings | values))


def query(sequence: int, sent: int, due: int, done: int, outcome: int = samples.OK) -> Any:
    return {
        "is": "query",
        "sequence": sequence,
        "outcome": outcome,
        "intended_ms": sent,
        "sent_ms": sent,
        "first_byte_ms": due,
        "done_ms": done,
    }


def request(sequence: int, sent: int) -> Any:
    return {"is": "request", "sequence": sequence, "intended_ms": sent, "sent_ms": sent}


DATA = trial(
    query(0, 0, 50, 71),
    request(0, 0),
    query(1, 10, 20, 41),  # overtakes the first
    request(1, 10),
    query(2, 20, 40, 360),  # sent twice, held up
    request(2, 20),
    request(2, 320),
    query(3, 30, 40, 61),  # a wrong answer, and before the first one's too
    request(3, 30),
    {"is": "wrong", "sequence": 3, "intended_ms": 61},
    query(4, 500, 510, 900, samples.FAILED),
    request(4, 500),
    request(4, 800),
    {"is": "late", "intended_ms": 380},
    {"is": "stranger", "intended_ms": 381},
    {"is": "forged", "intended_ms": 382},
    {"is": "forged", "intended_ms": 383},
    counted={"idle": {"connections": 1.0}, "end": {"connections": 3.0}},
)


def test_what_becomes_of_queries() -> None:
    found = measured.compute(DATA)
    shares = {key: found[key] for key, _ in EXPERIMENT.account}
    assert shares == {
        "first_share": 0.4,
        "again_share": 0.2,
        "wrong_share": 0.2,
        "unanswered_share": 0.2,
    }
    assert sum(shares.values()) == pytest.approx(1)
    assert found["wrong_answers"] == 1
    assert found["out_of_order_answers"] == 2
    assert found["overtaking_share"] == 0.5
    assert found["retries_per_query"] == pytest.approx(2 / 5)
    assert found["held_up_share"] == pytest.approx(2 / 5)
    assert (found["late_refused"], found["strangers_refused"], found["forged_refused"]) == (1, 1, 2)
    assert found["setups_per_query"] == 0.4


def test_nothing_is_said_of_nothing() -> None:
    empty = measured.compute(trial())
    for key in ("first_share", "wrong_share", "overtaking_share", "held_up_share"):
        assert math.isnan(empty[key])
    assert math.isnan(measured.compute(trial(query(0, 0, 1, 2), link_facts={}))["held_up_share"])


# --- claims -----------------------------------------------------------------------------------


def attacked(wrong: int = 0, late: int = 2000, setups: int = 0, overtaken: float = 0.4) -> Any:
    count = 18_000
    load = {**LOSSY, "query_rate_per_s": 1500.0, "retry_after_s": 0.06, "forged_share": 0.1}
    values = {
        "deliveries": [count] * 6,
        "out_of_order_answers": [count * overtaken] * 6,
        "late_refused": [late] * 6,
        "forged_refused": [1800] * 6,
        "strangers_refused": [1800] * 6,
    }
    counts = {
        "wrong_share": [Counts(wrong, count, "share")] * 6,
        "setups_per_query": [Counts(setups, count, "count")] * 6,
        "completeness": [Counts(count, count, "share")] * 6,
        "overtaking_share": [Counts(count * overtaken, count, "share")] * 6,
    }
    return cell("udp_query_id", values, LOAD, counts, **load)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, "confirmed"),
        ({"wrong": 40}, "depends"),
        ({"setups": 10}, "depends"),
        ({"overtaken": 0.15}, "depends"),
        ({"late": 0}, "not measured"),
    ],
)
def test_s4_wants_not_one_wrong_answer(changed: dict[str, Any], verdict: str) -> None:
    (claim,) = (one for one in claims.CLAIMS if one.id == "S4")
    found = judge(claim, evidence(attacked(**changed), **claims.NORMAL))
    assert found.verdict == verdict, found


@pytest.mark.parametrize(("share", "verdict"), [(0.02, "confirmed"), (0.0, "refuted")])
def test_s4c_wants_wrong_answers_where_the_id_is_all(share: float, verdict: str) -> None:
    load = {**LOSSY, "retry_after_s": 0.06, "ids": 64, "checks": "id"}
    counts = {"wrong_share": [Counts(share * 5000, 5000, "share")] * 6}
    found = cell("udp_query_id", {"retries_per_query": [0.4] * 6}, LOAD, counts, **load)
    (claim,) = (one for one in claims.CLAIMS if one.id == "S4c")
    assert judge(claim, evidence(found, **claims.NORMAL)).verdict == verdict
