"""The declaration of `multipath`: loads that it takes, laws that it applies, what it refuses."""

from __future__ import annotations

import dataclasses
import math

import measured
import numpy as np
import pytest
import unit_builders as make
from claim_builders import evidence
from measured import EXPERIMENTS, METRICS

from bench.analysis import findings, metrics
from bench.analysis.evaluated import public_load
from bench.model import samples
from bench.model.errors import UsageError
from bench.model.fault import FaultDone
from bench.model.load import Load
from bench.model.metric import Counts
from bench.model.readings import PathCounts, WayCounts
from bench.plan.trials import loads_of
from bench.verdicts.claims import judge
from bench.verdicts.evidence import Cell
from scenarios.multipath.claims import CLAIMS, NORMAL
from scenarios.multipath.load import LOAD, MultipathLoad, loses_path, rates

EXPERIMENT = EXPERIMENTS["multipath"]

QUICK = EXPERIMENT.quick


def load_of(**settings: str) -> Load[MultipathLoad]:
    ((_, load),) = loads_of(EXPERIMENT, {**QUICK, **settings})
    return LOAD(**load)


# --- what it takes ------------------------------------------------------------------------


def test_the_quick_settings_have_two_paths() -> None:
    assert rates(load_of()) == (10e6, 5e6)
    assert not loses_path(load_of())
    assert loses_path(load_of(fault="path.1:down@500ms"))
    assert not loses_path(load_of(fault="server:stop@500ms,for=1s"))


