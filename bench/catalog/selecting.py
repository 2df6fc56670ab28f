"""Which patterns a user's words mean."""

from __future__ import annotations

from pathlib import Path

from bench.catalog.experiments import declared
from bench.catalog.patterns import patterns
from bench.catalog.places import ROOT
from bench.model import hints
from bench.model.errors import UsageError
from bench.model.pattern import Pattern


def select(names: list[str], root: Path = ROOT, on_request: bool = True) -> list[Pattern]:
    """The patterns that `names` (experiment or experiment/pattern) mean, each once.

    Without `on_request` an experiment's name leaves out those that must be asked for, and always
    those whose server is the user's own.
    Raises UsageError naming what exists where a name is unknown.
    """
    known = declared(root)
    chosen: dict[str, Pattern] = {}
    for text in names:
        experiment, _, pattern = text.partition("/")
        if experiment not in known:
            ids = [one.id for name in known for one in patterns(name, root).values()]
            remedy = hints.meant_path(text, list(known), ids)
            if text.startswith((".", "/", "~")):
                raise UsageError(f"{text}: neither a pattern nor a TOML plan; name one of them")
            raise UsageError(f"{text}: unknown experiment {experiment!r}; {remedy}")
        available = patterns(experiment, root)
        if pattern and pattern not in available:
            there = f"{experiment} has {', '.join(available)}"
            remedy = hints.meant(pattern, available, there, f"{experiment}/{{}}")
            raise UsageError(f"{text}: unknown pattern {pattern!r}; {remedy}")
        meant = [available[pattern]] if pattern else available.values()
        for one in meant:
            if pattern or not (one.stands_for or (one.on_request and not on_request)):
                chosen[one.id] = one
    return list(chosen.values())
