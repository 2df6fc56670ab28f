"""What each pattern says of itself, its endpoints and its laws."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench import catalog
from bench.model.experiment import Experiment
from bench.model.pattern import Pattern
from bench.tools.docs.markdown import class_doc, code, table

ROUTE = re.compile(r'web\.(\w+)\("(/[^"]*)"')

DERIVED = re.compile(r"^class Target\((\w+)\.Target\)", re.MULTILINE)

SHARED = re.compile(r"^from targets\.\w+\.(_\w+) import", re.MULTILINE)


def part(root: Path) -> str:
    """The patterns of the checkout."""
    return patterns(catalog.experiments(root), root)


def patterns(experiments: Mapping[str, Experiment], root: Path) -> str:
    """What each pattern says of itself, its endpoints and its laws."""
    return "\n\n".join(
        text for experiment in experiments.values() for text in _of_experiment(experiment, root)
    )


def _of_experiment(experiment: Experiment, root: Path) -> Iterator[str]:
    for pattern in catalog.patterns(experiment.name, root).values():
        yield _pattern(pattern, experiment, root)
    for one in experiment.absent:
        yield f"Not measured in {code(experiment.name)}: {one.text}"


def _pattern(pattern: Pattern, experiment: Experiment, root: Path) -> str:
    target = root / "targets" / f"{pattern.id}.py"
    client = root / "scenarios" / f"{pattern.id}.py"
    laws = dict.fromkeys(law.id for law in experiment.predictions_for(pattern.name))
    rows = [
        ("files", f"`targets/{pattern.id}.py`, `scenarios/{pattern.id}.py`"),
        ("server", class_doc(target, "Target")),
        ("client", class_doc(client, "Client")),
        ("endpoints", ", ".join(map(code, endpoints(target))) or "none over HTTP"),
        ("needs", ", ".join(pattern.requires) or "Python packages only"),
        ("compared", "yes" if pattern.compared else "no: it is a floor"),
        ("laws", ", ".join(laws) or "none"),
        ("try it", code(pattern.example or f"bench trace {pattern.id}")),
    ]
    head = f"### {pattern.title}: {code(pattern.id)}\n\n{pattern.summary}"
    return f"{head}\n\n{table(('', ''), rows)}"


def endpoints(target: Path) -> list[str]:
    """`GET /events` for each aiohttp route of a target, or of what it derives from or imports."""
    text = target.read_text(encoding="utf-8")
    found = [f"{verb.upper()} {path}" for verb, path in ROUTE.findall(text)]
    for name in [*DERIVED.findall(text), *SHARED.findall(text)]:
        found = found or endpoints(target.with_name(f"{name}.py"))
    return found
