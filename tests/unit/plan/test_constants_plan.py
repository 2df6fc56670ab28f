"""Which trials measure a machine's constants: all that the laws of advice declare, each once."""

from __future__ import annotations

import pytest

from bench.catalog import experiments
from bench.model.advice import Advice
from bench.model.experiment import Experiment
from bench.plan.constants import sources_of, trials_of_constants

ADVISED = [one for one in experiments().values() if one.advice is not None]


def advice_of(experiment: Experiment) -> Advice:
    assert experiment.advice is not None
    return experiment.advice


@pytest.mark.parametrize("experiment", ADVISED, ids=lambda one: one.name)
def test_every_constant_that_a_law_reads_has_its_trials(experiment: Experiment) -> None:
    advice = advice_of(experiment)
    supplied = {
        (one.pattern, one.calibration.key(fact))
        for one in sources_of(experiment, advice)
        for fact in one.calibration.facts
    }
    for law in advice.laws:
        for pattern in law.patterns:
            for calibration in law.calibration:
                for fact in calibration.facts:
                    source = calibration.pattern or pattern
                    assert (source, calibration.key(fact)) in supplied


@pytest.mark.parametrize("experiment", ADVISED, ids=lambda one: one.name)
def test_every_trial_is_there_once_in_each_repeat(experiment: Experiment) -> None:
    sources = sources_of(experiment, advice_of(experiment))
    trials = trials_of_constants(experiment, sources, 3, 7)
    assert [one.number for one in trials] == list(range(len(trials)))
    for repeat in (1, 2, 3):
        places = [repr((one.pattern, one.load)) for one in trials if one.repeat == repeat]
        assert len(places) == len(set(places))
        assert set(places) == {
            repr((f"{experiment.name}/{one.pattern}", one.load)) for one in sources
        }
    assert all(one.calibrates for one in trials)
    assert trials == trials_of_constants(experiment, sources, 3, 7)


@pytest.mark.parametrize("experiment", ADVISED, ids=lambda one: one.name)
def test_advice_names_only_what_there_is(experiment: Experiment) -> None:
    advice = advice_of(experiment)
    names = [one.name for one in advice.costs] + [one.name for one in advice.needs]
    assert len(names) == len(set(names))
    assert {one.name for one in advice.inputs} <= experiment.load.parameters.keys()
    claims = {one.id for one in experiment.claims}
    assert {one for ids in advice.claims.values() for one in ids} <= claims
    assert {one for need in advice.needs for one in need.claims} <= claims
    assert advice.claims.keys() <= {one.name for one in advice.costs}
    for need in advice.needs:
        assert need.excludes.keys() | need.says.keys() <= set(need.answers)
        assert {name for out in need.excludes.values() for name in out} <= set(advice.patterns)
    for law in advice.laws:
        assert law.domain is not None
        assert law.metric in {one.metric for one in advice.costs}
        own = set(law.facts or ()) - {"seed"}
        assert own <= advice.facts.keys()
