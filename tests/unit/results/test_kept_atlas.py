"""atlas.json: every float comes back as it was, and what is not whole is refused in one line."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.analysis.kept_ledger import KeptClaim, KeptLedger, KeptRun
from bench.analysis.ledger import Origin
from bench.model.errors import UsageError
from bench.results import jsonfile, kept_atlas
from bench.verdicts.judgement import Curve, Judgement, Number, Point

ORIGIN = Origin("run-1", "2026-11-26T12:00:00+00:00", 21, 6, {"host": "a"}, ("x/a",), {})
RUN = KeptRun("x", ORIGIN, {"a": "A nan"}, ("a",))


def ledger_of(*floats: float) -> KeptLedger:
    """Every place in which a judgement has a float."""
    value, low, high, law, end, p_value, point, exponent = floats
    number = Number(
        "value", "m", "nan", value, low, high, 6, law=law, wanted=(-math.inf, end), p_value=p_value
    )
    points = (Point(1.0, point, low, high),)
    curve = Curve("growth", "m", "a", "b", "n", "", points, crossing=number, exponent=exponent)
    judgement = Judgement("depends", "inf", (number,), (curve,))
    return KeptLedger((RUN,), (KeptClaim("x", "X1", 0, {"rule": "-inf"}, judgement, (6,), ()),))


def bits(found: Any) -> Any:
    """With each float as its bytes: NaN is like NaN, and 0 is not like -0."""
    if isinstance(found, float):
        return "NaN" if math.isnan(found) else struct.pack("<d", found)
    if isinstance(found, dict):
        return {key: bits(one) for key, one in found.items()}
    return [bits(one) for one in found] if isinstance(found, list | tuple) else found


def as_bits(found: KeptLedger) -> Any:
    return bits(msgspec.to_builtins(found))


def decoded(raw: bytes) -> KeptLedger:
    """As `read` does it, without a disk."""
    file = msgspec.json.decode(raw, type=kept_atlas.AtlasFile)
    return kept_atlas.content_of(Path("atlas.json"), file)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An atlas of one claim."""
    found = ledger_of(0.1, math.nan, 3.5, math.inf, 1e-300, -0.0, 1e22, 2 / 3)
    (tmp_path / kept_atlas.NAME).write_bytes(kept_atlas.encoded(found))
    return tmp_path


@given(st.tuples(*[st.floats()] * 8))
def test_every_float_comes_back_bit_by_bit(floats: tuple[float, ...]) -> None:
    found = ledger_of(*floats)
    raw = kept_atlas.encoded(found)
    assert as_bits(decoded(raw)) == as_bits(found)
    assert kept_atlas.encoded(decoded(raw)) == raw


def test_numbers_of_numpy_are_numbers() -> None:
    found = ledger_of(*np.array([0.1, 2, 3, 4, 5, 6, math.nan, 8]))
    assert kept_atlas.encoded(found) == kept_atlas.encoded(
        ledger_of(0.1, 2, 3, 4, 5, 6, math.nan, 8)
    )


def test_a_folder_without_an_atlas_has_nothing(tmp_path: Path) -> None:
    assert kept_atlas.read(tmp_path) is None
    assert kept_atlas.known(tmp_path / "nothing-here").sources == ()
    kept_atlas.check_whole(tmp_path)
    (tmp_path / "atlas.csv").touch()
    with pytest.raises(UsageError, match=r"no atlas\.json, from which alone an atlas is kept"):
        kept_atlas.check_whole(tmp_path)


def of(
    change: Callable[[dict[str, Any]], object], *, sealed: bool = False
) -> Callable[[bytes], bytes]:
    """A file with a changed value, under its old seal or under one that fits."""

    def changed(raw: bytes) -> bytes:
        content = json.loads(raw)
        change(content)
        if sealed:
            content["seal"] = kept_atlas.seal_of(content["version"], content["atlas"])
        return json.dumps(content).encode()

    return changed


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda raw: raw[: len(raw) // 2], "not a results file"),
        (lambda raw: b"", "not a results file"),
        (lambda raw: b"[" * 100_000, "not a results file"),
        (lambda raw: raw.replace(b'"depends"', b'"refuted"', 1), "not as it was written"),
        (lambda raw: raw.replace(b"A nan", b"A \xff", 1), "not a results file"),
        (of(lambda one: one.update(version=2)), "reads up to 1; install a newer patternbench"),
        (of(lambda one: one.update(version=0)), "not as it was written"),
        (of(lambda one: one.update(version="1")), "not a results file"),
        (of(lambda one: one.pop("seal")), "not a results file"),
        (of(lambda one: one["atlas"]["claims"].pop()), "not as it was written"),
        (of(lambda one: one["atlas"].update(runs=7), sealed=True), "not an atlas"),
        (
            of(lambda one: one["atlas"].update(runs=[]), sealed=True),
            "names a run that is not in it",
        ),
    ],
)
def test_what_is_damaged_or_unknown_is_refused_in_one_line(
    folder: Path, damage: Callable[[bytes], bytes], words: str
) -> None:
    path = folder / kept_atlas.NAME
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(UsageError, match=words) as told:
        kept_atlas.known(folder)
    assert str(told.value).startswith(f"{path}: ")
    assert "\n" not in str(told.value)


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / kept_atlas.NAME).mkdir()
    with pytest.raises(UsageError, match="is not a file"):
        kept_atlas.known(tmp_path)


def test_it_is_written_in_one_step(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (folder / kept_atlas.NAME).read_bytes()

    def fails(*_: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr(jsonfile.os, "replace", fails)
    with pytest.raises(OSError, match="no space"):
        kept_atlas.write(folder, [])
    assert (folder / kept_atlas.NAME).read_bytes() == before
