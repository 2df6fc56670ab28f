"""No law reads what it predicts, nor what follows from it.

Raw data of a made-up trial is changed in the smallest way that changes the predicted metric:
the times of the experiment's own operations, else how many there were, else what they
weighed.  What the law says must stay as it was.
"""

from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from made_up_facts import made_up
from measured import EXPERIMENTS
from unit_builders import reading

from bench.analysis.metrics import compute, metrics_of
from bench.analysis.trialdata import TrialData
from bench.lab.faults import verbs
from bench.model import samples
from bench.model.experiment import Experiment
from bench.model.fault import FaultDone, parse_faults, timeline
from bench.model.law import SEED, Law
from bench.model.load import Load
from bench.model.readings import PathCounts, WayCounts, Wire
from bench.plan.audit import Point, drawn

LAWS = {
    f"{name} {law.id} {law.metric} {','.join(law.patterns)}": (experiment, law)
    for name, experiment in EXPERIMENTS.items()
    for law in experiment.predictions
}
ROLES = ("server", "proxy", "database", "broker", "generator", "caller")
HARNESS = ("connect", "tick")
OWN_COUNTS = {
    "chain": ("service", *(f"service.{number}.begun" for number in range(16))),
    "fan_out": ("publisher.events", "publisher.busy_ns", "publisher.stream_up", "publisher.gone"),
}
"""What parts of an experiment count, where laws predict it: first of what, then the amounts."""
ROWS = 500

Change = Callable[[TrialData], TrialData]


def point_of(experiment: Experiment, law: Law) -> Point:
    assert law.domain is not None
    source = random.Random(1)
    points = (drawn(experiment, law.domain, source) for _ in range(10_000))
    return next(point for point in points if point is not None)


