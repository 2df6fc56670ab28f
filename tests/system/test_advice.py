"""Constants and an audit of advice from real trials: measured, kept, judged, continued."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from advice_builders import constants
from system_builders import run_bench

from bench.analysis.run_noise import BY_MACHINE
from bench.results import constants as kept
from bench.results import environment
from bench.run import constants as planned
from bench.run import runner

NAME = "notifications"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("results")


def test_constants_are_taken_from_a_run_that_is_completed_first(results: Path) -> None:
    plan = planned.plan_of(NAME, 1, 1, {}, "bench constants")
    chosen = [
        one
        for one in plan.trials
        if one.pattern == f"{NAME}/websocket" and one.load["link"] == "loopback"
    ]
    trials = [dataclasses.replace(one, number=at) for at, one in enumerate(chosen[:2])]
    folder = runner.new_run(dataclasses.replace(plan, trials=trials), results)
    done = run_bench("constants", NAME, "--from", str(folder), "--results", str(results))
    assert done.returncode == 0, done.stderr
    found = kept.read(results, NAME, environment.facts())
    assert found is not None
    assert {one.pattern for one in found.constants} == {"websocket"}
    assert len({one.calibration for one in found.constants}) == 2
    values = [one.value for one in found.constants]
    assert min(values) >= 0 < max(values)  # a server may need no CPU time while nothing happens
    assert "sse: seldom" in found.missing


def test_an_audit_measures_every_pattern_and_judges_the_advice(results: Path) -> None:
    facts = environment.facts()
    machine = {name: str(facts[name]) for name in BY_MACHINE}
    kept.write(results, dataclasses.replace(constants(), machine=machine))
    options = ("--audit", "1", "--seed", "4", "--duration", "500ms", "--results", str(results))
    done = run_bench("advise", NAME, *options)
    assert done.returncode == 0, done.stderr
    run = next(one.parent for one in results.glob("*/advice.json"))
    advice = json.loads((run / "advice.json").read_text())
    (workload,) = advice["workloads"]
    trials = [json.loads(path.read_text())["trial"] for path in run.glob("trials/*/trial.json")]
    assert {one["pattern"].partition("/")[2] for one in trials} == {
        "short_polling",
        "long_polling",
        "sse",
        "websocket",
    }
    assert all(one["load"] == workload["load"] for one in trials)
    assert (
        "random workloads (seed 4) the advised pattern was the best or within 10 %" in done.stdout
    )
    page = (run / "report/advice-audit.md").read_text()
    assert page.startswith("# Audit of the advice on `notifications`")
    again = run_bench("advise", NAME, "--audit-run", str(run))
    assert again.returncode == 0, again.stderr
    assert run_bench("verify", str(run)).returncode == 0
