"""Runs and trials to be stored; for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from unit_builders import OPERATIONS, SECOND, trial

from bench.model.pattern import Pattern
from bench.model.readings import PathCounts, WayCounts, Wire
from bench.model.records import RunFile, TrialFile
from bench.model.trial import Trial
from bench.results import store


def a_run(trials: list[Trial] | None = None, **values: Any) -> RunFile:
    settings: dict[str, Any] = {
        "version": store.VERSION,
        "created": "2025-01-01T00:00:00Z",
        "command": "bench run notifications",
        "seed": 1,
        "repeats": 2,
        "workers": 1,
        "environment": {"host": "here", "cores": 2, "packages": {"numpy": "2"}},
        "patterns": {
            "notifications/sse": Pattern(
                "notifications", "sse", "SSE", "One stream.", ("rabbitmq",), False, "abc"
            )
        },
        "trials": [trial(0), trial(1)] if trials is None else trials,
        "not_measured": {"notifications/rabbitmq": "missing: apt install rabbitmq-server"},
    }
    return RunFile(**(settings | values))


def a_record(number: int = 0, **values: Any) -> TrialFile:
    settings: dict[str, Any] = {
        "version": store.VERSION,
        "trial": trial(number),
        "status": "ok",
        "t0_ns": 0,
        "t1_ns": SECOND,
        "phases_s": {"connect": 0.25},
        "counted": 2,
        "operations": list(OPERATIONS),
        "outcome_operation": "delivery",
        "wire": {"t1": Wire(stream_up=2**40, rtt_us=12.5), "t0": Wire()},
        "link": {"t0": [PathCounts(WayCounts(), WayCounts(bytes_in=2**40, lost=1))] * 2},
        "facts": {"port": 1234},
        "cpu_sets": {"load": [0], "backend": [1]},
    }
    return TrialFile(**(settings | values))


def put(run: Path, record: TrialFile) -> Path:
    return store.finish_trial(store.partial_folder(run, record.trial), record)
