"""A busy machine: which figure makes a finding of it, and that all are said."""

from __future__ import annotations

from typing import Any

import pytest
from unit_builders import trial

from bench.analysis.busy_machine import of_machine
from bench.model.disturbance import Disturbance
from bench.model.records import TrialFile

QUIET: dict[str, Any] = {"load_average": 0.2, "cores": 2}


def trials(*found: Disturbance | None) -> list[TrialFile]:
    return [TrialFile(1, trial(number), "ok", disturbance=one) for number, one in enumerate(found)]


CALM = Disturbance(steal=0.0, pressure=0.1)


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        (QUIET, (CALM, CALM)),
        (QUIET, (CALM, CALM, Disturbance(steal=0.5, pressure=0.9))),  # one trial is no busy machine
        (QUIET, ()),
        ({}, (None, Disturbance())),
        ({"load_average": 1.0, "cores": 2}, (CALM,)),
        ({"load_average": "unknown", "cores": 2}, (CALM,)),
    ],
)
def test_a_quiet_machine_has_none(
    environment: dict[str, Any], found: tuple[Disturbance | None, ...]
) -> None:
    assert of_machine(environment, trials(*found)) is None


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({"load_average": 1.1, "cores": 2}, (CALM,)),
        ({"load_average": 0.6}, ()),
        (QUIET, (Disturbance(pressure=0.3), Disturbance(pressure=0.4), CALM)),
        (QUIET, (Disturbance(steal=0.006),)),
    ],
)
def test_each_figure_can_make_a_finding(
    environment: dict[str, Any], found: tuple[Disturbance, ...]
) -> None:
    finding = of_machine(environment, trials(*found))
    assert finding is not None
    assert (finding.code, finding.severity) == ("machine_busy", "doubt")


def test_all_that_is_known_is_said() -> None:
    found = trials(Disturbance(steal=0.004, pressure=0.3), Disturbance(steal=0.02, pressure=0.82))
    finding = of_machine({"load_average": 1.93, "cores": 2}, found)
    assert finding is not None
    assert finding.message == (
        "the machine had other work: load average 1.93 on 2 cores when the run began; tasks waited "
        "for a core (pressure) 56 % of the window in the middle trial, at most 82 %; a hypervisor "
        "took (steal) 1.2 % of the window in the middle trial, at most 2 %"
    )
