"""Tests that try more where they are told to: fuzzes, damaged results, kills inside of a trial.

A test file that is a part of a soak says so in a literal:

    SOAK = {"FUZZ_CASES": "{fuzz_cases}", "FUZZ_SEED": "{seed}"}

Each of its names is set in the environment; the values may name options of the soak.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from bench.catalog import ROOT
from bench.model import module_text
from bench.tools.soak import left
from bench.tools.soak.case import Candidate, Case, Options, Outcome, judged
from bench.tools.soak.harness import Answer, Place, before_exec, end, marked

TITLE = "fuzzes and tests that try more"
LONG = True
NAME = "SOAK"
WITHIN_S = 6 * 3600.0
REPEATED = re.compile(r"(\d+) rerun")


def plan(options: Options, _: Sequence[Candidate]) -> list[dict[str, Any]]:
    """One case for each file that says so."""
    return [
        {"file": name, "environment": filled(asked, options)}
        for name, asked in declared(ROOT).items()
    ]


def declared(root: Path) -> dict[str, dict[str, str]]:
    """What test files ask for, by file."""
    found = {}
    for path in sorted((root / "tests").rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if f"\n{NAME} = " in text and (asked := module_text.constants(ast.parse(text)).get(NAME)):
            found[path.relative_to(root).as_posix()] = dict(asked)
    return found


def filled(asked: dict[str, str], options: Options) -> str:
    """The environment as words."""
    values = asdict(options)
    return " ".join(f"{name}={value.format(**values)}" for name, value in asked.items())


def run(case: Case, place: Path) -> Outcome:
    """One file."""
    at, report = Place(place), place / "tests.xml"
    asked = dict(word.split("=", 1) for word in case.words["environment"].split())
    command = [sys.executable, "-m", "pytest", "-q", case.words["file"], f"--junitxml={report}"]
    output = place / "pytest.txt"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [*command, "-p", "no:cacheprovider", f"--basetemp={place / 'pytest'}"],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env={**os.environ, **at.environment(), **asked},
            start_new_session=True,
            preexec_fn=before_exec,  # noqa: PLW1509 - no thread of ours holds a lock
        )
    try:
        code = process.wait(WITHIN_S)
        rest = left.after(left.before(), at)
    except subprocess.TimeoutExpired:
        return judged(Outcome(problems=[f"it did not end within {WITHIN_S / 3600:g} h"]))
    finally:
        process.kill()
        process.wait()
        end(marked(place))
    answer = Answer(code, output.read_text(errors="replace"))
    problems, count = failed(report) if report.exists() else ([], 0)
    if code and not problems:
        problems = [f"pytest: exit {code}: {(answer.text.splitlines() or [''])[-1]}"]
    if repeated := REPEATED.search(answer.text):
        problems.append(f"{repeated[1]} failures did not show again")
    return judged(Outcome("ok", [*problems, *rest], len(rest), facts={"tests": count}))


def failed(report: Path) -> tuple[list[str], int]:
    """The tests that failed, each in a line, and how many there were."""
    found, count = [], 0
    for test in ElementTree.parse(report).getroot().iter("testcase"):
        count += 1
        for wrong in (*test.findall("failure"), *test.findall("error")):
            words = " ".join(wrong.get("message", "").split())[:300]
            found.append(f"{test.get('name')}: {words}")
    return found, count
