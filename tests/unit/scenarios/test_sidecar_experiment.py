"""The declaration of `sidecar`: its load, its plan of requests, its metrics and laws."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import replace
from typing import Any

import measured
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.analysis.metrics import compute, metrics_of
from bench.analysis.trialdata import TrialData
from bench.catalog import ROOT
from bench.model import samples
from bench.model.errors import UsageError
from bench.model.fault import FaultDone
from bench.model.readings import Reading
from bench.plan.trials import loads_of
from scenarios.sidecar import _planned as planned
from scenarios.sidecar import laws, predictions
from scenarios.sidecar.load import LOAD, MARKER, payload, searched_for
from targets.sidecar._lines import changed_lines, code_lines

EXPERIMENT = measured.EXPERIMENTS["sidecar"]
SECOND_NS = 1_000_000_000
PATTERNS = ("direct", "tcp_proxy", "envoy_pair", "library")


# --- the load -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"clients": "201"}, "clients"),
        ({"arrivals": "bursts"}, "arrivals"),
        ({"request_rate": "-1"}, "request_rate"),
        ({"most_connections": "0"}, "most_connections"),
        ({"security_checks": "yes"}, "security_checks"),
        ({"security_checks": "on", "response": "10B"}, "use at least response=24"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(settings: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError) as refused:
        loads_of(EXPERIMENT, settings)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


@given(st.integers(1, 10_000))
def test_a_reply_is_as_long_as_asked_and_full_of_the_marker(size: int) -> None:
    body = payload(LOAD(response_bytes=size))
    assert len(body) == size
    assert body.count(MARKER) == size // len(MARKER)


def test_the_wire_is_searched_only_where_that_is_asked_for() -> None:
    assert searched_for(LOAD()) == b""
    assert searched_for(LOAD(security_checks="on")) == MARKER


# --- the plan -------------------------------------------------------------------------------


def due(arrivals: str, clients: int, rate: float, seconds: float = 1.0, seed: int = 3) -> list[int]:
    load = LOAD(clients=clients, request_rate_per_s=rate, arrivals=arrivals)
    found = (planned.due_ns(load, seed, client) or () for client in range(clients))
    end_ns = seconds * SECOND_NS
    return sorted(at for one in found for at in itertools.takewhile(lambda at: at < end_ns, one))


@given(st.integers(1, 20), st.integers(1, 500))
def test_uniform_requests_are_as_far_apart_over_all_clients(clients: int, rate: int) -> None:
    gaps = np.diff(due("uniform", clients, rate, 5.0))
    assert np.abs(gaps - SECOND_NS / rate).max(initial=0) <= 2 * clients


@given(st.integers(2, 20), st.integers(20, 500))
def test_together_all_clients_ask_at_the_same_time(clients: int, rate: int) -> None:
    times, counts = np.unique(due("together", clients, rate, 3.0), return_counts=True)
    assert (counts == clients).all()
    assert np.abs(np.diff(times) - clients * SECOND_NS / rate).max(initial=0) <= 2


def test_poisson_requests_have_the_rate_and_are_the_same_for_a_seed() -> None:
    found = due("poisson", 8, 400, 20.0)
    assert len(found) == pytest.approx(8000, rel=0.05)
    assert found == due("poisson", 8, 400, 20.0)
    assert found != due("poisson", 8, 400, 20.0, seed=4)
    gaps = np.diff(found)
    assert gaps.std() == pytest.approx(gaps.mean(), rel=0.1)


def test_without_a_rate_there_is_no_plan() -> None:
    assert planned.due_ns(LOAD(request_rate_per_s=0.0), 1, 0) is None


# --- the same application everywhere -----------------------------------------------------------


def digest(path: str) -> str:
    """Of the lines that Python reads: docstrings may name the pattern."""
    return hashlib.sha256("\n".join(code_lines((ROOT / path).read_text())).encode()).hexdigest()


def test_the_client_is_the_same_file_for_all_but_the_library() -> None:
    found = {name: digest(f"scenarios/sidecar/{name}.py") for name in PATTERNS}
    assert found["direct"] == found["tcp_proxy"] == found["envoy_pair"] != found["library"]


def test_the_service_is_the_same_class_and_only_its_proxies_are_said() -> None:
    for name in ("tcp_proxy", "envoy_pair"):
        text = (ROOT / f"targets/sidecar/{name}.py").read_text()
        assert "class Target(Service)" in text
        assert text.count("    def ") == text.count("def proxies(self)") == 1
        assert "_plain" not in text
        assert "_secured" not in text


def test_the_library_changes_lines_at_both_ends() -> None:
    for end in ("targets", "scenarios"):
        plain, secured = (
            (ROOT / f"{end}/sidecar/_{name}.py").read_text() for name in ("plain", "secured")
        )
        assert 3 <= changed_lines(plain, secured) <= 20
        assert changed_lines(plain, plain) == 0


@pytest.mark.parametrize(
    ("before", "after", "count"),
    [
        ("a = 1\n", "a = 1\n", 0),
        ('"""One."""\na = 1\n', '"""Two."""\n\n# more\na = 1\n', 0),
        ("a = 1\nb = 2\n", "a = 1\nb = 3\n", 1),
        ("a = 1\n", "a = 1\nb = 2\nc = 3\n", 2),
        ("a = 1\nb = 2\n", "a = 1\n", 1),
        ("a = 1\nb = 2\nc = 3\n", "a = 1\nd = 2\n", 2),
    ],
)
def test_lines_that_change_are_counted_once(before: str, after: str, count: int) -> None:
    assert changed_lines(before, after) == count
    assert changed_lines(after, before) == count


# --- metrics ----------------------------------------------------------------------------------


def rows(operation: int, count: int, **columns: Any) -> np.ndarray:
    found = np.zeros(count, samples.DTYPE)
    found["operation"], found["sequence"] = operation, np.arange(count)
    found["intended_ns"] = np.arange(count) * 1_000_000
    found["sent_ns"], found["done_ns"] = found["intended_ns"], found["intended_ns"] + 500_000
    found["outcome"] = samples.OK
    for name, value in columns.items():
        found[name] = value
    return found


def trial(*blocks: np.ndarray, **changes: Any) -> TrialData:
    start, end = Reading(0, 0, 0, 0), Reading(SECOND_NS, 100_000_000, 60_000_000, 0)
    marks = {"idle": {}, "t0": {}, "t1": {}, "end": {}}  # type: dict[str, dict[str, Reading]]
    parts: dict[str, dict[str, Reading]] = {mark: {} for mark in marks}
    for name, times in {"client_sidecar": 3, "server_sidecar": 1}.items():
        for mark in marks:
            cpu = times * end.cpu_ns if mark in ("t1", "end") else 0
            at = end if mark in ("t1", "end") else start
            parts[mark][name] = replace(at, cpu_ns=cpu)
    for mark in marks:
        marks[mark] = {"generator": parts[mark]["server_sidecar"]}
    return TrialData(
        load=LOAD().values(),
        operations=(*EXPERIMENT.operations, "connect", "tick"),
        outcome_operation="call",
        rows=np.concatenate(blocks or (rows(0, 100),)),
        events=np.zeros(0, samples.EVENT_DTYPE),
        t0_ns=0,
        t1_ns=SECOND_NS,
        **{"marks": marks, "part_marks": parts, **changes},
    )


def found(data: TrialData) -> dict[str, float]:
    return dict(compute(data, metrics_of(EXPERIMENT)))


def test_cpu_of_each_sidecar_and_of_all() -> None:
    values = found(trial())
    assert values["client_sidecar_cpu_us_per_event"] == pytest.approx(3000)
    assert values["server_sidecar_cpu_us_per_event"] == pytest.approx(1000)
    assert values["cpu_ms_per_sidecar_event"] == pytest.approx(2.0)
    assert values["whole_cpu_us_per_event"] == pytest.approx(1000)
    assert values["client_sidecar_memory_bytes"] == 60_000_000


def test_without_sidecars_nothing_of_them_is_known() -> None:
    values = found(trial(part_marks={}))
    for key in ("client_sidecar_cpu_us_per_event", "client_sidecar_memory_bytes"):
        assert np.isnan(values[key])
    assert values["added_processes"] == values["config_lines"] == 0


ENVOY = {
    "client_sidecar.http.http1.downstream_cx_total": 4.0,
    "client_sidecar.http.http1.downstream_cx_http1_total": 4.0,
    "client_sidecar.cluster.there.upstream_cx_total": 2.0,
    "client_sidecar.cluster.there.upstream_cx_http2_total": 2.0,
    "client_sidecar.cluster.there.ssl.versions.TLSv1.3": 1.0,
    "server_sidecar.cluster.application.upstream_cx_total": 4.0,
    "server_sidecar.cluster.application.upstream_cx_http1_total": 2.0,
    "client_sidecar.processes": 2.0,
    "server_sidecar.processes": 1.0,
    "client_sidecar.config_lines": 90.0,
    "server_sidecar.config_lines": 80.0,
    "application.changed_lines": 7.0,
}


def test_protocols_are_shares_of_connections_as_envoy_counts_them() -> None:
    data = trial(counted={"end": ENVOY})
    values = found(data)
    assert values["outside_http1_share"] == 6 / 8
    assert values["between_http2_share"] == 1
    assert values["between_tls_share"] == 0.5
    assert values["connections_between"] == 2
    assert values["added_processes"] == 3
    assert values["config_lines"] == 170
    assert values["changed_lines"] == 7
    assert values["server_alive"] == 0, "it said nothing"
    counts = EXPERIMENT.metrics["between_tls_share"].counts
    assert counts is not None
    assert counts(data).hits == 1


def test_strangers_are_all_but_the_one_with_the_right_certificate() -> None:
    knocks = rows(1, 8, bytes_up=[0, 1, 2, 3] * 2, bytes_down=[0, 0, 1, 1, 0, 0, 0, 1])
    values = found(trial(rows(0, 10), knocks))
    assert values["strangers_admitted_share"] == pytest.approx(1 / 6)
    assert values["known_admitted_share"] == 1
    assert np.isnan(found(trial())["strangers_admitted_share"]), "nobody knocked"


def test_readable_packets_are_those_with_the_marker() -> None:
    values = found(trial(link_facts={"searched_packets": 200, "marked_packets": 50}))
    assert values["readable_packets_share"] == 0.25
    assert values["searched_packets"] == 200
    assert np.isnan(found(trial())["readable_packets_share"])


def test_what_did_not_get_through_counts_from_the_fault_on() -> None:
    calls = rows(0, 100)
    calls["outcome"][60:] = samples.FAILED
    fault = FaultDone("server_sidecar", "kill", 50_000_000, None, 50_000_000)
    values = found(trial(calls, faults=(fault,)))
    assert values["unreachable_share"] == 0.8
    assert np.isnan(found(trial(calls))["unreachable_share"]), "no fault"
    never = FaultDone("server_sidecar", "kill", 50_000_000, None)
    assert np.isnan(found(trial(calls, faults=(never,)))["unreachable_share"])


# --- laws -------------------------------------------------------------------------------------


def test_the_law_adds_what_a_calm_pair_adds_and_the_longer_waits() -> None:
    load = LOAD(clients=4, request_rate_per_s=200.0, arrivals="together", duration_s=4.0)
    facts = {
        "seed": 1.0,
        "backend_cores": 1.0,
        "server_cpu_us_per_event": 100.0,
        "proxy_cpu_us_per_event": 300.0,
        "without.latency_mean": 1.0,
        "without.server_cpu_us_per_event": 100.0,
        "calm.latency_mean": 1.5,
        "calm_without.latency_mean": 0.8,
    }
    # Four at a time share the core: each takes four times as long as alone.
    assert predictions.latency_ms(load, facts) == pytest.approx(1.0 + 0.7 + 3 * (0.4 - 0.1))
    uniform = LOAD(clients=4, request_rate_per_s=200.0, arrivals="uniform", duration_s=4.0)
    assert predictions.latency_ms(uniform, facts) == pytest.approx(1.7), "nobody waits"


def test_shared_cores_bound_the_throughput() -> None:
    assert laws.shared_throughput(100, 1, 100e-6, 300e-6, 100e-6) == pytest.approx(2500)
    assert laws.shared_throughput(100, 1, 100e-6, 0, 500e-6) == pytest.approx(2000)
    assert laws.shared_throughput(1, 1, 100e-6, 300e-6, 100e-6) == pytest.approx(2000)
    load = LOAD(clients=100, request_rate_per_s=0.0)
    facts = {"backend_cores": 1.0, "half.server_cpu_us_per_event": 100.0}
    facts |= {"half.generator_cpu_us_per_event": 50.0}
    assert predictions.throughput(load, facts) == pytest.approx(10_000), "without proxies"
