"""The declaration of `reconnect_storm`: laws that it applies, metrics, claims."""

from __future__ import annotations

import math
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
from scenarios.reconnect_storm import claims, predictions
from scenarios.reconnect_storm.load import LOAD

EXPERIMENT = measured.EXPERIMENTS["reconnect_storm"]
MS = 1_000_000
SPREAD: dict[str, Any] = {
    "clients": 200,
    "return_within_s": 1.0,
    "fault": "clients:cut@500ms",
    "warmup_s": 0.3,
    "drain_s": 20.0,
}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"key": "dsa"}, "key"),
        ({"return_within": "-1s"}, "return_within"),
        ({"clients": "5001"}, "clients"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(settings: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError) as refused:
        loads_of(EXPERIMENT, settings)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_load_says_within_which_time_clients_come_back() -> None:
    said = EXPERIMENT.rates
    assert said is not None
    assert said.sentence(LOAD()) == "200 clients; whoever loses its connection is back within 1s"
    assert said.sentence(LOAD(return_within_s=0.0)).endswith("is back at once")


def test_laws_speak_of_storms_that_a_server_can_serve() -> None:
    load = LOAD(**SPREAD)
    assert predictions.RATE(load, {}) == pytest.approx(200)
    assert predictions.ALL_BACK(load, {}) == pytest.approx(1000 * 200 / 201)
    assert predictions.COST(load, {f"half.{predictions.CPU}": 700.0}) == 700
    assert math.isnan(predictions.COST(load, {}))
    for changed in ({"return_within_s": 0.0}, {"clients": 400}, {"fault": "server:stop@1s,for=1s"}):
        assert math.isnan(predictions.RATE(LOAD(**{**SPREAD, **changed}), {}))


def cut_at(at_ms: int) -> FaultDone:
    return FaultDone("clients", "cut", at_ms * MS, None, at_ms * MS, (at_ms + 1) * MS)


def trial(done_ms: list[int], cuts_ms: tuple[int, ...] = (500,), **values: Any) -> TrialData:
    operations = (*samples.COMMON_OPERATIONS, *EXPERIMENT.operations)
    found = np.zeros(len(done_ms), samples.DTYPE)
    found["operation"] = operations.index("return")
    found["outcome"] = samples.OK
    found["client"] = np.arange(len(done_ms))
    found["done_ns"] = np.array(done_ms, np.int64) * MS
    found["intended_ns"] = found["sent_ns"] = found["done_ns"] - 2 * MS
    settings: dict[str, Any] = {
        "load": {"clients": len(done_ms)},
        "operations": operations,
        "outcome_operation": "return",
        "rows": found,
        "events": np.zeros(0, samples.EVENT_DTYPE),
        "t0_ns": 0,
        "t1_ns": 9000 * MS,
        "faults": tuple(cut_at(one) for one in cuts_ms),
    }
    return TrialData(**(settings | values))


def test_the_first_storm_is_measured() -> None:
    evenly = [510 + 10 * place for place in range(100)]
    found = measured.compute(trial(evenly))
    assert found["return_rate"] == pytest.approx(100)
    assert found["all_back"] == pytest.approx(1000)
    two = measured.compute(trial([*evenly, 4000, 4001], cuts_ms=(500, 3000)))
    assert two["return_rate"] == pytest.approx(100)
    assert two["all_back"] == pytest.approx(1000)


def test_of_few_returns_no_rate_is_said_and_of_none_nothing() -> None:
    assert math.isnan(measured.compute(trial([510, 520]))["return_rate"])
    nothing = measured.compute(trial([], load={"clients": 1}))
    assert all(math.isnan(nothing[key]) for key in ("return_rate", "all_back", "resumed_share"))


def test_resumed_handshakes_are_the_servers_count() -> None:
    counted = {"idle": {"resumed": 0.0}, "end": {"resumed": 3.0}}
    assert measured.compute(trial([510] * 4, counted=counted))["resumed_share"] == 0.75
    assert math.isnan(measured.compute(trial([510] * 4))["resumed_share"])


@pytest.mark.parametrize(
    ("full_us", "resumed_us", "share", "verdict"),
    [
        (900, 500, 1.0, "confirmed"),
        (900, 500, 0.2, "depends"),
        (500, 900, 1.0, "depends"),
    ],
)
def test_s1g_wants_resumption_to_be_there_and_to_be_cheaper(
    full_us: float, resumed_us: float, share: float, verdict: str
) -> None:
    def one(pattern: str, cpu_us: float, resumed: float) -> Any:
        values = {
            predictions.CPU: [cpu_us + place for place in range(6)],
            "deliveries": [200] * 6,
        }
        counts = {"resumed_share": [Counts(200 * resumed, 200, "share")] * 6}
        return cell(pattern, values, LOAD, counts, key="rsa", **SPREAD)

    found = evidence(
        one("plain", 200, 0.0),
        one("full_handshake", full_us, 0.0),
        one("resumption", resumed_us, share),
        **claims.NORMAL,
    )
    (claim,) = (one for one in claims.CLAIMS if one.id == "S1g")
    assert judge(claim, found).verdict == verdict


def stormy(within_s: float, rate: float, p50_ms: float, cpu_us: float = 700.0) -> Any:
    values = {
        "return_rate": around(rate),
        "all_back": around(within_s * 1000 + 1, 0.001),
        "latency_p50": around(p50_ms, 0.01 if within_s else 0.02),
        predictions.CPU: around(cpu_us),
        f"half.{predictions.CPU}": [700.0] * 6,
        "deliveries": [200] * 6,
    }
    load = {**SPREAD, "return_within_s": within_s}
    return cell("full_handshake", values, LOAD, None, key="rsa", **load)


@pytest.mark.parametrize(
    ("identity", "rate", "cpu_us", "at_once_ms", "verdict"),
    [
        ("S1e", 200.0, 700.0, 80.0, "confirmed"),
        ("S1e", 400.0, 700.0, 80.0, "depends"),
        ("S1e", 200.0, 1400.0, 80.0, "depends"),
        ("S1f", 200.0, 700.0, 80.0, "confirmed"),
        ("S1f", 200.0, 700.0, 2.1, "refuted"),
    ],
)
def test_a_storm_has_its_rate_and_costs_by_the_head(
    identity: str, rate: float, cpu_us: float, at_once_ms: float, verdict: str
) -> None:
    found = evidence(
        stormy(1.0, rate, 2.0, cpu_us),
        stormy(2.0, rate / 2, 2.0, cpu_us),
        stormy(0.0, 2000, at_once_ms),
        **claims.NORMAL,
    )
    (claim,) = (one for one in claims.CLAIMS if one.id == identity)
    assert judge(claim, found).verdict == verdict
