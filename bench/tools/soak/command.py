"""The command: begin a soak, go on with it, put its summary on the page of the docs.

`make soak` is this without options.  Must not know any part.
"""

from __future__ import annotations

import argparse
import datetime
import random
import signal
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from bench import catalog
from bench.model.errors import UsageError
from bench.tools import soak as package
from bench.tools.soak import lanes, parts, soaking, state
from bench.tools.soak.case import Case, Options

PAGE = Path("docs") / "soak.md"
USAGE, INTERRUPTED = 2, 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.tools.soak", description=package.__doc__)
    parser.add_argument("--folder", type=Path, help="of all soaks (default results/soak)")
    parser.add_argument("--new", action="store_true", help="begin another, whatever is left")
    parser.add_argument("--part", action="append", default=[], help="only this part; repeatable")
    parser.add_argument("--seed", type=int, help="of everything that is drawn")
    parser.add_argument("--moments", type=int, help="of each kind of kill (default 50)")
    parser.add_argument("--fuzz-cases", type=int, help="of each kind (default 10000)")
    parser.add_argument("--crowd-clients", type=int, help="default 10000")
    parser.add_argument("--crowd-s", type=float, help="how long the crowd stays (default 3600)")
    parser.add_argument("--lanes", type=int, help="cases that run side by side (default 3)")
    parser.add_argument("--again", metavar="KEY", help="do one case again; keeps nothing")
    parser.add_argument("--redo", action="store_true", help="do cases with exceptions again")
    parser.add_argument("--publish", action="store_true", help=f"put the summary into {PAGE}")
    parser.add_argument("--case", type=Path, help=argparse.SUPPRESS)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    given = _parser().parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell's background ignores interrupts
        signal.signal(number, signal.default_int_handler)
    try:
        if given.case is not None:
            lanes.inside(given.case)
            return 0
        folders = given.folder or soaking.FOLDER
        if given.again:
            return _again(given.again, folders)
        if given.publish:
            return _publish(folders)
        return _redo(folders) if given.redo else _soak(given, folders)
    except UsageError as error:
        print(f"soak: {error}", file=sys.stderr)
        return USAGE


def _newest(folders: Path) -> state.Soak:
    found = state.newest(folders)
    if found is None:
        raise UsageError(f"{folders}: no soak is there; begin one with `make soak`")
    return found


def _again(key: str, folders: Path) -> int:
    soak = _newest(folders)
    cases = {case.key: case for case in soak.plan.cases}
    if key not in cases:
        raise UsageError(
            f"--again {key}: no case of {soak.folder}; {soak.folder}/plan.json has all"
        )
    outcome = soaking.once_more(soak, cases[key])
    _say(f"{key} {cases[key].text}: {outcome.status}")
    for line in (*outcome.problems, outcome.said, *map(str, outcome.facts.items())):
        _say(f"  {line}")
    return 1 if outcome.problems else 0


def _publish(folders: Path) -> int:
    found = _newest(folders)
    page = catalog.ROOT / PAGE
    text = (found.folder / state.SUMMARY).read_text(encoding="utf-8")
    page.write_text(state.published(page.read_text(encoding="utf-8"), text), encoding="utf-8")
    print(f"{PAGE}: written from {found.folder / state.SUMMARY}")
    return 0


def _soak(given: argparse.Namespace, folders: Path) -> int:
    soak = None if given.new else state.newest(folders)
    if soak is None or not soak.left:
        name = f"{datetime.datetime.now():%Y-%m-%dT%H-%M-%S}"
        soak = soaking.begin(folders / name, options(given), _known(given.part))
        _say(f"{len(soak.plan.cases)} cases, in {soak.folder}")
    else:
        _refuse_other(given, soak)
        _say(f"{len(soak.done)} of {len(soak.plan.cases)} cases are done, in {soak.folder}")
    return _done(soak, soak.left)


def _redo(folders: Path) -> int:
    soak = _newest(folders)
    _say(f"{len(soak.wrong)} cases have exceptions, in {soak.folder}")
    return _done(soak, soak.wrong)


def _done(soak: state.Soak, cases: Sequence[Case]) -> int:
    try:
        path = soaking.go_on(soak, cases, _say)
    except KeyboardInterrupt:
        _say(f"interrupted; {len(soak.done)} cases are kept; the same command goes on from there")
        return INTERRUPTED
    _say(f"{len(soak.done)} cases, {len(soak.wrong)} with exceptions: {path}")
    return 1 if soak.wrong else 0


def _say(text: str) -> None:
    print(text, flush=True)


def _known(names: Sequence[str]) -> tuple[str, ...]:
    """The parts of these names; UsageError where there is none of a name."""
    for name in names:
        if name not in parts.parts():
            raise UsageError(f"--part {name}: there is {', '.join(parts.parts())}")
    return tuple(names)


def _asked(given: argparse.Namespace) -> dict[str, float]:
    names = [one.name for one in fields(Options)]
    return {name: value for name in names if (value := getattr(given, name)) is not None}


def options(given: argparse.Namespace) -> Options:
    """What is asked for, with a seed of its own where none is named; UsageError where it is odd."""
    asked = {"seed": random.SystemRandom().getrandbits(32), **_asked(given)}
    for name, value in asked.items():
        if value < (0 if name == "seed" else 1):
            raise UsageError(f"--{name.replace('_', '-')} {value:g}: must be at least 1")
    return Options(**asked)  # type: ignore[arg-type]


def _refuse_other(given: argparse.Namespace, soak: state.Soak) -> None:
    """A soak that is under way has its options; UsageError where others are named."""
    for name, value in _asked(given).items():
        if (begun := getattr(soak.plan.options, name)) != value:
            raise UsageError(
                f"--{name.replace('_', '-')} {value}: {soak.folder} was begun with {begun}; leave "
                "it out, or begin another with --new"
            )
    if given.part and set(given.part) != {case.part for case in soak.plan.cases}:
        raise UsageError(f"--part {given.part[0]}: {soak.folder} has other parts; add --new")
