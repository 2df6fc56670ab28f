"""TOML that nobody means: refused in one line, whatever it does to a parser."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.model.errors import UsageError
from bench.run import tomlfile


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"a = " + b"[" * 5000, "not TOML (nested too deeply)"),
        (b"a = " + b"9" * 5000, "not TOML (Exceeds the limit"),
        (b"a = 0x" + b"f" * 5000, "a whole number of more than 64 bits"),
        (b"a = [1, {b = 9223372036854775808}]", "a whole number of more than 64 bits"),
        (b"a = \xff", "cannot be read ("),
        (b"#" * (tomlfile.MOST_BYTES + 1), "more than 1000000 bytes"),
    ],
)
def test_it_is_refused_with_its_name(tmp_path: Path, raw: bytes, words: str) -> None:
    path = tmp_path / "plan.toml"
    path.write_bytes(raw)
    with pytest.raises(UsageError) as refusal:
        tomlfile.content_of(path, "not there")
    assert str(refusal.value).startswith(f"{path}: {words}")
    assert "\n" not in str(refusal.value)


def test_what_is_not_there_is_said_in_the_callers_words(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.toml: not there$"):
        tomlfile.content_of(tmp_path / "none.toml", "not there")


def test_numbers_of_64_bits_are_read(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(f"a = {(1 << 63) - 1}\nb = {-(1 << 63)}\n")
    assert tomlfile.content_of(path, "") == {"a": (1 << 63) - 1, "b": -(1 << 63)}
