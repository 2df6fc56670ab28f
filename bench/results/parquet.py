"""Raw data of a trial as Parquet: samples, events, meters; each column checked when read.

Rows also say of which trial they are, for whoever opens the files without this project: those
columns are the same in all rows (so they cost next to nothing), and are not read back.
Must not know folders, records, nor what a digest is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.model import samples
from bench.model.errors import UsageError
from bench.model.readings import Reading
from bench.model.records import MeterRow

PART = "part"
"""The column that names who recorded a row; files of before it had parts do without."""

METER_COLUMNS: dict[str, pa.DataType] = {
    "time_ns": pa.int64(),
    "role": pa.string(),
    "mark": pa.string(),
    "cpu_ns": pa.int64(),
    "memory_bytes": pa.int64(),
    "context_switches": pa.int64(),
    PART: pa.string(),
}

IN_WINDOW = "in_window"

BROKEN = (
    *(OSError, ValueError, TypeError, LookupError, ArithmeticError, MemoryError),
    pa.ArrowException,
)
"""What numpy and Arrow raise at a damaged file."""

T = TypeVar("T")


@dataclass(frozen=True)
class Origin:
    """Of which trial rows are, and its window [t0, t1) in ns: the same words as in summary.csv."""

    trial: int
    experiment: str
    pattern: str
    level: str
    repeat: int
    t0_ns: int
    t1_ns: int

    def columns(self, times_ns: np.ndarray) -> dict[str, pa.Array]:
        """Columns as long as `times_ns`, by which a row belongs to the window or does not."""
        count = len(times_ns)
        words = {"experiment": self.experiment, "pattern": self.pattern, "level": self.level}
        return {
            "trial": pa.array(np.full(count, self.trial, np.int32)),
            **{name: _constant(count, word) for name, word in words.items()},
            "repeat": pa.array(np.full(count, self.repeat, np.int32)),
            IN_WINDOW: pa.array((times_ns >= self.t0_ns) & (times_ns < self.t1_ns)),
        }


ORIGIN = ("trial", "experiment", "pattern", "level", "repeat", IN_WINDOW)
"""The columns that an Origin gives; files of before it do without."""


# --- writing -----------------------------------------------------------------


def write_samples(
    path: Path,
    rows: np.ndarray,
    operations: Sequence[str],
    parts: Sequence[str] = (samples.CLIENTS,),
    origin: Origin | None = None,
) -> None:
    """Rows of samples.DTYPE as Parquet; every row, every nanosecond."""
    columns: dict[str, pa.Array] = _origin(origin, rows["intended_ns"]) | {
        "operation": _dictionary(rows["operation"], operations),
        "outcome": _dictionary(rows["outcome"], samples.OUTCOMES),
        PART: _dictionary(rows["part"], parts),
    }
    for name in _plain_columns(samples.DTYPE):
        columns[name] = pa.array(np.ascontiguousarray(rows[name]))
    _write_table(path, pa.table(columns))


def write_events(path: Path, events: np.ndarray, origin: Origin | None = None) -> None:
    """Events of samples.EVENT_DTYPE as Parquet."""
    names = samples.EVENT_DTYPE.names or ()
    columns = {name: pa.array(np.ascontiguousarray(events[name])) for name in names}
    _write_table(path, pa.table(_origin(origin, events["intended_ns"]) | columns))


def write_meters(path: Path, rows: Sequence[MeterRow], origin: Origin | None = None) -> None:
    """Readings of all roles as Parquet, in the order given."""
    values: dict[str, list[int] | list[str]] = {
        "time_ns": [row.reading.time_ns for row in rows],
        "role": [row.role for row in rows],
        "mark": [row.mark for row in rows],
        "cpu_ns": [row.reading.cpu_ns for row in rows],
        "memory_bytes": [row.reading.memory_bytes for row in rows],
        "context_switches": [row.reading.context_switches for row in rows],
        PART: [row.part for row in rows],
    }
    columns = {name: pa.array(values[name], kind) for name, kind in METER_COLUMNS.items()}
    times_ns = np.array(values["time_ns"], np.int64)
    _write_table(path, pa.table(_origin(origin, times_ns) | columns))


def _origin(origin: Origin | None, times_ns: np.ndarray) -> dict[str, pa.Array]:
    return origin.columns(times_ns) if origin else {}


def _constant(count: int, word: str) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int8)), pa.array([word]))


def _dictionary(codes: np.ndarray, words: Sequence[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int16)), pa.array(list(words)))


def _write_table(path: Path, table: pa.Table) -> None:
    pq.write_table(table, path, compression="zstd", compression_level=1)


# --- reading -----------------------------------------------------------------


def read_samples(
    path: Path, operations: Sequence[str], parts: Sequence[str] = (samples.CLIENTS,)
) -> np.ndarray:
    """The stored rows as samples.DTYPE; UsageError where the file is not such a table."""

    def fill(rows: np.ndarray, table: pa.Table) -> None:
        rows["operation"] = _codes(_column(table, "operation"), operations)
        rows["outcome"] = _codes(_column(table, "outcome"), samples.OUTCOMES)
        if PART in table.column_names:
            rows["part"] = _codes(_column(table, PART), parts)
        for name in _plain_columns(samples.DTYPE):
            rows[name] = _numbers(table, name, samples.DTYPE)

    def rows_of(file: pq.ParquetFile, names: Sequence[str]) -> np.ndarray:
        # One row group at a time: the whole table beside its rows would be twice the memory.
        rows = np.zeros(file.metadata.num_rows, samples.DTYPE)
        begin = 0
        for table in _row_groups(file, names):
            fill(rows[begin : begin + table.num_rows], table)
            begin += table.num_rows
        if begin != len(rows):
            raise ValueError(f"{len(rows)} rows announced, {begin} in it")
        return rows

    return _opened(path, rows_of)


def read_events(path: Path) -> np.ndarray:
    """The stored events as samples.EVENT_DTYPE; UsageError where it is not such a table."""

    def events_of(table: pa.Table) -> np.ndarray:
        events = np.zeros(table.num_rows, samples.EVENT_DTYPE)
        for name in samples.EVENT_DTYPE.names or ():
            events[name] = _numbers(table, name, samples.EVENT_DTYPE)
        return events

    return _read(path, events_of)


def read_meters(path: Path) -> list[MeterRow]:
    """All readings in their order; UsageError where it is not such a table."""

    def readings_of(table: pa.Table) -> list[MeterRow]:
        if PART not in table.column_names:  # a role was one part then
            table = table.append_column(PART, pa.array([""] * table.num_rows, pa.string()))
        columns = {name: _typed(table, name, kind) for name, kind in METER_COLUMNS.items()}
        return [
            MeterRow(role, mark, Reading(time, cpu, memory, switches), part)
            for time, role, mark, cpu, memory, switches, part in zip(
                *(column.to_pylist() for column in columns.values()), strict=True
            )
        ]

    return _read(path, readings_of)


def release_memory() -> None:
    """Give back what Arrow keeps of the tables it has read; with millions of rows that is half."""
    pa.default_memory_pool().release_unused()


def _plain_columns(dtype: np.dtype) -> tuple[str, ...]:
    """The columns stored as they are: all but the two words and their padding."""
    return (dtype.names or ())[3:]


def _row_groups(file: pq.ParquetFile, names: Sequence[str]) -> Iterator[pa.Table]:
    """The file's row groups; where it has none, an empty table of its columns."""
    if not file.num_row_groups:
        yield file.read(names)
    for number in range(file.num_row_groups):
        yield file.read_row_group(number, names)


