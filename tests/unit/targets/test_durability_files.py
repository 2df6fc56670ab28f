"""What a volatile disk keeps, and how a program finds out what was lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targets.durability import _cached
from targets.durability._cached import CachedFile
from targets.durability._file import RecordFile

WRITE = st.tuples(st.integers(0, 40), st.binary(min_size=1, max_size=20))
STEPS = st.lists(st.one_of(WRITE, st.just("sync")), max_size=20)


def write(content: bytearray, at: int, data: bytes) -> None:
    content.extend(bytes(max(0, at - len(content))))
    content[at : at + len(data)] = data


@given(steps=STEPS)
def test_after_a_power_cut_a_file_is_as_it_was_at_its_last_sync(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, bytes] | str]
) -> None:
    path = tmp_path_factory.mktemp("disk") / "file"
    file, now, synced = CachedFile(path), bytearray(), bytearray()
    for step in steps:
        if isinstance(step, str):
            file.sync()
            synced[:] = now
        else:
            at, data = step
            assert file.write(data, at) == len(data)
            write(now, at, data)
        assert file.content == now
    assert CachedFile(path).content == synced


def test_a_full_cache_writes_its_oldest_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_cached, "CACHE_BYTES", 10)
    file = CachedFile(tmp_path / "file")
    for at in range(3):
        file.write(b"1234", 4 * at)
    assert CachedFile(tmp_path / "file").content == b"1234"


def test_a_shorter_file_is_shorter_on_the_disk(tmp_path: Path) -> None:
    file = CachedFile(tmp_path / "file")
    file.write(b"12345678", 0)
    file.truncate(3)
    assert CachedFile(tmp_path / "file").content == file.content == b"123"


@pytest.fixture
def file(tmp_path: Path) -> RecordFile:
    where = tmp_path / "where"
    where.write_text(str(tmp_path))
    made = RecordFile(where, 3, 32)
    made.open()
    return made


def stored(file: RecordFile, *numbers: int) -> None:
    for number in numbers:
        file.write(number)
        file.acknowledge(number, 1000 + number)


def test_what_is_there_is_not_lost(file: RecordFile) -> None:
    stored(file, 0, 1, 2)
    file.write(3)  # and never acknowledged
    assert file.lose() == (0, 3, 0)
    assert file.holds(2)
    assert file.holds(3)
    assert not file.holds(4)


def test_what_was_acknowledged_and_is_gone_is_lost_once(file: RecordFile, tmp_path: Path) -> None:
    stored(file, 0, 1, 2, 3)
    content = (tmp_path / "3").read_bytes()
    (tmp_path / "3").write_bytes(content[:32] + bytes(32) + content[64:96])
    file.open()
    assert file.lose() == (2, 2, 1001)
    assert file.lose() == (0, 2, 0)


def test_another_clients_record_in_its_place_is_none_of_its_own(
    file: RecordFile, tmp_path: Path
) -> None:
    stored(file, 0)
    (tmp_path / "3").write_bytes((0).to_bytes(8, "little") + (9).to_bytes(8, "little") + bytes(16))
    assert file.lose()[0] == 1


def test_what_the_program_wrote_over_is_not_lost(file: RecordFile) -> None:
    stored(file, 0)
    file.write(file._slots)  # the same place, and not acknowledged yet
    assert file.lose()[0] == 0


def test_a_disk_that_is_nowhere_is_an_error_that_is_waited_for(tmp_path: Path) -> None:
    where = tmp_path / "where"
    with pytest.raises(OSError, match="where"):
        RecordFile(where, 0, 32).open()
    where.write_text("/proc/1/root/nowhere")
    with pytest.raises(OSError, match="nowhere"):
        RecordFile(where, 0, 32).open()
