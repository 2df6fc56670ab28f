"""What a report says of its run: what was asked for, and on which machine.

Pairs of a name and a text; knows neither numbers nor markup.
"""

from __future__ import annotations

from collections.abc import Mapping

from bench.analysis.evaluated import Evaluated, ExperimentResult
from bench.model import linktext
from bench.model.links import LOOPBACK
from bench.model.load import parameters_of
from bench.model.units import show
from reports import numbers


def plan(evaluated: Evaluated, result: ExperimentResult) -> list[tuple[str, str]]:
    """What was asked: patterns, levels, repeats and every value of the load."""
    links = dict.fromkeys(linktext.format_links(group.load.values()) for group in result.groups)
    emulated = "" if set(links) <= {LOOPBACK} else "emulated: "
    found = [
        ("patterns", numbers.listed([pattern.title for pattern in result.patterns])),
        *(("not measured", one.text) for one in result.experiment.absent),
        ("levels", "; ".join(level.text for level in result.levels) or "one"),
        ("repeats", str(evaluated.file.repeats)),
        ("seed", str(evaluated.file.seed)),
        ("load processes", str(evaluated.file.workers)),
        ("link", emulated + "; ".join(links)),
        *_software(evaluated, result),
        *_watched(result),
    ]
    groups = result.groups
    for name, parameter in parameters_of(result.experiment.load).items():
        if linktext.is_of_link(parameter):
            continue
        if groups and name not in result.swept:
            values = dict.fromkeys(group.load.values()[parameter.field_name] for group in groups)
            value = ", ".join(show(one, parameter.unit) for one in values)
            if value:
                found.append((name.replace("_", " "), value))
    return found


def _software(evaluated: Evaluated, result: ExperimentResult) -> list[tuple[str, str]]:
    """Packages and services in which the patterns differ, with their versions."""
    code = evaluated.file.code
    versions = {
        pattern.title: set(code[pattern.id].versions.items())
        for pattern in result.patterns
        if pattern.id in code
    }
    common = set.intersection(*versions.values()) if versions else set()
    texts = [
        f"{title}: {', '.join(' '.join(item) for item in sorted(own))}"
        for title, found in versions.items()
        if (own := found - common)
    ]
    return [("software by pattern", "; ".join(texts))] if texts else []


def _watched(result: ExperimentResult) -> list[tuple[str, str]]:
    """The trials during which a live page was served, which takes a little CPU time."""
    own = [one.record for group in result.groups for one in group.trials]
    watched = sum(record.is_watched for record in own)
    words = f"served during {watched} of {len(own)} trials (--web)"
    return [("live page", words)] if watched else []


def machine(evaluated: Evaluated) -> list[tuple[str, str]]:
    """The facts of the host, packages in one line."""
    found = []
    for name, value in evaluated.file.environment.items():
        if isinstance(value, Mapping):
            text = ", ".join(f"{key} {version}" for key, version in value.items())
        else:
            text = str(value)
        found.append((name.replace("_", " "), text))
    sets = dict.fromkeys(
        "; ".join(f"{role}: {', '.join(map(str, cores))}" for role, cores in cores_of.items())
        for one in evaluated.trials
        if (cores_of := one.record.cpu_sets)
    )
    return [*found, ("CPU sets (cores)", " or ".join(sets) or "not recorded")]
