"""The page on services, followed literally in a copy: a new file alone is a service."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from system_builders import ROOT

PARTS = ("bench", "targets", "scenarios", "reports", "tests")
FILE = re.compile(r"^`(\S+\.py)`:\n\n```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
CHECK = re.compile(r"^    python -m pytest (.*)$", re.MULTILINE)


def run(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(cwd)},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_a_file_is_a_service(tmp_path: Path) -> None:
    for name in PARTS:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    page = (ROOT / "docs/adding-a-service.md").read_text()
    ((name, content),) = FILE.findall(page)
    (tmp_path / name).write_text(content)

    (check,) = CHECK.findall(page)
    checked = run("pytest", *check.split(), "-p", "no:cacheprovider", cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout
    assert "4 passed" in checked.stdout
    assert re.search(r"^File server +ok ", run("bench", "doctor", cwd=tmp_path).stdout, re.M)
