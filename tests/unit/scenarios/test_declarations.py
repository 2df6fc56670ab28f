"""What every experiment's declaration must hold: names that there are, defaults and settings."""

from __future__ import annotations

import pytest
from measured import EXPERIMENTS, METRICS

from bench.model import units
from bench.model.experiment import Experiment
from bench.model.load import Parameter, parameters_of
from bench.plan.settings import parse_settings

PARAMETERS = {
    f"{parameter.name}={parameter.default}": parameter
    for one in EXPERIMENTS.values()
    for parameter in parameters_of(one.load).values()
}
"""By name and default: what experiments share is tried once."""

each = pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=EXPERIMENTS)


@pytest.mark.parametrize("parameter", PARAMETERS.values(), ids=PARAMETERS)
def test_every_parameter_can_be_written_as_it_is_shown(parameter: Parameter) -> None:
    assert parameter.meaning
    shown = units.show(parameter.default, parameter.unit)
    assert units.parse(parameter, shown) == parameter.default


@each
def test_the_quick_settings_are_fixed_and_valid(experiment: Experiment) -> None:
    fixed, swept = parse_settings(experiment, experiment.quick)
    assert swept == {}
    load = experiment.load
    assert load(**fixed).window.duration_s < load().window.duration_s


@each
def test_the_verification_sets_fields_of_the_load(experiment: Experiment) -> None:
    assert experiment.load(**experiment.verify_with)


@each
def test_every_claim_is_about_a_topic(experiment: Experiment) -> None:
    ids = {claim.id for claim in experiment.claims}
    assert {identity for found in experiment.topics.values() for identity in found} == ids
    for topic, found in experiment.topics.items():
        assert found
        assert len(set(found)) == len(found), topic


RATIOS = ("_per_", "_share", "_mean", "completeness")
"""What a ratio's name has in it: over the trials of a level its sum means nothing."""


@each
def test_what_must_be_seen_over_all_trials_can_be_added_up(experiment: Experiment) -> None:
    added = {
        need.metric for claim in experiment.claims for need in claim.must_see if need.per == "level"
    }
    assert not [metric for metric in added for word in RATIOS if word in metric]


@each
def test_only_known_metrics_and_operations_are_named(experiment: Experiment) -> None:
    named = {
        *experiment.headline,
        *(key for pair in experiment.tradeoff for key in pair),
        *(entry.metric for entry in experiment.predictions),
    }
    assert named <= set(METRICS)
    assert experiment.outcome_operation in experiment.operations
    assert tuple(experiment.operation_words) == experiment.operations
    assert all(experiment.operation_words.values())
