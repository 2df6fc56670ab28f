"""A file of rows is read as it grows: whole rows, each once, and never too many."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench.model.samples import DTYPE
from bench.run.watching.tail import Tail


def written(numbers: range) -> bytes:
    made = np.zeros(len(numbers), DTYPE)
    made["sequence"] = list(numbers)
    return made.tobytes()


def read(tail: Tail) -> tuple[list[int], bool]:
    rows, follows = tail.read()
    return rows["sequence"].tolist(), follows


def test_each_row_is_read_once_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "rows.bin"
    tail = Tail(path)
    assert read(tail) == ([], True)
    data = written(range(5))
    path.write_bytes(data[: 3 * DTYPE.itemsize + 7])
    assert read(tail) == ([0, 1, 2], True)
    assert read(tail) == ([], True)
    path.write_bytes(data)
    assert read(tail) == ([3, 4], True)
    path.unlink()
    assert read(tail) == ([], True)
    assert tail.skipped == 0


def test_what_lies_too_far_back_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "rows.bin"
    tail = Tail(path, most_rows=4)
    path.write_bytes(written(range(10)))
    assert read(tail) == ([6, 7, 8, 9], False)
    assert tail.skipped == 6
    path.write_bytes(written(range(12)))
    assert read(tail) == ([10, 11], True)
