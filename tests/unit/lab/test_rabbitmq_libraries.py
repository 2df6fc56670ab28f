"""The folder of plugins of a RabbitMQ has what is asked for with what that needs, no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.lab.services import _rabbitmq_libraries as libraries

NEEDS = {
    "rabbit": ["kernel", "unasked"],
    "page": ["kernel", "rabbit", "agent"],
    "agent": ["shared", "page"],
    "shared": [],
    "unasked": [],
    "kernel": [],
}


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, needed in NEEDS.items():
        folder = tmp_path / "server-3.1/plugins" / f"{name}-1.0/ebin"
        folder.mkdir(parents=True)
        text = f"{{application, {name}, [\n {{applications, [\n  {','.join(needed)}]}}]}}."
        (folder / f"{name}.app").write_text(text)
    monkeypatch.setattr(libraries, "PLACES", (f"{tmp_path}/server-*/plugins".removeprefix("/"),))
    return tmp_path


@pytest.mark.parametrize(
    ("plugins", "linked"),
    [((), {"rabbit-1.0"}), (("page",), {"rabbit-1.0", "page-1.0", "agent-1.0", "shared-1.0"})],
)
def test_a_plugin_comes_with_what_it_needs(
    place: Path, plugins: tuple[str, ...], linked: set[str]
) -> None:
    libraries.link(place / "linked", plugins)
    assert {path.name for path in (place / "linked").iterdir()} == linked
    assert all((path / "ebin").is_dir() for path in (place / "linked").iterdir())


def test_packed_plugins_are_all_there(place: Path) -> None:
    (place / "server-3.1/plugins/page-0.9.ez").write_bytes(b"")
    (place / "server-3.1/plugins/other-0.9.ez").write_bytes(b"")
    libraries.link(place / "linked", ("page",))
    assert {"page-0.9.ez", "other-0.9.ez"} <= {path.name for path in (place / "linked").iterdir()}


def test_what_is_named_first_is_searched_first(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Erlang puts each folder before those named before it."""
    monkeypatch.setattr(libraries, "SEARCHED_FIRST", ("shared", "nowhere", "agent"))
    plugins = place / "server-3.1/plugins"
    words = ["-pa", f"{plugins}/agent-1.0/ebin", f"{plugins}/shared-1.0/ebin"]
    assert libraries.options() == " ".join(words)
