"""A file that a load parameter names: its lines, or one line of what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.model.errors import UsageError
from bench.plan import named_file


def test_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "trace.csv"
    path.write_bytes("a\r\nü\n".encode())
    assert named_file.lines_of("trace", str(path)) == ["a", "ü"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("no/such.csv", "trace=no/such.csv: cannot be read"),
        ("a\0b", "cannot be read (embedded null byte)"),
        ("n" * 5000, "cannot be read"),
        (".", "trace=.: is not a file"),
        ("/dev/zero", "trace=/dev/zero: is not a file"),
    ],
)
def test_what_is_no_file_is_refused(name: str, says: str) -> None:
    with pytest.raises(UsageError) as refused:
        named_file.lines_of("trace", name)
    assert says in str(refused.value)
    assert "name a CSV file" in str(refused.value)


def test_other_bytes_than_text_and_too_many_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "trace.csv"
    path.write_bytes(b"\xff")
    with pytest.raises(UsageError, match="cannot be read"):
        named_file.lines_of("trace", str(path))
    monkeypatch.setattr(named_file, "MOST_BYTES", 3)
    path.write_bytes(b"1234")
    with pytest.raises(UsageError, match="more than 3 bytes"):
        named_file.lines_of("trace", str(path))
