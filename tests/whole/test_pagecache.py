"""The page cache of this machine: a file that was written is in it, and leaves it when asked to."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from bench import pagecache
from bench.lab.components import uncached_files

SIZE = 300_000
MEMORY = Path("/dev/shm")  # a tmpfs, on every Linux


def written(folder: Path) -> Path:
    path = folder / "file"
    with path.open("wb") as file:
        file.write(os.urandom(SIZE))
        file.flush()
        os.fsync(file.fileno())
    return path


@pytest.mark.skipif(
    not pagecache.can_drop(Path(tempfile.gettempdir())), reason="temporary files stay in memory"
)
def test_what_is_dropped_is_not_in_memory_until_it_is_read() -> None:
    with tempfile.TemporaryDirectory() as folder, written(Path(folder)).open("rb") as file:
        number = file.fileno()
        assert pagecache.cached_bytes(number) >= SIZE
        pagecache.drop(number)
        assert pagecache.cached_bytes(number) == 0
        assert len(os.pread(number, SIZE, 0)) == SIZE
        assert pagecache.cached_bytes(number) >= SIZE


def test_an_empty_file_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.touch()
    with path.open("rb") as file:
        assert pagecache.cached_bytes(file.fileno()) == 0


@pytest.mark.skipif(not MEMORY.is_dir(), reason="there is no /dev/shm")
def test_a_tmpfs_is_told_from_a_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(MEMORY))
    assert "set TMPDIR to a folder on a disk" in uncached_files.missing()