def rows_of(experiment: Experiment, load: Load[object], whole: int) -> np.ndarray:
    """Of every operation as many: whole groups of `whole`, each at its instant in the window."""
    source = np.random.default_rng(1)
    count = whole * max(4, ROWS // whole)
    blocks = []
    for code in range(len(experiment.operations) + len(HARNESS)):
        rows = np.zeros(count, samples.DTYPE)
        rows["operation"] = code
        rows["sequence"] = np.arange(count)
        span_ns = int(load.window.duration_s * 1e9) * 9 // 10
        rows["intended_ns"] = np.arange(count) // whole * whole * span_ns // count + 1
        rows["sent_ns"] = rows["intended_ns"] + source.integers(1_000, 9_000, count)
        rows["first_byte_ns"] = rows["sent_ns"] + source.integers(10**5, 10**6, count)
        rows["done_ns"] = rows["first_byte_ns"] + source.integers(10**5, 10**6, count)
        rows["bytes_up"], rows["bytes_down"] = 80, source.integers(100, 200, count)
        rows["outcome"] = np.where(np.arange(count) % 3, samples.OK, samples.EMPTY)
        if experiment.operations[code : code + 1] != ("request",):
            rows["outcome"] = samples.OK
        blocks.append(rows)
    return np.concatenate(blocks)


def events_of(experiment: Experiment, load: Load[object]) -> np.ndarray:
    """Evenly spaced over the window, each published a little late; none where clients work."""
    events = np.zeros(ROWS if experiment.work_by == "schedule" else 0, samples.EVENT_DTYPE)
    events["feed"], events["sequence"] = samples.EVERY, np.arange(len(events))
    span_ns = int(load.window.duration_s * 1e9) * 9 // 10
    events["intended_ns"] = np.arange(len(events)) * span_ns // max(1, len(events))
    events["published_ns"] = events["intended_ns"] + 50_000
    return events


@cache
def trial_of(name: str) -> tuple[Load[object], TrialData]:
    """A load in a law's domain, and a trial that has all that a law may read."""
    experiment, law = LAWS[name]
    point = point_of(experiment, law)
    load = experiment.load.read(point.load)
    end_ns = int(load.window.duration_s * 1e9)
    marks = {
        mark: {
            role: reading(at * end_ns, at * 10**8 * (1 + place)) for place, role in enumerate(ROLES)
        }
        for mark, at in (("idle", 0), ("t0", 0), ("t1", 1), ("end", 1))
    }
    way = WayCounts(50, 60_000, 50, 60_000)
    carried = [PathCounts(way, way)] * 2
    nothing = [PathCounts(WayCounts(), WayCounts())] * 2
    data = TrialData(
        load=point.load,
        operations=(*experiment.operations, *HARNESS),
        outcome_operation=experiment.outcome_operation,
        rows=rows_of(experiment, load, int(point.load.get("burst", 1))),
        events=events_of(experiment, load),
        t0_ns=0,
        t1_ns=end_ns,
        marks=marks,
        wire={
            "t0": Wire(),
            "t1": Wire(9_000, 90_000, 19_000, 190_000, 90, 900, 4, 4, rtt_us=700.0),
            "end": Wire(9_000, 90_000, 19_000, 190_000, 90, 900, 4, 4, rtt_us=700.0),
        },
        link={"t0": nothing, "t1": carried, "end": carried},
        link_facts={"rtt_probe_ms": 20.0},
        faults=faults_of(load, end_ns),
        counted={"end": {"made": 10_000.0}, **counted_of(name, times=1)},
    )
    return load, data


def faults_of(load: Load[object], end_ns: int) -> list[FaultDone]:
    """The faults that the load asks for, each at its time and over at once."""
    found = []
    for one in timeline(parse_faults(load.faults.fault), end_ns, seed=1):
        actor, verb = one.fault.actor.name, one.fault.verb
        name = verb if verb in verbs() else f"{actor}_{verb}"
        begin_ns = one.begin_ns
        found.append(FaultDone(actor, name, begin_ns, one.end_ns, begin_ns, begin_ns + 1))
    return found


def counted_of(name: str, times: int) -> dict[str, dict[str, float]]:
    """What the parts count themselves, by what the experiment's metrics ask for by a name."""
    counts = OWN_COUNTS.get(name.partition(" ")[0], ())
    end = {key: times * 1e9 * (place + 1) for place, key in enumerate(counts)}
    end |= {key: 0.0 for key in counts if key.endswith(".gone")}
    return {"t0": dict.fromkeys(counts, 0.0), "t1": end, "end": end} if counts else {}


def later(data: TrialData) -> TrialData:
    """Every own operation takes longer, one more than another."""
    rows = data.rows.copy()
    own = rows["operation"] < len(data.operations) - len(HARNESS)
    rows["done_ns"][own] += 10**6 * (1 + np.arange(np.count_nonzero(own)) % 7)
    rows["first_byte_ns"][own] += 10**6
    return dataclasses.replace(data, rows=rows)


def without(data: TrialData, operation: str) -> TrialData:
    """A third of an operation's rows, its last ones, is not there."""
    if operation not in data.operations:
        return data
    rows = data.rows
    is_one = rows["operation"] == data.operations.index(operation)
    place = np.cumsum(is_one)
    kept = ~is_one | (place <= place[-1] * 2 // 3)
    return dataclasses.replace(data, rows=rows[kept])


def fewer_requests(data: TrialData) -> TrialData:
    return without(data, "request")


def fewer_outcomes(data: TrialData) -> TrialData:
    return without(data, data.outcome_operation)


def fewer_parts(data: TrialData) -> TrialData:
    """Fewer of all that an experiment's outcomes are made of."""
    own = data.operations[: -len(HARNESS)]
    for operation in own:
        if operation not in {"request", data.outcome_operation}:
            data = without(data, operation)
    return data


def more_useless(data: TrialData) -> TrialData:
    rows = data.rows.copy()
    rows["outcome"][(rows["operation"] == 0) & (rows["sequence"] % 5 == 0)] = samples.EMPTY
    return dataclasses.replace(data, rows=rows)


def heavier(data: TrialData) -> TrialData:
    rows = data.rows.copy()
    rows["bytes_up"] += 7
    rows["bytes_down"] += 9
    wire = {
        mark: dataclasses.replace(one, stream_down=one.stream_down * 2, wire_down=one.wire_down * 2)
        for mark, one in data.wire.items()
    }
    first = dataclasses.replace(data.link["t1"][0].down, bytes_out=99_000, packets_out=99)
    more = [dataclasses.replace(data.link["t1"][0], down=first), data.link["t1"][1]]
    link = {**data.link, "t1": more, "end": more}
    return dataclasses.replace(data, rows=rows, wire=wire, link=link)


def overtaken(data: TrialData) -> TrialData:
    """Every other row of an own operation ends after its successors."""
    rows = data.rows.copy()
    own = rows["operation"] < len(data.operations) - len(HARNESS)
    rows["done_ns"][own] += (np.arange(np.count_nonzero(own)) % 2) * (data.t1_ns - data.t0_ns)
    return dataclasses.replace(data, rows=rows)


def elsewhere(data: TrialData) -> TrialData:
    """Every other row is another client's."""
    rows = data.rows.copy()
    rows["client"] = np.arange(len(rows)) % 2
    return dataclasses.replace(data, rows=rows)


def fewer_events(data: TrialData) -> TrialData:
    return dataclasses.replace(data, events=data.events[: len(data.events) * 2 // 3])


def counted_more(data: TrialData) -> TrialData:
    """The first of the counts stays: it is of what the others are per piece."""
    if "t1" not in data.counted:
        return data
    (first, *_), end = data.counted["t1"], data.counted["t1"]
    more = {key: value if key == first else 3 * value for key, value in end.items()}
    return dataclasses.replace(data, counted={**data.counted, "t1": more, "end": more})


def emptier(data: TrialData) -> TrialData:
    """Every fifth row of all own operations found nothing."""
    rows = data.rows.copy()
    own = rows["operation"] < len(data.operations) - len(HARNESS)
    rows["outcome"][own & (rows["sequence"] % 5 == 0)] = samples.EMPTY
    return dataclasses.replace(data, rows=rows)


def busier(data: TrialData) -> TrialData:
    """Every role uses three times the CPU."""
    at_end = {
        role: dataclasses.replace(one, cpu_ns=3 * one.cpu_ns)
        for role, one in data.marks["t1"].items()
    }
    return dataclasses.replace(data, marks={**data.marks, "t1": at_end, "end": at_end})


def failing_late(data: TrialData) -> TrialData:
    """What the second of several own operations did fails, and only a window later."""
    rows = data.rows.copy()
    second = rows["operation"] == 1
    rows["outcome"][second] = samples.FAILED
    rows["done_ns"][second] += data.t1_ns - data.t0_ns
    return dataclasses.replace(data, rows=rows)


CHANGES: tuple[Change, ...] = (
    later,
    fewer_requests,
    more_useless,
    heavier,
    fewer_outcomes,
    overtaken,
    elsewhere,
    fewer_events,
    counted_more,
    fewer_parts,
    emptier,
    failing_late,
    busier,
)


def differs(before: float, after: float) -> bool:
    return math.isnan(before) != math.isnan(after) or abs(after - before) > 1e-9 * abs(before)


@pytest.mark.parametrize("name", LAWS)
def test_a_law_says_the_same_whatever_it_predicts_was_measured(name: str) -> None:
    experiment, law = LAWS[name]
    load, data = trial_of(name)
    known = metrics_of(experiment)
    read = (one.key(fact) for one in law.calibration for fact in one.facts)
    known_before = {SEED: 1.0} | {key: made_up(key, 50.0) for key in read}
    assert law.domain is not None
    keys = [law.metric, *(law.facts or ()), *law.domain.facts]
    keys = [key for key in keys if key != SEED]
    before = compute(data, known, keys)
    expected = law(load, before | known_before)
    assert math.isfinite(expected), "the made-up trial lacks facts"
    for change in CHANGES:
        after = compute(change(data), known, keys)
        if differs(before[law.metric], after[law.metric]):
            assert law(load, after | known_before) == expected
            return
    pytest.fail(f"nothing changes {law.metric}")