def test_a_path_without_a_limit_has_no_rate_to_add() -> None:
    first, second = rates(load_of(second_path="rtt=60ms"))
    assert (first, math.isnan(second)) == (10e6, True)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "loopback has one path, but two are needed; add --quick or --link 'path="),
        ({"link": "emulated", "rtt": "5ms"}, "the link has one path"),
        ({"link": "lan"}, "the link has one path"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_one_line(
    settings: dict[str, str], words: str
) -> None:
    with pytest.raises(UsageError) as refused:
        loads_of(EXPERIMENT, settings)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


# --- its laws -----------------------------------------------------------------------------


def test_laws_speak_of_links_whose_paths_stay() -> None:
    long = {"transfer": "8MB"}
    values = {
        (pattern, entry.metric): [
            entry(load, {}) for load in (load_of(**long), load_of(**long, fault="path.1:down@1s"))
        ]
        for pattern in ("tcp", "mptcp")
        for entry in EXPERIMENT.predictions_for(pattern)
    }
    assert {key: whole for key, (whole, _) in values.items()} == pytest.approx(
        {
            ("tcp", "goodput"): 10 * 1448 / 1500,
            ("mptcp", "goodput"): 15 * 1420 / 1500,
            ("mptcp", "second_path_share"): 1 / 3,
        }
    )
    assert all(math.isnan(cut) for _, cut in values.values())


@pytest.mark.parametrize(
    ("mptcp", "completed", "tcp", "done", "verdict"),
    [
        (14.2, (0.0, 1.0), 9.6, 1, "confirmed"),
        (9.6, (0.0, 1.0), 9.6, 1, "depends"),
        (14.2, (1.0, 1.0), 9.6, 1, "depends"),
        (14.2, (0.0, 0.0), 9.6, 1, "depends"),
        (9.6, (1.0, 0.0), 9.6, 1, "refuted"),
        (14.2, (0.0, 1.0), 5.0, 1, "not measured"),  # one path does not give its own rate
        (14.2, (0.0, 1.0), 9.6, 0, "not measured"),  # no path was cut
    ],
)
def test_m8_needs_the_sum_and_the_survival(
    mptcp: float, completed: tuple[float, float], tcp: float, done: float, verdict: str
) -> None:
    def cell(pattern: str, metric: str, value: float, **settings: str) -> Cell:
        load = load_of(transfer="8MB", **settings)
        near = np.random.default_rng(1).normal(1, 0.001, 6)
        if metric == "completeness":
            counts = {n: {metric: Counts(3 * value, 3, "share")} for n in range(6)}
            return Cell(
                pattern,
                public_load(load),
                {n: {metric: value, "faults_done": done} for n in range(6)},
                load,
                counts,
            )
        values = {n: {metric: value * float(factor)} for n, factor in enumerate(near)}
        return Cell(pattern, public_load(load), values, load)

    found = evidence(
        cell("tcp", "goodput", tcp),
        cell("mptcp", "goodput", mptcp),
        cell("tcp", "completeness", completed[0], fault="path.1:down@1s"),
        cell("mptcp", "completeness", completed[1], fault="path.1:down@1s"),
        **NORMAL,
    )
    (claim,) = CLAIMS
    assert judge(claim, found).verdict == verdict


# --- its metrics and findings ---------------------------------------------------------------


def transfers(*rows: tuple[int, int, int]) -> np.ndarray:
    """(outcome, milliseconds, bytes), each meant and sent 10 and 20 ms after t0."""
    found = np.zeros(len(rows), samples.DTYPE)
    for index, (outcome, milliseconds, octets) in enumerate(rows):
        found["outcome"][index] = outcome
        found["intended_ns"][index], found["sent_ns"][index] = 10 * make.MS, 20 * make.MS
        found["done_ns"][index] = (20 + milliseconds) * make.MS
        found["bytes_down"][index] = octets
    return found


def trial(rows: np.ndarray, **values: object) -> metrics.TrialData:
    settings = {"operations": ("transfer",), "outcome_operation": "transfer", **values}
    return make.data(rows, **settings)


def test_goodput_is_the_median_over_whole_transfers() -> None:
    rows = transfers(
        (samples.OK, 800, 1_000_000),
        (samples.OK, 1600, 1_000_000),
        (samples.OK, 8000, 1_000_000),
        (samples.PENDING, 1, 0),
    )
    assert METRICS["goodput"].function(trial(rows)) == pytest.approx(5)
    assert math.isnan(METRICS["goodput"].function(trial(rows[:0])))
    assert math.isnan(METRICS["goodput"].function(make.data(make.latencies([5]))))


def path(octets_down: int) -> PathCounts:
    return PathCounts(up=WayCounts(bytes_out=7), down=WayCounts(bytes_out=octets_down))


def test_the_second_paths_share_counts_from_t0_to_the_end() -> None:
    link = {
        "t0": [path(100), path(50)],
        "t1": [path(101), path(51)],
        "end": [path(700), path(250)],
    }
    share = METRICS["second_path_share"].function
    assert share(trial(transfers(), link=link)) == 0.25
    one = {mark: paths[:1] for mark, paths in link.items()}
    assert math.isnan(share(trial(transfers(), link=one)))
    assert math.isnan(share(trial(transfers(), link={**link, "end": link["t0"]})))
    assert math.isnan(share(trial(transfers())))


DOWN = FaultDone("path", "path_down", 0, None, 1, 2, first=1, last=1)
STOPPED = FaultDone("server", "stop", 0, 5, 1, 6)


@pytest.mark.parametrize(
    ("done", "code"),
    [((DOWN,), "path_lost"), ((STOPPED,), "nothing_measured"), ((), "nothing_measured")],
)
def test_nothing_delivered_over_a_lost_path_is_a_result(
    done: tuple[FaultDone, ...], code: str
) -> None:
    data = trial(transfers((samples.PENDING, 1, 0)), load={"clients": 1})
    data = dataclasses.replace(data, faults=done)
    is_cut = DOWN in done
    raised = measured.of_trial(data, 1, {"link_dropped_by_devices": 3.0}, "multipath")
    assert code in {one.code for one in raised}
    assert ("link_overloaded" in {one.code for one in raised}) == (not is_cut)
    assert (findings.worst(raised) == "void") == (not is_cut)


def test_only_what_is_measured_needs_two_paths() -> None:
    """A server alone, for looking at, stays on loopback."""
    assert loads_of(EXPERIMENT, {}, measures=False)
    with pytest.raises(UsageError, match="loopback has one path, but two are needed"):
        loads_of(EXPERIMENT, {})
