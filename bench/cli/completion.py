"""What a shell may offer for a word that is being typed: experiments, patterns, load parameters.

Knows what is there; not what the commands do with it.
"""

from __future__ import annotations

from bench import catalog
from bench.model.errors import UsageError
from bench.model.load import parameters_of


def names(incomplete: str) -> list[str]:
    """Experiments; behind a `/` the patterns of one."""
    experiment, slash, _ = incomplete.partition("/")
    try:
        known = catalog.declared()
        found = list(known) if not slash else _patterns(experiment) if experiment in known else []
    except UsageError:  # a half-present pattern is said when a command runs
        return []
    return [name for name in found if name.startswith(incomplete)]


def patterns(incomplete: str) -> list[str]:
    """All patterns by their ids."""
    try:
        found = [name for experiment in catalog.declared() for name in _patterns(experiment)]
    except UsageError:
        return []
    return [name for name in found if name.startswith(incomplete)]


def _patterns(experiment: str) -> list[str]:
    return [one.id for one in catalog.patterns(experiment).values()]


def settings(incomplete: str) -> list[str]:
    """Load parameters of all experiments, each ready for its value."""
    try:
        known = {name for one in catalog.declared().values() for name in parameters_of(one.load)}
    except UsageError:
        return []
    return [f"{name}=" for name in sorted(known) if name.startswith(incomplete)]
