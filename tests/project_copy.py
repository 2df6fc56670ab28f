"""A copy of the project in a temporary folder, for tests that add files to it and run it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CODE = ("bench", "targets", "scenarios", "reports", "pyproject.toml")
FILE = re.compile(r"^`(\S+\.py)`:\n\n```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def copy_project(folder: Path, *further: str) -> Path:
    """Copy the code, and further files and folders; the folder."""
    for name in (*CODE, *further):
        if (ROOT / name).is_dir():
            # Else each copy is compiled anew.  Other tests are writing some of them just now.
            ignored = shutil.ignore_patterns("*.pyc.*")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


def files_of(page: Path) -> dict[str, str]:
    """The files that a page of the docs has its reader write, by path."""
    return dict(FILE.findall(page.read_text()))


def python(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """`python -m ...` until it ends, with the code of the copy."""
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(cwd)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
