"""Settings as a user writes them, split into fixed values and sweeps.  Pure.

What is wrong is said before anything starts.  Knows nothing of trials; the load process reads
options with it, so that it imports little.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bench.model import hints, units
from bench.model.errors import UsageError
from bench.model.experiment import Experiment
from bench.model.load import ALSO_CALLED, Parameter, parameters_of

MOST_SWEPT = 2
OPTIONS = ("repeats", "workers", "seed")
"""What a request has beside its settings; each is an option of the same name."""

THOUSANDS = re.compile(r"^\d{1,3}(,\d{3})*(,0\d\d)(,\d{3})*$")
"""1,000 or 2,000,000: as sweeps they would have a value 000."""


def parse_settings(
    experiment: Experiment, settings: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Split settings into fixed values (by field name) and swept ones (by public name).

    Raises UsageError for an unknown name, a bad value, or too many sweeps.
    """
    parameters = parameters_of(experiment.load)
    fixed: dict[str, Any] = {}
    swept: dict[str, list[Any]] = {}
    for name, text in settings.items():
        if name not in parameters:
            raise UsageError(
                f"{name}: {experiment.name} has no such parameter; "
                f"{_meant(name, text, experiment.name, parameters)}"
            )
        parameter = parameters[name]
        values = _values(parameter, text, parameters)
        if len(values) > 1:
            if len(set(values)) < len(values):
                raise UsageError(f"{name}={text}: a value appears twice; give each once")
            swept[name] = values
        else:
            fixed[parameter.field_name] = values[0]
    if len(swept) > MOST_SWEPT:
        raise UsageError(
            f"{', '.join(swept)}: {len(swept)} parameters are swept at once; "
            f"sweep at most {MOST_SWEPT}"
        )
    return fixed, swept


def _meant(name: str, text: str, experiment: str, parameters: Mapping[str, Parameter]) -> str:
    """Which parameter or option was meant."""
    if name in OPTIONS:
        return f"write --{name} {text}"
    other = ALSO_CALLED.get(name.lower().replace("-", "_"))
    if other in parameters:
        return f"did you mean {other}?"
    return hints.meant(name, parameters, f"`bench list {experiment}` shows them")


def _values(parameter: Parameter, text: str, parameters: Mapping[str, Parameter]) -> list[Any]:
    """One value or, with commas, several; UsageError where one is wrong."""
    is_number = parameter.kind in (int, float)
    texts = units.split_values(text) if is_number or parameter.choices else [text]
    try:
        return [units.parse(parameter, part) for part in texts]
    except UsageError as error:
        if THOUSANDS.match(text):
            words = f"commas separate the values of a sweep; write {text.replace(',', '')}"
            raise UsageError(f"{parameter.name}={text}: {words}") from None
        others = [one for one in parameters.values() if _means(one, parameter.name, text)]
        if others:
            raise UsageError(f"{error}; or did you mean {others[0].name}={text}?") from None
        raise


def _means(parameter: Parameter, word: str, text: str) -> bool:
    """Whether the parameter is a longer name of the word, and takes the text with its unit."""
    if word not in parameter.name.split("_")[1:] or parameter.kind is str:
        return False
    try:
        units.parse(parameter, text)
    except UsageError:
        return False
    return True
