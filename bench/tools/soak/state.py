"""A soak's folder: its plan, what is done of it as JSON lines, and its summary.

    results/soak/<begun>/plan.json     options and cases, written once
                         done.jsonl    one line for each case that is done
                         summary.md    written anew after each case

A line that an interrupted soak left half written is not counted; of a case that was done again the
last line counts.  Knows nothing of cases.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from bench.model.errors import UsageError
from bench.results import jsonfile
from bench.tools.soak.case import Case, Done, Options

VERSION = 1
PLAN, DONE, SUMMARY = "plan.json", "done.jsonl", "summary.md"


@dataclass(frozen=True)
class Plan:
    """What a soak was begun with."""

    version: int
    begun: str
    options: Options
    cases: list[Case]
    machine: dict[str, Any]


@dataclass(frozen=True)
class Soak:
    """A soak as it stands."""

    folder: Path
    plan: Plan
    done: dict[str, Done]
    superseded: list[Done] = field(default_factory=list)
    """What had come of cases that were done again."""

    @property
    def left(self) -> list[Case]:
        return [case for case in self.plan.cases if case.key not in self.done]

    @property
    def wrong(self) -> list[Case]:
        """Cases with exceptions."""
        return [case for case in self.plan.cases if _is_wrong(self.done.get(case.key))]

    def counts(self, one: Done) -> None:
        """This is what came of its case, whatever had come of it before."""
        if one.key in self.done:
            self.superseded.append(self.done[one.key])
        self.done[one.key] = one


def _is_wrong(done: Done | None) -> bool:
    return done is not None and bool(done.outcome.problems)


def begin(folder: Path, plan: Plan) -> Soak:
    """A new soak in a new folder."""
    folder.mkdir(parents=True)
    jsonfile.write_json(folder / PLAN, plan)
    return Soak(folder, plan, {})


def read(folder: Path) -> Soak:
    """The soak of a folder; UsageError where there is none, or it is damaged."""
    plan = jsonfile.read(folder / PLAN, Plan, VERSION)
    soak, path = Soak(folder, plan, {}), folder / DONE
    if path.exists():
        for line in path.read_bytes().splitlines():
            with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError):
                soak.counts(msgspec.json.decode(line, type=Done))
    return soak


def newest(folders: Path) -> Soak | None:
    """The soak that was begun last, finished or not."""
    found = sorted(path.parent for path in folders.glob(f"*/{PLAN}"))
    return read(found[-1]) if found else None


def keep(soak: Soak, done: Done) -> None:
    """A case is done: a line more, behind whatever an interrupted soak left."""
    path = soak.folder / DONE
    whole = not path.exists() or path.read_bytes()[-1:] in (b"", b"\n")
    with path.open("ab") as file:
        file.write((b"" if whole else b"\n") + msgspec.json.encode(done) + b"\n")
    soak.counts(done)


def write_summary(soak: Soak, text: str) -> Path:
    """The summary as it is now."""
    path = soak.folder / SUMMARY
    jsonfile.put(path, text.encode())
    return path


BEGIN, END = "<!-- soak: summary -->", "<!-- end of the summary -->"


def published(page: str, summary: str) -> str:
    """The page with the summary between its two marks; UsageError where it has none."""
    head, begin_, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin_ or not end:
        raise UsageError(f"the page has no {BEGIN} ... {END}; put them back")
    return f"{head}{begin_}\n\n{summary.strip()}\n\n{end}{tail}"
