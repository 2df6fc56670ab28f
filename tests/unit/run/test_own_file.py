"""The file that describes a server of the user's own: read, or one line with its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import catalog
from bench.model.errors import UsageError
from bench.plan.own_servers import described
from bench.run.ownfile import check_secrets, own_file

TEXT = """
[subscribe]
url = "amqp://me:{env:BROKER_PASSWORD}@127.0.0.1/"
exchange = "news"
[publish]
by_itself = true
[event]
sequence = "$.n"
"""


def test_a_secret_must_be_there_and_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "own.toml"
    path.write_text(TEXT)
    monkeypatch.delenv("BROKER_PASSWORD", raising=False)
    with pytest.raises(UsageError, match=r"own.toml: {env:BROKER_PASSWORD}: no such .*; export BR"):
        own_file(path)
    monkeypatch.setenv("BROKER_PASSWORD", "not told")
    file = own_file(path)
    assert "not told" not in str(file)
    patterns = described(catalog.select(["notifications/rabbitmq"]), catalog.patterns, file)
    check_secrets(patterns)
    assert "not told" not in str(patterns)
    monkeypatch.delenv("BROKER_PASSWORD")
    with pytest.raises(UsageError, match="export BROKER_PASSWORD"):
        check_secrets(patterns)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="file not found; name a TOML file"):
        own_file(tmp_path / "nothing.toml")
