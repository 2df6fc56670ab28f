"""The project as it was at an older commit, in a folder of its own, so that the two take turns.

Knows git.  Must not know what is run there.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.catalog import ROOT
from bench.lab.scratch import folder_for
from bench.model.errors import UsageError

FOLDERS = ("bench", "targets", "scenarios", "reports")
"""What processes of the load import."""


@dataclass(frozen=True)
class Older:
    """A commit's short name, and the folder that holds its code."""

    commit: str
    root: Path


@contextmanager
def unpacked(commit: str | None) -> Iterator[Older | None]:
    """The code of a commit; None for none.

    Raises:
        UsageError: there is no git, no history here, or no such commit.
    """
    if commit is None:
        yield None
        return
    short = _git(
        commit, "rev-parse", "--verify", "--short", "--end-of-options", f"{commit}^{{commit}}"
    )
    archive = _git(commit, "archive", "--format=tar", short.decode().strip(), *FOLDERS)
    with folder_for("patternbench-older-") as folder:
        subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True)
        yield Older(short.decode().strip(), folder)


def _git(commit: str, *words: str) -> bytes:
    """What git says; UsageError with the remedy where it cannot."""
    git = shutil.which("git")
    if git is None:
        raise UsageError(f"--against {commit}: git is not installed; apt-get install git")
    done = subprocess.run([git, "-C", str(ROOT), *words], capture_output=True, check=False)
    if done.returncode:
        raise UsageError(
            f"--against {commit}: no such commit of this project; `git log --oneline` lists them"
        )
    return done.stdout
