"""Which commit of the project this is, as git tells it.

Read only; a copy that is no checkout of its own, or a machine without git, has no commit.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

DIGITS = 10
CHANGED = "+changes"
"""Behind a commit whose files are not as they were committed."""

PATIENCE_S = 10.0


def commit_of(root: Path) -> str:
    """ "cf1fd9775f", with CHANGED where files differ from it; "" where there is none to tell."""
    top, _, head = _said(root, "rev-parse", "--show-toplevel", "HEAD").partition("\n")
    if not head or Path(top).resolve() != root.resolve():
        return ""
    is_changed = bool(_said(root, "status", "--porcelain"))
    return f"{head[:DIGITS]}{CHANGED if is_changed else ''}"


def _said(root: Path, *words: str) -> str:
    """What git answers; "" where it cannot."""
    command = ["git", "-C", str(root), "--no-optional-locks", *words]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            stdin=subprocess.DEVNULL,
            check=True,
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return ""
    return done.stdout.strip()
