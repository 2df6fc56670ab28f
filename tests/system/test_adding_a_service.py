"""The page on services, followed literally in a copy: a new file alone is a service."""

from __future__ import annotations

import re
from pathlib import Path

from project_copy import ROOT, copy_project, files_of, python

CHECK = re.compile(r"^    python -m pytest (.*)$", re.MULTILINE)


def test_a_file_is_a_service(tmp_path: Path) -> None:
    copy_project(tmp_path, "tests")
    page = ROOT / "docs/adding-a-service.md"
    ((name, content),) = files_of(page).items()
    (tmp_path / name).write_text(content)

    (check,) = CHECK.findall(page.read_text())
    checked = python("pytest", *check.split(), "-p", "no:cacheprovider", cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout
    assert "4 passed" in checked.stdout
    assert re.search(r"^File server +ok ", python("bench", "doctor", cwd=tmp_path).stdout, re.M)