def _read(path: Path, convert: Callable[[pa.Table], T]) -> T:
    """The file as one table."""
    return _opened(path, lambda file, names: convert(file.read(names)))


def _opened(path: Path, convert: Callable[[pq.ParquetFile, Sequence[str]], T]) -> T:
    if not path.is_file():  # Arrow would read a folder as a set of files
        raise UsageError(f"{path}: is not a file; restore or remove it")
    try:
        with pq.ParquetFile(path) as file:
            names = [name for name in file.schema_arrow.names if name not in ORIGIN]
            return convert(file, names)
    except BROKEN as error:
        words = " ".join(str(error).split())
        raise UsageError(f"{path}: cannot be read ({words}); restore or remove it") from None


def _column(table: pa.Table, name: str) -> pa.ChunkedArray:
    if name not in table.column_names:
        raise ValueError(f"no column {name!r}")
    column = table[name]
    if column.null_count:
        raise ValueError(f"column {name!r} has empty values")
    return column


def _typed(table: pa.Table, name: str, kind: pa.DataType) -> pa.ChunkedArray:
    column = _column(table, name)
    if column.type != kind:
        raise ValueError(f"column {name!r} is {column.type}, not {kind}")
    return column


def _numbers(table: pa.Table, name: str, dtype: np.dtype) -> np.ndarray:
    numbers: np.ndarray = _typed(table, name, pa.from_numpy_dtype(dtype[name])).to_numpy()
    return numbers


def _codes(column: pa.ChunkedArray, words: Sequence[str]) -> np.ndarray:
    """A dictionary column as codes into `words`."""
    if not pa.types.is_dictionary(column.type):
        raise ValueError(f"words are stored as {column.type}, not as a dictionary")
    parts = []
    for chunk in column.chunks:
        names = chunk.dictionary.to_pylist()
        if unknown := [name for name in names if name not in words]:
            raise ValueError(f"unknown word {unknown[0]!r} in it")
        mapping = np.array([words.index(name) for name in names] or [0], dtype=np.uint8)
        parts.append(mapping[chunk.indices.to_numpy(zero_copy_only=False)])
    return np.concatenate(parts) if parts else np.zeros(0, np.uint8)
