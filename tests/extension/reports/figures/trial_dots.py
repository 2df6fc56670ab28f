"""Each trial's mean latency as a dot."""

from __future__ import annotations

from matplotlib.figure import Figure

from bench.analysis.evaluated import Evaluated, ExperimentResult

TITLE = "Trial by trial"
CAPTION = "Each dot is the mean latency of one trial."


def draw(_run: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
    figure = Figure(figsize=(6, 2), layout="constrained")
    axes = figure.subplots()
    for place, group in enumerate(result.groups):
        values = [one.metrics["latency_mean"] for one in group.used]
        axes.plot([place] * len(values), values, "o", label=group.pattern)
    axes.set_ylabel("latency mean (ms)")
    axes.legend()
    return [("trial_dots", figure)]
