"""Does the cases of a soak one after the other, keeps what came of each, and can be interrupted.

A case whose part needs namespaces of its own runs in a process of its own.  Must not know any
part.
"""

from __future__ import annotations

import datetime
import os
import shutil
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec

from bench import catalog
from bench.lab import components
from bench.results import environment
from bench.tools.soak import parts, state
from bench.tools.soak.case import Candidate, Case, Done, Options, Outcome
from bench.tools.soak.harness import before_exec, end, marked
from bench.tools.soak.summary import summary

FOLDER = Path("results") / "soak"
SCRATCH = "under-way"
"""Below a soak's folder: the case that is being done."""

OUTCOME = "outcome.json"
APART_WITHIN_S = 3600.0
REFUSED = ("Operation not permitted", "Permission denied", "No such file", "No space left")
"""What `unshare` says where this user may not, or this kernel cannot."""


def now() -> str:
    return datetime.datetime.now().astimezone().isoformat(timespec="seconds")


def candidates() -> list[Candidate]:
    """The patterns that this machine can measure, but those that stand for a user's server."""
    absent = {name for name in catalog.components() if components.missing(name)}
    return [
        Candidate(one.id, name, bool(one.services), bool(one.proxies))
        for name in catalog.experiments()
        for one in catalog.patterns(name).values()
        if not one.stands_for and not absent & set(one.requires)
    ]


def begin(folder: Path, options: Options, only: tuple[str, ...]) -> state.Soak:
    """A new soak with its plan."""
    cases = parts.planned(options, candidates(), only)
    machine = {name: value for name, value in environment.facts().items() if name != "host"}
    return state.begin(folder, state.Plan(state.VERSION, now(), options, cases, machine))


def go_on(soak: state.Soak, says: Callable[[str], None]) -> Path:
    """Do what is left; KeyboardInterrupt passes through when nothing of the case runs any more."""
    path = write(soak)
    commit = str(environment.facts()["commit"])
    for case in soak.left:
        began = time.monotonic()
        outcome = one_case(case, soak.folder.resolve() / SCRATCH)
        seconds = time.monotonic() - began
        done = Done(case.key, case.text, outcome, round(seconds, 1), commit, now())
        state.keep(soak, done)
        path = write(soak)
        rest = "".join(f"; {line}" for line in [*outcome.problems, outcome.said] if line)
        place = f"{len(soak.done)} of {len(soak.plan.cases)}"
        says(f"{place}: {case.key} {case.text}: {outcome.status} ({seconds:.0f} s){rest}")
    return path


def write(soak: state.Soak) -> Path:
    """The summary as it is now."""
    titles = {name: part.TITLE for name, part in parts.parts().items()}
    plan = soak.plan
    text = summary(plan.begun, plan.options, plan.machine, plan.cases, soak.done, titles)
    return state.write_summary(soak, text)


def one_case(case: Case, place: Path) -> Outcome:
    """One case in an empty folder, which is removed again."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    try:
        spaces = parts.namespaces_of(case.part)
        return without_paths(apart(case, place, spaces) if spaces else here(case, place), place)
    finally:
        end(marked(case.key, place))
        shutil.rmtree(place, ignore_errors=True)


def without_paths(outcome: Outcome, place: Path) -> Outcome:
    """The same without the folder in which it was tried: a summary may be published."""

    def short(text: str) -> str:
        return text.replace(f"{place}/", "").replace(f"{catalog.ROOT}/", "")

    problems = [short(line) for line in outcome.problems]
    return replace(outcome, problems=problems, said=short(outcome.said))


def here(case: Case, place: Path) -> Outcome:
    """In this process; what goes wrong with the soak itself is a problem too."""
    try:
        return parts.parts()[case.part].run(case, place)
    except Exception as error:
        return _broken(f"{type(error).__name__}: {error}; {_place_of(error)}")


def _place_of(error: BaseException) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name} line {last.lineno}"


def _broken(words: str) -> Outcome:
    return Outcome("wrong", [f"the case itself broke: {' '.join(words.split())}"])


def apart(case: Case, place: Path, spaces: tuple[str, ...]) -> Outcome:
    """In a process of its own, in its own namespaces."""
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    asked, answer = place / "case.json", place / OUTCOME
    asked.write_bytes(msgspec.json.encode(case))
    words = [sys.executable, "-m", "bench.tools.soak", "--case", str(asked)]
    try:
        child = subprocess.Popen(
            ["unshare", *user, *spaces, "--fork", "--kill-child", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd=catalog.ROOT,
            start_new_session=True,
            preexec_fn=before_exec,  # noqa: PLW1509 - no thread of ours holds a lock
        )
    except FileNotFoundError:
        return Outcome("not measured", said="unshare (util-linux) is missing")
    try:
        _, said = child.communicate(timeout=APART_WITHIN_S)
    except subprocess.TimeoutExpired:
        return Outcome("wrong", ["it did not end in time"])
    finally:
        child.kill()
        child.wait()
    if answer.exists():
        return msgspec.json.decode(answer.read_bytes(), type=Outcome)
    last = (said.strip().splitlines() or [f"exit {child.returncode}"])[-1]
    if last.startswith("unshare:") and any(word in last for word in REFUSED):
        return Outcome("not measured", said=last)
    return _broken(last)


def inside(asked: Path) -> None:
    """The other end of `apart`."""
    case = msgspec.json.decode(asked.read_bytes(), type=Case)
    outcome = here(case, asked.parent)
    (asked.parent / OUTCOME).write_bytes(msgspec.json.encode(outcome))
