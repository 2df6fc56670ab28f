"""What the numbers of a run's patterns depend on, on this machine and at this moment.

Knows nothing of what is compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from bench import catalog
from bench.lab import components
from bench.model.pattern import Pattern
from bench.model.records import Identity
from bench.results import environment

FOREIGN = "foreign"
"""In place of the version of a service that is not ours to start."""

DIGEST_DIGITS = 16


def identities(patterns: Iterable[Pattern], foreign: Mapping[str, str]) -> dict[str, Identity]:
    """By the patterns' ids; CatalogError where their code cannot be read."""
    return {pattern.id: identity_of(pattern, foreign) for pattern in patterns}


def identity_of(pattern: Pattern, foreign: Mapping[str, str]) -> Identity:
    """The files and versions that one pattern's numbers depend on."""
    code = catalog.code_of(pattern)
    files = {path: _digest(text) for path, text in code.files.items()}
    needed = {name: _version(name, foreign) for name in pattern.requires}
    described = {one.name: one.description for one in pattern.services if one.description}
    needed |= {f"description of {name}": _digest(text) for name, text in described.items()}
    return Identity(files, environment.versions_of(code.outside) | needed)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_DIGITS]


def _version(name: str, foreign: Mapping[str, str]) -> str:
    return FOREIGN if name in foreign else components.version(name)
