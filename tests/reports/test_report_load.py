"""From the stored run to estimates: what counts, what is left out, and why."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import report_builders as builders
from make_run import make_run
from measured import EXPERIMENTS

from bench.analysis.evaluated import Evaluated, ExperimentResult
from bench.analysis.judging import evidence_of
from bench.analysis.metrics import metrics_of
from bench.analysis.outline import level_of
from bench.analysis.predicting import predictions_of, with_predictions
from bench.model.domain import FREE, Domain, Range
from bench.model.errors import UsageError
from bench.model.experiment import Experiment
from bench.model.law import SEED, Calibration, Law
from bench.results import digests
from bench.results.evaluation import evaluate
from bench.results.store import open_run
from bench.stats.estimates import Estimate
from scenarios.notifications.load import LOAD

EXPERIMENT = EXPERIMENTS["notifications"]


def verdicts(result: ExperimentResult, pattern: str) -> list[str]:
    return [one.verdict for one in result.grid[pattern, ""].trials]


def test_void_and_failed_trials_are_kept_but_not_counted(result: ExperimentResult) -> None:
    assert verdicts(result, "long_polling") == ["used", "used", "failed"]
    assert verdicts(result, "websocket") == ["used", "used", "void"]
    assert result.grid["websocket", ""].estimates["latency_mean"].trials == 2
    void = result.grid["websocket", ""].trials[-1]
    assert "3 operations were counted" not in void.reason
    assert "rows were stored" in void.reason
    failed = result.grid["long_polling", ""].trials[-1]
    assert failed.reason.startswith("the target ended")
    assert failed.metrics == {}


def test_a_trial_is_read_once(run_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = open_run(run_folder)
    reads: list[str] = []
    original = type(stored.trials[0]).data

    def counted(self: Any) -> Any:
        reads.append(self.folder.name)
        return original(self)

    monkeypatch.setattr(type(stored.trials[0]), "data", counted)
    monkeypatch.setattr("bench.results.evaluation_cache.read", lambda *_: None)
    evaluate(stored)
    whole = [entry.folder.name for entry in stored.trials if entry.is_whole]
    assert sorted(reads) == sorted(whole)


def test_percentiles_are_pooled_over_trials(result: ExperimentResult, run_folder: Path) -> None:
    group = result.grid["sse", ""]
    entries = [e for e in open_run(run_folder).trials if e.trial.pattern.endswith("/sse")]
    values = np.sort(np.concatenate([entry.data().latencies_ns for entry in entries]))
    expected = values[math.ceil(0.9 * len(values)) - 1] / 1e6
    assert group.estimates["latency_p90"].value == expected
    assert group.estimates["latency_p90"].value != pytest.approx(
        np.mean([one.quantiles["latency_p90"] for one in group.used]), rel=1e-9
    )


def test_patterns_stand_in_order_with_floors_last(result: ExperimentResult) -> None:
    assert [pattern.name for pattern in result.patterns][-1] == "floor"
    assert "floor" not in result.places
    assert result.not_measured == {
        "amqp": "rabbitmq-server is missing; apt-get install rabbitmq-server"
    }


def test_levels_are_sorted_by_size(swept: Evaluated) -> None:
    result = swept.experiments[0]
    assert [level.text for level in result.levels] == ["clients=4", "clients=8", "clients=12"]
    assert result.swept == ("clients",)


def test_percentiles_that_no_sample_carries_are_found(swept: Evaluated) -> None:
    group = swept.experiments[0].grid["sse", "clients=4"]
    assert math.isnan(group.estimates["latency_p99"].value)
    messages = [f.message for f in group.findings if f.code == "too_few_samples"]
    assert messages == [
        "latency p90 is not shown: it needs 44 events and has 12",
        "latency p99 is not shown: it needs 459 events and has 12",
    ]


def law(function: Any, metric: str = "latency_mean") -> Law:
    return Law("L", "f", "s", metric, ("sse",), function)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda load, facts: facts["rtt_us"] * load.window.clients, [900.0]),
        (lambda load, facts: facts["no_such_metric"], []),
        (lambda load, facts: facts["lost"], []),
        (lambda load, facts: 1 / 0, []),
        (lambda load, facts: math.inf, []),
    ],
)
def test_laws_whose_facts_are_missing_are_left_out(function: Any, expected: list[float]) -> None:
    experiment = dataclasses.replace(EXPERIMENT, predictions=(law(function),))
    nothing = Estimate(math.nan, math.nan, math.nan, 0)
    estimates: Mapping[str, Estimate] = {
        "rtt_us": Estimate(90.0, 80.0, 100.0, 3),
        "latency_mean": Estimate(1.0, 0.9, 1.1, 3),
        "lost": nothing,
    }
    asked = LOAD(clients=10)
    found = predictions_of(experiment, "sse", asked, estimates)
    assert [one.value for one in found] == expected


def test_a_law_of_what_was_not_measured_is_left_out() -> None:
    experiment = dataclasses.replace(EXPERIMENT, predictions=(law(lambda *_: 1.0),))
    estimates = {"latency_mean": Estimate(math.nan, math.nan, math.nan, 0)}
    assert predictions_of(experiment, "sse", LOAD(), estimates) == []


def test_a_law_of_a_schedule_is_the_mean_over_the_trials() -> None:
    of_seed = dataclasses.replace(law(lambda _, facts: facts[SEED]), facts=(SEED,))
    experiment = dataclasses.replace(EXPERIMENT, predictions=(of_seed,))
    estimates = {"latency_mean": Estimate(4.0, 3.0, 5.0, 3)}
    found = predictions_of(experiment, "sse", LOAD(), estimates, seeds=[2, 3, 7])
    assert [one.value for one in found] == [4]
    assert predictions_of(experiment, "sse", LOAD(), estimates) == []


def test_level_text_has_units() -> None:
    level = level_of(EXPERIMENT, {"clients": 100, "event_rate": 0.2, "poll_interval": 0.25})
    assert level.text == "clients=100 event_rate=0.2/s poll_interval=250ms"


def test_every_metric_has_an_estimate(result: ExperimentResult) -> None:
    assert set(result.grid["sse", ""].estimates) == set(metrics_of(result.experiment))


def test_an_unfinished_run_is_reported_as_far_as_it_got(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", names=("sse",), repeats=1, spoil=False, duration_s=0.5)
    stored = open_run(folder)
    more = dataclasses.replace(stored.file.trials[0], number=1, repeat=2)
    digests.write_recorded(
        folder, "run.json", dataclasses.replace(stored.file, trials=[*stored.file.trials, more])
    )
    assert evaluate(folder).unfinished == 1


def test_an_unknown_experiment_is_named(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", names=("sse",), repeats=1, spoil=False, duration_s=0.5)
    file = open_run(folder).file
    changed = dataclasses.replace(file, not_measured={"gone/away": "why"})
    digests.write_recorded(folder, "run.json", changed)
    with pytest.raises(UsageError, match="'gone' is not in this checkout"):
        evaluate(folder)


# --- facts of other trials -------------------------------------------------------------------


def calibrated(calibration: Calibration, domain: Domain | None = None) -> Experiment:
    one = dataclasses.replace(
        law(lambda _, facts: facts[calibration.key("rtt_us")]),
        domain=domain or Domain({"clients": Range(1, 100), "event_rate": FREE}),
        facts=(),
        calibration=(calibration,),
    )
    return dataclasses.replace(EXPERIMENT, predictions=(one,))


def result_of(experiment: Experiment, *loads: Mapping[str, Any]) -> ExperimentResult:
    """One SSE group a load; the first is compared, the others calibrate."""
    groups = [
        dataclasses.replace(
            builders.group("sse", {"rtt_us": builders.near(10.0 * at), "latency_mean": NEAR}),
            load=LOAD(**load),
        )
        for at, load in enumerate(loads)
    ]
    bare = dataclasses.replace(builders.result("latency_mean", {"sse": NEAR}))
    return dataclasses.replace(
        bare, experiment=experiment, grid={("sse", ""): groups[0]}, calibration=tuple(groups[1:])
    )


NEAR = builders.near(1.0)
IDLE = Calibration("idle", {"event_rate": 0.01}, ("rtt_us",))


def predicted(result: ExperimentResult) -> list[float]:
    return [one.value for one in with_predictions(result).grid["sse", ""].predicted]


def test_a_law_reads_facts_of_its_calibration_trials() -> None:
    found = result_of(calibrated(IDLE), {}, {"clients": 3}, {"event_rate_per_s": 0.01})
    assert predicted(found) == [20.0]
    assert with_predictions(found).grid["sse", ""].calibrated == {"idle.rtt_us": 20.0}


def test_one_disturbed_calibration_trial_in_six_moves_no_law() -> None:
    found = result_of(calibrated(IDLE), {}, {"event_rate_per_s": 0.01})
    values = [20.0, 21.0, 19.0, 20.0, 90.0, 20.0]
    trials = tuple(
        dataclasses.replace(builders.trial("sse"), metrics={"rtt_us": value}) for value in values
    )
    (group,) = found.calibration
    found = dataclasses.replace(found, calibration=(dataclasses.replace(group, trials=trials),))
    assert predicted(found) == [20.0]


def test_without_its_calibration_or_outside_its_domain_a_law_says_nothing() -> None:
    assert predicted(result_of(calibrated(IDLE), {}, {"clients": 3})) == []
    other = Domain({"clients": Range(1, 10), "event_rate": FREE})
    assert predicted(result_of(calibrated(IDLE, other), {}, {"event_rate_per_s": 0.01})) == []
    itself = result_of(calibrated(IDLE), {"event_rate_per_s": 0.01})
    assert predicted(itself) == []


def test_a_level_that_is_compared_may_calibrate_too() -> None:
    found = result_of(calibrated(IDLE), {}, {"event_rate_per_s": 0.01})
    (group,) = found.calibration
    found = dataclasses.replace(found, grid={**found.grid, ("sse", "other"): group}, calibration=())
    assert predicted(found) == [10.0]


def test_a_claims_rule_sees_the_calibrated_facts_in_every_trial() -> None:
    found = with_predictions(result_of(calibrated(IDLE), {}, {"event_rate_per_s": 0.01}))
    (cell,) = evidence_of(found).cells
    assert cell.facts(1)["idle.rtt_us"] == 10.0
    assert all(trial["idle.rtt_us"] == 10.0 for trial in cell.trials.values())
