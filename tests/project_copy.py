"""A copy of the project in a temporary folder, for tests that add files to it and run it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CODE = ("bench", "targets", "scenarios", "reports", "pyproject.toml")
FILE = re.compile(r"^`(\S+\.py)`:\n\n```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def copy_project(folder: Path, *further: str, figures: Collection[str] | None = None) -> Path:
    """Copy the code, and further files and folders; the folder.

    Of the kinds of figure only `figures`, where they are named: to draw all of them takes a
    report longer than everything else.
    """
    for name in (*CODE, *further):
        if (ROOT / name).is_dir():
            # Else each copy is compiled anew.  Other tests are writing some of them just now.
            ignored = shutil.ignore_patterns("*.pyc.*")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, folder / name)
    for path in (folder / "reports/figures").glob("[!_]*.py"):
        if figures is not None and path.stem not in figures:
            path.unlink()
    return folder


def files_of(page: Path) -> dict[str, str]:
    """The files that a page of the docs has its reader write, by path."""
    return dict(FILE.findall(page.read_text()))


def python(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """`python -m ...` until it ends, with the code of the copy."""
    return _python(["-m", *arguments], cwd)


def _python(arguments: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(cwd)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


COMMANDS = """
import shlex, sys
from bench.cli.main import main
for line in sys.argv[1:]:
    sys.argv = ["bench", *shlex.split(line)]
    try:
        main()
    except SystemExit as ended:
        if ended.code:
            raise
"""


def bench_commands(*lines: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Commands of the copy, one after the other, in one process; it ends with one that fails."""
    return _python(["-c", COMMANDS, *lines], cwd)
