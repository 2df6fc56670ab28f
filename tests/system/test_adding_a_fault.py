"""The page on faults, followed literally in a copy: a new file, and nothing else, is a new verb."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from system_builders import ROOT

PARTS = ("bench", "targets", "scenarios", "reports", "docs")
FILE = re.compile(r"^`(\S+\.py)`:\n\n```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^    bench (run .*hiccup.*)$", re.MULTILINE)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in PARTS:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def python(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(cwd)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_file_is_a_verb(copy: Path) -> None:
    page = (copy / "docs/faults.md").read_text()
    ((name, content),) = FILE.findall(page)
    (copy / name).write_text(content)
    (command,) = COMMAND.findall(page)
    words = command.replace("'", "").split()
    run = python(
        *("bench", *words, "--duration", "2500ms", "--repeats", "1", "--results", "results"),
        cwd=copy,
    )
    assert (run.returncode, run.stderr) == (0, "")
    (record,) = copy.glob("results/*/trials/*/trial.json")
    done = json.loads(record.read_text())["faults"]
    assert [one["verb"] for one in done] == ["hiccup", "hiccup"]
    for one in done:
        assert one["failure"] == ""
        assert one["ended_ns"] - one["began_ns"] >= 100_000_000
    # The table of verbs has it as soon as it is drawn anew.
    assert python("bench.tools.docs", "--write", cwd=copy).returncode == 0
    assert "| `hiccup` | Stands still for 100 ms" in (copy / "docs/faults.md").read_text()
    refused = python("bench", "run", "notifications/sse", "--fault", "server:hicup@1s", cwd=copy)
    assert refused.returncode == 2
    assert "did you mean hiccup?" in refused.stderr
