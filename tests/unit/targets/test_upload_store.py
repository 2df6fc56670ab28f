"""The store of uploads: whole files or none, read back, expired; and what tus asks of headers."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targets.upload import _tus as tus
from targets.upload._store import IDENTIFIER, Store
from targets.upload.chunked import Chunks

CONTENT = b"some bytes"


def part_of(store: Store, name: str) -> Path:
    part = store.part(f"{name}.part")
    part.write_bytes(CONTENT)
    return part


def test_a_finished_file_is_there_and_its_part_is_not(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert not store.is_stored("a")
    store.finish(part_of(store, "a"), "a")
    assert store.is_stored("a")
    assert store.digest("a") == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    assert not list(store.incoming.iterdir())


def test_another_store_on_the_same_folder_goes_on(tmp_path: Path) -> None:
    part_of(Store(tmp_path), "a")
    again = Store(tmp_path)
    again.finish(again.part("a.part"), "a")
    assert Store(tmp_path).is_stored("a")


def test_what_is_removed_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.finish(part_of(store, "a"), "a")
    part_of(store, "b")
    store.part("b.info").write_text("{}")
    for name in ("a", "b", "unknown"):
        store.remove(name)
    assert not list(store.incoming.iterdir())
    assert not list(store.stored.iterdir())


def test_an_upload_expires_with_its_last_byte_and_as_a_whole(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for name, part_s, info_s in (("old", 100, 50), ("busy", 900, 50)):
        os.utime(part_of(store, name), (part_s, part_s))
        info = store.part(f"{name}.info")
        info.write_text("{}")
        os.utime(info, (info_s, info_s))
    assert store.expire(before_s=500) == 1
    assert {one.name for one in store.incoming.iterdir()} == {"busy.part", "busy.info"}


@pytest.mark.parametrize("name", ["", "..", "a/b", "a.b", "x" * 65, "ä"])
def test_a_name_that_could_lead_elsewhere_is_none(name: str) -> None:
    assert not IDENTIFIER.fullmatch(name)


@given(st.integers(1, 10**12), st.integers(1, 10**10))
def test_chunks_make_up_the_file(size: int, chunk: int) -> None:
    chunks = Chunks(size, chunk)
    assert (chunks.count - 1) * chunk + chunks.length(chunks.count - 1) == size
    assert 0 < chunks.length(chunks.count - 1) <= chunk


# --- tus ---------------------------------------------------------------------------------------

GOOD = {"Tus-Resumable": "1.0.0", "Content-Type": tus.BODY_TYPE, "Upload-Offset": "7"}


def test_a_patch_goes_on_where_the_file_ends() -> None:
    tus.check_version(GOOD)
    assert tus.offset(GOOD, 7) == 7


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"Upload-Offset": "8"}, 409),
        ({"Upload-Offset": "6"}, 409),
        ({"Upload-Offset": "-7"}, 400),
        ({"Upload-Offset": "seven"}, 400),
        ({"Upload-Offset": "²"}, 400),
        ({"Content-Type": "text/plain"}, 415),
    ],
)
def test_a_patch_that_does_not_fit_is_refused(changed: dict[str, str], status: int) -> None:
    with pytest.raises(tus.Refusal) as refused:
        tus.offset(GOOD | changed, 7)
    assert refused.value.status == status
    assert next(iter(changed)) in refused.value.text


@pytest.mark.parametrize("headers", [{}, {"Tus-Resumable": "0.2.2"}])
def test_another_version_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(tus.Refusal) as refused:
        tus.check_version(headers)
    assert refused.value.status == 412


def test_a_creation_has_length_and_metadata() -> None:
    found = tus.creation({"Upload-Length": "5", "Upload-Metadata": "name YWJj,empty"})
    assert found == tus.Upload(5, "name YWJj,empty")
    assert tus.Upload.from_json(found.to_json()) == found


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Upload-Length": "-1"},
        {"Upload-Length": "1e3"},
        {"Upload-Length": str(2**63)},
        {"Upload-Length": "5", "Upload-Metadata": "name ***"},
        {"Upload-Length": "5", "Upload-Metadata": "name YWJj,"},
    ],
)
def test_a_creation_that_says_nothing_usable_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(tus.Refusal) as refused:
        tus.creation(headers)
    assert refused.value.status == 400


def test_headers_say_how_much_has_come_and_when_it_expires() -> None:
    headers = tus.about_upload(7, expires_s=784_111_777)
    assert headers["Upload-Offset"] == "7"
    assert headers["Upload-Expires"] == "Sun, 06 Nov 1994 08:49:37 GMT"
    assert tus.about_server(9)["Tus-Max-Size"] == "9"
