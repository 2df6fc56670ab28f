"""What the numbers of a run's patterns depend on, on this machine and at this moment.

Knows which components have a version, and nothing of what is compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

from bench import catalog
from bench.lab import chromium
from bench.lab.proxies import envoy
from bench.lab.services import postgres, rabbitmq
from bench.model.pattern import Pattern
from bench.model.records import Identity
from bench.results import environment

VERSIONS: dict[str, Callable[[], str]] = {
    "rabbitmq": rabbitmq.version,
    "envoy": envoy.version,
    "postgres": postgres.version,
    "chromium": chromium.version,
}
"""How to learn the version of a component that a pattern requires."""

FOREIGN = "foreign"
"""In place of the version of a broker that is not ours to start."""

DIGEST_DIGITS = 16


def identities(patterns: Iterable[Pattern], amqp_url: str) -> dict[str, Identity]:
    """By the patterns' ids; CatalogError where their code cannot be read."""
    return {pattern.id: identity_of(pattern, amqp_url) for pattern in patterns}


def identity_of(pattern: Pattern, amqp_url: str) -> Identity:
    """The files and versions that one pattern's numbers depend on."""
    code = catalog.code_of(pattern)
    files = {path: _digest(text) for path, text in code.files.items()}
    needed = {name: _version(name, amqp_url) for name in pattern.requires if name in VERSIONS}
    return Identity(files, environment.versions_of(code.outside) | needed)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_DIGITS]


def _version(name: str, amqp_url: str) -> str:
    return FOREIGN if name == "rabbitmq" and amqp_url else VERSIONS[name]()
