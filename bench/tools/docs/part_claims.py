"""Every claim with its rule, and the setups that supply its trials."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bench import catalog
from bench.model import topics
from bench.model.claim import Claim
from bench.model.experiment import Experiment
from bench.tools.docs.markdown import code, table


def part(root: Path) -> str:
    """The claims of the checkout's experiments."""
    experiments = catalog.experiments(root)
    return "\n\n".join([by_topic(experiments), claims(experiments)])


def needs(claim: Claim) -> list[str]:
    """What must be seen, and the preconditions."""
    return [*(one.text for one in claim.must_see), *(rule.text for rule in claim.preconditions)]


def claims(experiments: Mapping[str, Experiment]) -> str:
    """Every claim with the rule of its verdict, and the setups that supply its trials."""
    parts = []
    for name, experiment in experiments.items():
        setups = list({id(s): s for claim in experiment.claims for s in claim.setups}.values())
        marks = {id(setup): f"S{number}" for number, setup in enumerate(setups, 1)}
        rows = [
            (
                claim.id,
                claim.statement,
                claim.law or "none",
                claim.rule.text,
                "; ".join(needs(claim)) or "none",
                ", ".join(marks[id(setup)] for setup in claim.setups),
            )
            for claim in experiment.claims
        ]
        settings = [
            (
                marks[id(setup)],
                ", ".join(map(code, setup.patterns)),
                " ".join(code(f"{key}={value}") for key, value in setup.settings.items()),
            )
            for setup in setups
        ]
        headers = ("id", "statement", "law", "holds where", "only if", "setups")
        parts += [f"### Claims of {code(name)}", table(headers, rows)]
        parts += [f"### Setups of {code(name)}"]
        parts += [table(("setup", "patterns", "settings"), settings)]
    return "\n\n".join(parts)


def by_topic(experiments: Mapping[str, Experiment]) -> str:
    """Which claims speak of which topic of the subject."""
    known = topics.by_topic(experiments.values())
    rows = [
        (topic, "; ".join(f"{', '.join(ids)} ({code(name)})" for name, ids in found.items()))
        for topic, found in known.items()
    ]
    return "\n\n".join(["### Topics", table(("topic", "claims"), rows)])
