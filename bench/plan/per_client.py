"""A rate per client, made into the values of an experiment's own parameters.  Pure.

What such a rate means is the experiment's to say (bench.model.rates).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench.model.errors import UsageError
from bench.model.experiment import Experiment
from bench.model.load import parameters_of
from bench.model.rates import PER_CLIENT
from bench.model.units import check_bounds, quantity, show, split_values

OPTION = "--per-client"


@dataclass(frozen=True)
class PerClient:
    """The rates (in 1/s) that were asked for; more than one sweeps."""

    rates: tuple[float, ...]

    def sets(self, experiment: Experiment) -> tuple[str, ...]:
        """The parameters (by public name) whose values follow from the rate."""
        assert experiment.rates is not None
        assert experiment.rates.per_client is not None
        return tuple(experiment.rates.per_client(self.rates[0], 1))

    def loads(
        self, experiment: Experiment, load: Mapping[str, Any]
    ) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """For each rate what it adds to the level (by public name), and the load."""
        assert experiment.rates is not None
        level = experiment.rates.level
        field_name = parameters_of(experiment.load)[level].field_name
        loads = [self.applied(experiment, load, rate) for rate in self.rates]
        is_swept = len(self.rates) > 1
        return [({level: one[field_name]} if is_swept else {}, one) for one in loads]

    def applied(
        self, experiment: Experiment, load: Mapping[str, Any], rate: float
    ) -> dict[str, Any]:
        """The load (by field name) in which each client has the rate; UsageError out of bounds."""
        assert experiment.rates is not None
        assert experiment.rates.per_client is not None
        parameters = parameters_of(experiment.load)
        changed = dict(load)
        for name, value in experiment.rates.per_client(rate, int(load["clients"])).items():
            parameter = parameters[name]
            if parameter.kind in (int, float):
                check_bounds(parameter, value, show(value, parameter.unit))
            changed[parameter.field_name] = value
        return changed


def per_client(experiment: Experiment, settings: Mapping[str, str]) -> PerClient | None:
    """What `settings` ask for; None where they do not.

    UsageError where the experiment's clients have no rate, or where a setting contradicts it.
    """
    text = settings.get(PER_CLIENT, "")
    if not text:
        return None
    if experiment.rates is None or experiment.rates.per_client is None:
        why = experiment.rates.about if experiment.rates else "its clients have no rate"
        why = why[:1].lower() + why[1:].rstrip(".")
        raise UsageError(f"{OPTION} {text}: not for {experiment.name}: {why}; leave it out")
    rates = tuple(quantity(one, "/s", OPTION.strip("-")) for one in split_values(text))
    if min(rates) <= 0:
        raise UsageError(f"{OPTION} {text}: must be more than 0; write it as 1/s")
    if len(set(rates)) < len(rates):
        raise UsageError(f"{OPTION} {text}: a value appears twice; give each once")
    for name, value in experiment.rates.per_client(rates[0], 1).items():
        if name in settings and settings[name] != value:
            raise UsageError(
                f"{name}={settings[name]}: {OPTION} {text} sets {name} itself; remove one of them"
            )
    return PerClient(rates)


def merged(
    experiment: Experiment, weaker: Mapping[str, str], settings: Mapping[str, str]
) -> dict[str, str]:
    """`settings` over weaker ones; of these a rate per client replaces what it sets itself."""
    asked = per_client(experiment, settings)
    replaced = asked.sets(experiment) if asked else ()
    return {name: text for name, text in weaker.items() if name not in replaced} | dict(settings)
