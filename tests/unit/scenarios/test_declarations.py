"""What every experiment's declaration must hold: names that there are, defaults and settings."""

from __future__ import annotations

import re
from string import Formatter

import pytest
from measured import EXPERIMENTS, METRICS, PATTERNS

from bench.analysis.evaluated import public_load
from bench.model import units
from bench.model.answer import TurningPoint
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


# --- what reports open with --------------------------------------------------------------------


def fields(template: str) -> list[str]:
    """The names of the values that a template asks for."""
    return [name for _, name, _, _ in Formatter().parse(template) if name is not None]


def numbers_of(template: str) -> tuple[str, str]:
    """A template for one pattern and for several."""
    one, several = (re.sub(r"\[([^|\]]*)\|([^\]]*)\]", rf"\{n}", template) for n in (1, 2))
    return one, several


@each
def test_an_answer_names_only_what_there_is(experiment: Experiment) -> None:
    answer = experiment.answer
    assert answer is not None
    assert answer.contrasts
    for one in answer.contrasts:
        assert one.metric in METRICS
        assert {*one.patterns, one.other} <= set(PATTERNS[experiment.name])
        assert one.patterns
        assert one.other not in one.patterns
    claims = {claim.id for claim in experiment.claims}
    turns = [one for one in answer.says if isinstance(one, TurningPoint)]
    assert {one.claim for one in turns} <= claims
    known = public_load(experiment.load())
    assert {*answer.at, *answer.level} <= set(known)
    choices = {name: one.choices for name, one in experiment.load().parameters.items()}
    for name, value in answer.at.items():
        assert isinstance(value, str) == isinstance(known[name], str)
        assert not choices.get(name) or value in choices[name]


@each
def test_the_words_of_an_answer_fill(experiment: Experiment) -> None:
    assert experiment.answer is not None
    for one in experiment.answer.contrasts:
        for template, wanted in ((one.has, ["value"]), (one.rest, ["times"]), (one.none, [])):
            assert fields(template) == wanted
            for words in numbers_of(template):
                assert not re.search(r"[\[\]|]|  |\.$|^ | $", words), template
        if len(one.patterns) > 1:  # of one and of several
            assert numbers_of(one.has)[0] != numbers_of(one.has)[1]
            assert numbers_of(one.rest)[0] != numbers_of(one.rest)[1]
    for turn in experiment.answer.says:
        if isinstance(turn, TurningPoint):
            assert fields(turn.below) == fields(turn.above) == ["x"]
            assert turn.below != turn.above
    assert all(fields(words) == [""] for words in experiment.answer.level.values())
