"""Digests of a run's files, so that damage is found before a number is believed.

    trial.json      `files`: the SHA-256 of every other file of its trial
    digests.json    the SHA-256 of run.json, of each more-<n>.json and of each trial.json

A digest is recorded *before* its file is put into place: while that has not happened, the
file stands, whole, under its staging name, so an interruption is told from a loss.
Knows no content; a run made before digests existed has no digests.json.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from bench.model.errors import UsageError
from bench.results import jsonfile

NAME = "digests.json"
VERSION = 1
TRIALS, TRIAL_JSON, PARTIAL = "trials", "trial.json", ".partial"


class DigestsFile(msgspec.Struct, frozen=True):
    """The content of digests.json; `seal` is the digest of `files`, as it is encoded."""

    version: int
    files: dict[str, str]
    seal: str


def of_file(path: Path) -> str:
    """The SHA-256 as `sha256sum` prints it; UsageError where the file cannot be read."""
    try:
        if path.exists() and not path.is_file():  # to open a pipe would wait for ever
            raise UsageError(f"{path}: is not a file; restore it, or remove the run")
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise UsageError(f"{path}: is missing; restore it, or remove the run") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); check the folder") from None


def of_folder(folder: Path) -> dict[str, str]:
    """Every file below a trial's folder but its trial.json, by name relative to it."""
    return {name: of_file(folder / name) for name in names_below(folder) if name != TRIAL_JSON}


def names_below(folder: Path) -> list[str]:
    """All files and links below a folder, relative to it, sorted.

    By directory entries: a run of 500 trials has thousands of files, and is opened again and again.
    """
    return sorted(_names_in(str(folder), "")) if folder.is_dir() else []


def _names_in(folder: str, before: str) -> Iterator[str]:
    try:
        entries = list(os.scandir(folder))
    except PermissionError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _names_in(entry.path, f"{before}{entry.name}/")
        else:
            yield before + entry.name


def check_names(path: Path, names: Iterable[str]) -> None:
    """UsageError where a file of a run names one that would lie outside of its own folder."""
    for name in names:
        if name.startswith("/") or ".." in name.split("/") or "\0" in name:
            raise UsageError(f"{path}: names {name!r}, outside of its folder; remove the run")


def check_links(run: Path) -> None:
    """UsageError where something in a run's folder is a link: it may lead anywhere."""
    for name in names_below(run):
        if os.path.islink(f"{run}/{name}"):
            raise UsageError(f"{run / name}: is a link; put there what it leads to, or remove it")


def check_file(path: Path, expected: str) -> None:
    """UsageError where the file is missing or is not the one that was written."""
    if of_file(path) != expected:
        raise UsageError(jsonfile.unlike(path))


def create(run: Path, name: str, value: Any) -> None:
    """Begin the record of a new run with its first file."""
    _write(run, {})
    write_recorded(run, name, value)


def read(run: Path) -> dict[str, str] | None:
    """What is recorded, by name relative to the run; None where the run has no digests."""
    path = run / NAME
    if not os.path.lexists(path):
        return None
    found = jsonfile.read(path, DigestsFile, VERSION)
    check_names(path, found.files)
    if jsonfile.encoded(_sealed(found.files)) != path.read_bytes():
        raise UsageError(jsonfile.unlike(path))
    return found.files


def record(run: Path, name: str, digest: str) -> None:
    """Add a file that is about to be put into place; nothing for a run without digests."""
    files = read(run)
    if files is not None:
        _write(run, {**files, name: digest})


def write_recorded(run: Path, name: str, value: Any) -> None:
    """Write a JSON file of a run in one step, its digest recorded before it is in place."""
    raw = jsonfile.encoded(value)
    staged = jsonfile.stage(run / name, raw)
    record(run, name, jsonfile.sha256(raw))
    os.replace(staged, run / name)


def withdraw(run: Path, name: str) -> None:
    """Forget a file that was on its way into place and is made again."""
    files = read(run)
    if files is not None and name in files and not (run / name).exists():
        _write(run, {other: digest for other, digest in files.items() if other != name})


def staging_name(name: str) -> str:
    """Where a recorded file stands while it is not yet in place.

    >>> staging_name("trials/0000-a.b-r1/trial.json")
    'trials/0000-a.b-r1.partial/trial.json'
    >>> staging_name("more-1.json")
    'more-1.json.tmp'
    """
    folder, slash, base = name.rpartition("/")
    return f"{folder}{PARTIAL}/{base}" if slash else f"{name}{jsonfile.STAGED}"


def in_place(run: Path, files: Mapping[str, str]) -> dict[str, str]:
    """The recorded files that must be there: all but one that was interrupted on its way."""
    return {name: digest for name, digest in files.items() if not _on_its_way(run, name, digest)}


def _on_its_way(run: Path, name: str, digest: str) -> bool:
    staged = run / staging_name(name)
    return not (run / name).exists() and staged.is_file() and of_file(staged) == digest


def _write(run: Path, files: dict[str, str]) -> None:
    jsonfile.write_json(run / NAME, _sealed(files))


def _sealed(files: dict[str, str]) -> DigestsFile:
    return DigestsFile(VERSION, files, jsonfile.sha256(msgspec.json.encode(files)))
