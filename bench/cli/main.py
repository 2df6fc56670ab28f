"""The entry point: runs a command and turns every failure into one line and a code."""

from __future__ import annotations

import errno
import importlib
import os
import pkgutil
import shlex
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import typer

from bench import __version__, cli
from bench.cli import wrong_words
from bench.cli.shared import VOID, app
from bench.lab.sweep import sweep, sweep_own
from bench.model.errors import ComponentMissing, TrialFailed, UsageError

USAGE, MISSING, INTERRUPTED, INTERNAL = 2, 4, 130, 70

OF_THE_DISK = {
    *(errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EIO),
    *(errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG),
}
"""What a file system may answer to a correct program."""

FULL = {errno.ENOSPC, errno.EDQUOT}
"""A write that is refused names no file, as opening one does."""

ENDING = (signal.SIGINT, signal.SIGTERM)

for _found in pkgutil.iter_modules(cli.__path__):
    importlib.import_module(f"bench.cli.{_found.name}")


def application() -> typer.Typer:
    """The application with all its commands."""
    return app


def _fail(words: str, code: int) -> int:
    print(f"bench: {' '.join(words.split())}", file=sys.stderr)
    return code


def _is_of_the_disk(error: OSError) -> bool:
    return error.errno in FULL or (error.filename is not None and error.errno in OF_THE_DISK)


def _disk(error: OSError) -> str:
    if error.filename is None:
        return f"{os.strerror(error.errno or 0)}, for results or temporary files; make room there"
    return f"{error.filename}: {error.strerror}; check the folder and the disk"


def _internal(error: BaseException) -> int:
    place = defect_file()
    named = f"please report {place}" if _write_defect(place, error) else "please report it"
    return _fail(
        f"a defect in patternbench ({type(error).__name__}: {error}); {named}",
        INTERNAL,
    )


def defect_file() -> Path:
    """Where the latest defect is described: one file, which the next one overwrites."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "patternbench" / "defect.txt"


def _write_defect(place: Path, error: BaseException) -> bool:
    """Describe the defect; whether that could be done."""
    words = f"patternbench {__version__}: {shlex.join(sys.argv)}\n"
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(words + "".join(traceback.format_exception(error)), encoding="utf-8")
    except OSError:
        return False
    return True


@contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C and SIGTERM both end a command in good order, also where they were ignored."""

    def interrupt(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    previous = {number: signal.signal(number, interrupt) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def main() -> None:
    """The entry point: runs a command and turns every failure into one line and a code."""
    with interruptible():
        try:
            code = _run()
        finally:
            sweep_own()
        sys.exit(code)


@cache
def _command() -> Callable[..., Any]:
    """All commands with their options, put together once in a process."""
    return typer.main.get_command(app)


def _run() -> int:
    try:
        sweep()
        code = _command()(standalone_mode=False)
    except UsageError as error:
        code = _fail(str(error), USAGE)
    except ComponentMissing as error:
        code = _fail(str(error), MISSING)
    except TrialFailed as error:
        code = _fail(str(error), VOID)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except typer.TyperException as error:
        code = _fail(wrong_words.remedied(error), USAGE)
    except BrokenPipeError:
        code = 0
    except OSError as error:
        code = _fail(_disk(error), USAGE) if _is_of_the_disk(error) else _internal(error)
    except Exception as error:
        code = _internal(error)
    return code if isinstance(code, int) else 0
