"""Every load parameter of every experiment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bench import catalog
from bench.model import units
from bench.model.experiment import Experiment
from bench.model.load import Parameter, parameters_of
from bench.plan import load_words
from bench.tools.docs.markdown import code, table

UNIT_WORDS = {
    "": "count",
    "s": "time",
    "/s": "rate",
    "B": "size",
    "%": "share",
    "bit/s": "bandwidth",
}


def part(root: Path) -> str:
    """The experiments of the checkout."""
    return loads(catalog.experiments(root))


def loads(experiments: Mapping[str, Experiment]) -> str:
    """Every load parameter of every experiment."""
    headers = ("parameter", "kind", "default", "allowed", "`--quick`", "meaning")
    parts = []
    for name, experiment in experiments.items():
        rows = [
            (
                code(p.name),
                "word" if p.kind is str else UNIT_WORDS[p.unit],
                code(units.show(p.default, p.unit)),
                _allowed(p),
                code(str(experiment.quick.get(p.name, ""))),
                p.meaning,
            )
            for p in parameters_of(experiment.load).values()
        ]
        parts.append("\n\n".join([f"### {code(name)}", *_rates(experiment), table(headers, rows)]))
    return "\n\n".join(parts)


def _rates(experiment: Experiment) -> list[str]:
    """Whose rates they are, and the load as it is by default."""
    if experiment.rates is None:
        return []
    default = load_words.sentence(experiment, experiment.load().values())
    return [experiment.rates.about, f"By default: {default}."]


def _allowed(parameter: Parameter) -> str:
    if parameter.choices:
        return ", ".join(code(choice) for choice in parameter.choices)
    ends = [end for end in (parameter.low, parameter.high) if end is not None]
    return " to ".join(code(units.show(end, parameter.unit)) for end in ends)
