"""What a pattern's numbers depend on here: files of its code, versions on their path."""

from __future__ import annotations

import importlib.metadata

import pytest

from bench import catalog
from bench.lab import components
from bench.model.pattern import Pattern
from bench.results import environment
from bench.run import identities


def pattern(name: str) -> Pattern:
    (found,) = catalog.select([name])
    return found


def test_files_have_digests_and_packages_versions() -> None:
    found = identities.identity_of(pattern("notifications/sse"), {})
    assert found.files["targets/notifications/sse.py"] != found.files["targets/_serve.py"]
    assert all(len(digest) == identities.DIGEST_DIGITS for digest in found.files.values())
    assert found.versions["aiohttp"] == importlib.metadata.version("aiohttp")
    assert "asyncio" not in found.versions


def test_components_count_where_a_pattern_needs_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(components, "version", lambda name: f"{name} 9")
    foreign = {"rabbitmq": "amqp://here"}
    needs, needs_not = (pattern(f"notifications/{name}") for name in ("rabbitmq", "sse"))
    assert identities.identity_of(needs, {}).versions["rabbitmq"] == "rabbitmq 9"
    assert identities.identity_of(needs, foreign).versions["rabbitmq"] == identities.FOREIGN
    assert "rabbitmq" not in identities.identity_of(needs_not, {}).versions


@pytest.mark.parametrize(
    ("module", "package"),
    [
        ("numpy", "numpy"),
        ("aio_pika", "aio-pika"),
        ("jwt", "pyjwt"),
        ("os", None),
        ("nowhere", None),
    ],
)
def test_a_module_leads_to_its_package(module: str, package: str | None) -> None:
    found = environment.versions_of([module])
    assert list(found) == ([] if package is None else [package])


def test_a_package_of_another_name_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "_packages", lambda: {"odd_name": ["NumPy"]})
    assert environment.versions_of(["odd_name"]) == {"numpy": importlib.metadata.version("numpy")}
