"""The page on faults, followed literally in a copy: a new file, and nothing else, is a new verb."""

from __future__ import annotations

import json
import re
from pathlib import Path

from project_copy import bench_commands, copy_project, files_of, python

COMMAND = re.compile(r"^    bench (run .*hiccup.*)$", re.MULTILINE)


def test_a_file_is_a_verb(tmp_path: Path) -> None:
    copy = copy_project(tmp_path, "docs", "README.md", figures=())
    page = copy / "docs/faults.md"
    ((name, content),) = files_of(page).items()
    (copy / name).write_text(content)
    (command,) = COMMAND.findall(page.read_text())
    tiny = "--duration 2500ms --set warmup=100ms --repeats 1 --no-calibration --results results"
    ended = bench_commands(
        f"{command} {tiny}",
        "run notifications/sse --fault server:hicup@1s",
        cwd=copy,
    )
    # The first one ends well and silently: the second one is refused.
    assert ended.returncode == 2, ended.stderr
    (line,) = ended.stderr.splitlines()
    assert "hicup" in line
    assert "did you mean hiccup?" in line
    (record,) = copy.glob("results/*/trials/*/trial.json")
    done = json.loads(record.read_text())["faults"]
    assert [one["verb"] for one in done] == ["hiccup", "hiccup"]
    for one in done:
        assert one["failure"] == ""
        assert one["ended_ns"] - one["began_ns"] >= 100_000_000
    # The table of verbs has it as soon as it is drawn anew.
    assert python("bench.tools.docs", "--write", cwd=copy).returncode == 0
    assert "| `hiccup` | Stands still for 100 ms" in (copy / "docs/faults.md").read_text()
