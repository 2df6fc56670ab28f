"""What every law of every experiment must state: domain, facts, calibration, band."""

from __future__ import annotations

import pytest
from measured import EXPERIMENTS, METRICS, PATTERNS

from bench.model import units
from bench.model.domain import Free, Range
from bench.model.experiment import Experiment
from bench.model.law import SEED, Law
from bench.model.load import Parameter, parameters_of

LAWS = {
    f"{name} {law.id} {law.metric} {','.join(law.patterns)}": (experiment, law)
    for name, experiment in EXPERIMENTS.items()
    for law in experiment.predictions
}

each = pytest.mark.parametrize(("experiment", "law"), LAWS.values(), ids=LAWS)


@each
def test_a_law_states_where_it_holds_and_what_it_reads(experiment: Experiment, law: Law) -> None:
    assert law.domain is not None, "add domain=Domain(...)"
    assert law.facts is not None, "add facts=(...), empty where it reads nothing"
    own = {key.partition(".")[2] or key for key in (*law.facts, *law.domain.facts)}
    others = {key for calibration in law.calibration for key in calibration.facts}
    assert own | others <= {*METRICS, SEED}
    assert law.metric not in {*law.facts, *law.domain.facts}
    assert set(law.patterns) <= set(PATTERNS[experiment.name])
    assert all((law.id, law.formula, law.source, law.patterns))


@each
def test_a_domain_speaks_of_parameters_that_there_are(experiment: Experiment, law: Law) -> None:
    known = parameters_of(experiment.load)
    assert law.domain is not None
    assert set(law.domain.load) <= set(known)
    for name, wanted in law.domain.load.items():
        assert is_possible(known[name], wanted), name
    assert all(condition.text for condition in law.domain.where)


def is_possible(parameter: Parameter, wanted: object) -> bool:
    """Whether all that a domain allows can be asked for."""
    low = -float("inf") if parameter.low is None else parameter.low
    high = float("inf") if parameter.high is None else parameter.high
    match wanted:
        case Range():
            return low <= wanted.low <= wanted.high <= high
        case tuple() if parameter.choices:
            return set(wanted) <= set(parameter.choices)
        case tuple():
            return all(low <= value <= high for value in wanted)
        case Free() if wanted.drawn is not None and parameter.kind is not str:
            return bool(low <= wanted.drawn <= high)
    return True


@pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=EXPERIMENTS)
def test_a_calibrations_name_means_one_thing(experiment: Experiment) -> None:
    found = [one for law in experiment.predictions for one in law.calibration]
    for one in found:
        assert all(one == other for other in found if other.name == one.name)
        assert one.text
        known = parameters_of(experiment.load)
        for name, value in one.settings.items():
            if isinstance(value, str):
                units.parse(known[name], value)
            assert name in known
