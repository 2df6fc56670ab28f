"""Several cases of a soak at once, each in a process and a folder of its own.

A case that needs namespaces of its own gets them with its process.  Must not know any part, nor
what is kept of a case.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
import traceback
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from bench import catalog
from bench.tools.soak import parts
from bench.tools.soak.case import Case, Outcome
from bench.tools.soak.harness import POLL_S, before_exec, end, marked

ASKED, OUTCOME, SAID = "case.json", "outcome.json", "case.txt"
WITHIN_S = 6 * 3600.0
REFUSED = ("Operation not permitted", "Permission denied", "No such file", "No space left")
"""What `unshare` says where this user may not, or this kernel cannot."""


@dataclass
class Lane:
    """A case that is being done, in `place`."""

    case: Case
    place: Path
    process: subprocess.Popen[bytes]
    began: float

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    @property
    def over(self) -> bool:
        return self.process.poll() is not None or self.seconds > WITHIN_S

    def outcome(self) -> Outcome:
        """What came of it; call it where it is over."""
        answer = self.place / OUTCOME
        if self.process.poll() is None:
            return Outcome("wrong", ["it did not end in time"])
        if answer.exists():
            return without_paths(msgspec.json.decode(answer.read_bytes(), type=Outcome), self.place)
        said = (self.place / SAID).read_text(errors="replace").strip().splitlines()
        last = (said or [f"exit {self.process.returncode}"])[-1]
        if last.startswith("unshare:") and any(word in last for word in REFUSED):
            return Outcome("not measured", said=last)
        return broken(last)

    def clear(self) -> None:
        """Nothing of it runs, and its folder is gone."""
        self.process.kill()
        self.process.wait()
        end(marked(self.place))
        shutil.rmtree(self.place, ignore_errors=True)


def begin(case: Case, scratch: Path) -> Lane | Outcome:
    """A case in an empty folder below `scratch`; its outcome where it cannot begin."""
    place = scratch / case.key
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    (place / ASKED).write_bytes(msgspec.json.encode(case))
    words = [sys.executable, "-m", "bench.tools.soak", "--case", str(place / ASKED)]
    spaces = parts.namespaces_of(case.part)
    if spaces:
        user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        words = ["unshare", *user, *spaces, "--fork", "--kill-child", *words]
    try:
        with (place / SAID).open("wb") as said:
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                cwd=catalog.ROOT,
                start_new_session=True,
                preexec_fn=before_exec,  # noqa: PLW1509 - no thread of ours holds a lock
            )
    except FileNotFoundError:
        shutil.rmtree(place, ignore_errors=True)
        return Outcome("not measured", said="unshare (util-linux) is missing")
    return Lane(case, place, process, time.monotonic())


def done(
    cases: Sequence[Case], scratch: Path, lanes: int
) -> Generator[tuple[Case, Outcome, float]]:
    """Each case with what came of it and its seconds, as they end.

    Who stops listening ends those under way; they leave nothing.
    """
    waiting, under_way = list(cases), list[Lane]()
    try:
        while waiting or under_way:
            while waiting and len(under_way) < lanes:
                case = waiting.pop(0)
                lane = begin(case, scratch)
                if isinstance(lane, Outcome):
                    yield case, lane, 0.0
                else:
                    under_way.append(lane)
            time.sleep(POLL_S)
            for lane in [one for one in under_way if one.over]:
                outcome, seconds = lane.outcome(), lane.seconds
                lane.clear()
                under_way.remove(lane)
                yield lane.case, outcome, seconds
    finally:
        for lane in under_way:
            lane.clear()
        with contextlib.suppress(OSError):
            shutil.rmtree(scratch)


def without_paths(outcome: Outcome, place: Path) -> Outcome:
    """The same without the folder in which it was tried: a summary may be published."""

    def short(text: str) -> str:
        return text.replace(f"{place}/", "").replace(f"{catalog.ROOT}/", "")

    problems = [short(line) for line in outcome.problems]
    return replace(outcome, problems=problems, said=short(outcome.said))


def broken(words: str) -> Outcome:
    """What goes wrong with the soak itself is a problem too."""
    return Outcome("wrong", [f"the case itself broke: {' '.join(words.split())}"])


def inside(asked: Path) -> None:
    """The other end: one case, in the process that `begin` made for it."""
    case = msgspec.json.decode(asked.read_bytes(), type=Case)
    try:
        outcome = parts.parts()[case.part].run(case, asked.parent)
    except Exception as error:
        outcome = broken(f"{type(error).__name__}: {error}; {_place_of(error)}")
    (asked.parent / OUTCOME).write_bytes(msgspec.json.encode(outcome))


def _place_of(error: BaseException) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name} line {last.lineno}"
