"""Constants of a machine that never was, for tests of advice: plausible, and exact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bench.analysis.advising import Advised, Adviser
from bench.catalog import experiments
from bench.model.constants import Constant, Constants
from bench.model.experiment import Experiment
from bench.plan.constants import sources_of
from bench.plan.workload import Workload, workload_of
from bench.results.constants import VERSION

COSTS_US = {"short_polling": 130.0, "long_polling": 210.0, "sse": 90.0, "websocket": 80.0}
"""Of an event for one client; of short polling, of a poll."""

CLIENT_US = {"long_polling": 120.0, "sse": 20.0, "websocket": 18.0}
"""Of one more client of a broadcast."""

IDLE_US = 1000.0
SPREAD = 0.03
"""Half an interval's width, as a share."""


def notifications() -> Experiment:
    """The experiment with the most advice."""
    return experiments()["notifications"]


def _facts(pattern: str, load: dict[str, float]) -> dict[str, float]:
    """What trials would show where each message costs the same."""
    rate, clients = load["event_rate_per_s"], load["clients"]
    receivers = clients if load["audience"] == "every" else 1
    far = 1.2 if load["link"] == "emulated" else 1.0
    found = {"deliveries_per_s": rate * receivers}
    found["latency_mean"] = 0.8 + load["rtt_s"] * 500
    found["wire_bytes_per_event"] = {"long_polling": 560.0, "sse": 232.0}.get(pattern, 206.0)
    found |= {"poll_bytes_up": 160.0, "empty_bytes_down": 150.0, "useful_bytes_down": 440.0}
    if pattern == "short_polling":
        polls = clients / load["poll_interval_s"]
        found["requests_per_s"] = polls
        found["useless_share"] = 0.1
        news = 30.0 * 0.9 * polls if rate > 1 else 0.0
        each = far * COSTS_US[pattern] * polls
        return {**found, "backend_cpu_us_per_s": IDLE_US + each + news + 40.0 * rate}
    each = COSTS_US[pattern] + (receivers - 1) * CLIENT_US[pattern]
    return {**found, "backend_cpu_us_per_s": IDLE_US + far * rate * each}


def constants(*without: str, spread: float = SPREAD) -> Constants:
    """Constants of `notifications`; `without` are calibrations that were not measured."""
    experiment = notifications()
    assert experiment.advice is not None
    found = []
    for source in sources_of(experiment, experiment.advice):
        if source.calibration.name in without:
            continue
        facts = _facts(source.pattern, source.load)
        for key in source.calibration.facts:
            value = facts[key]
            ends = value * (1 - spread), value * (1 + spread)
            found.append(Constant(source.pattern, source.calibration.name, key, value, *ends, 3))
    machine = {"cpu": "Imaginary 3", "cores": "2"}
    return Constants(VERSION, experiment.name, machine, "2026-01-01T00:00", "run", 1, "code", found)


def with_values(
    found: Constants, pattern: str, values: Mapping[str, float], spread: float = 0.0
) -> Constants:
    """The same with other values for a pattern, by the name by which a law reads them."""
    changed = [
        replace(one, value=value, low=value * (1 - spread), high=value * (1 + spread))
        if one.pattern == pattern
        and (value := values.get(f"{one.calibration}.{one.fact}")) is not None
        else one
        for one in found.constants
    ]
    return replace(found, constants=changed)


ALL_ALIKE = {"link_rtt_probe_ms": 20.2, "setup_p50": 45.0, "setup_mean": 45.0, "head_bytes": 150.0}


def any_constants(experiment: Experiment) -> Constants:
    """Constants of any experiment; most of them are the same number."""
    assert experiment.advice is not None
    found = []
    for source in sources_of(experiment, experiment.advice):
        for key in source.calibration.facts:
            value = ALL_ALIKE.get(key, 120.0)
            ends = value * (1 - SPREAD), value * (1 + SPREAD)
            found.append(Constant(source.pattern, source.calibration.name, key, value, *ends, 3))
    machine = {"cpu": "Imaginary 3", "cores": "2"}
    return Constants(VERSION, experiment.name, machine, "2026-01-01T00:00", "run", 1, "code", found)


def workload(**texts: str) -> Workload:
    """A workload of `notifications` as somebody would write it."""
    experiment = notifications()
    assert experiment.advice is not None
    return workload_of(experiment, experiment.advice, texts)


def advised(found: Constants | None = None, **texts: str) -> Advised:
    """The advice on a workload of `notifications`."""
    asked = workload(**texts)
    return Adviser(asked.advice, constants() if found is None else found).advised(asked)
