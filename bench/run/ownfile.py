"""Reads the file that describes a server of the user's own.

What is wrong is said with the file's name; what the file means is bench/model/ownserver.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from pathlib import Path

from bench.model.errors import UsageError
from bench.model.ownserver import OwnServer, read, secrets_of
from bench.model.pattern import Pattern
from bench.plan.own_servers import OwnFile


def own_file(path: Path, may_load: Collection[str] = ()) -> OwnFile:
    """The file and what it says; UsageError where it cannot be read, or is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(f"--own {path}: file not found; name a TOML file (docs/own)") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--own {path}: cannot be read ({error}); check the file") from None
    try:
        own = read(text)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None
    _check_secrets(str(path), own)
    for key, name in own.files.items():
        if not (path.parent / name).is_file():
            raise UsageError(
                f"{path}: {key} = {name}: file not found; name it from the folder of the "
                "description"
            )
    return OwnFile(str(path), str(path.resolve()), text, own, tuple(may_load))


def _check_secrets(name: str, own: OwnServer) -> None:
    """UsageError where a variable is not there that the description names."""
    for variable in secrets_of(own):
        if variable not in os.environ:
            raise UsageError(
                f"{name}: {{env:{variable}}}: no such environment variable; export {variable}"
            )


def check_secrets(patterns: Iterable[Pattern]) -> None:
    """The same of the servers of a stored run, which has no values of variables."""
    for pattern in patterns:
        if (server := pattern.described) is not None:
            _check_secrets(server.file, read(server.description))
