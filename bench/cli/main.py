"""The entry point: runs a command and turns every failure into one line and a code."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
import tempfile
import traceback

import typer

from bench import cli
from bench.cli.shared import VOID, app
from bench.model.errors import ComponentMissing, TrialFailed, UsageError

USAGE, MISSING, INTERRUPTED, INTERNAL = 2, 4, 130, 70

for _found in pkgutil.iter_modules(cli.__path__):
    importlib.import_module(f"bench.cli.{_found.name}")


def application() -> typer.Typer:
    """The application with all its commands."""
    return app


def _named(error: typer.TyperException) -> str:
    """What Typer says, with the option that it says it of."""
    name = str(getattr(getattr(error, "param", None), "name", None) or "").replace("_", "-")
    text = str(error)
    return text if not name or name in text else f"{name}: {text}"


def _fail(words: str, code: int) -> int:
    print(f"bench: {' '.join(words.split())}", file=sys.stderr)
    return code


def _internal(error: BaseException) -> int:
    handle, name = tempfile.mkstemp(prefix="patternbench-", suffix=".txt")
    with os.fdopen(handle, "w") as file:
        traceback.print_exception(error, file=file)
    return _fail(
        f"a defect of patternbench ({type(error).__name__}: {error}); please report {name}",
        INTERNAL,
    )


def main() -> None:
    """The entry point: runs a command and turns every failure into one line and a code."""
    try:
        code = app(standalone_mode=False)
    except UsageError as error:
        code = _fail(str(error), USAGE)
    except ComponentMissing as error:
        code = _fail(str(error), MISSING)
    except TrialFailed as error:
        code = _fail(str(error), VOID)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except typer.TyperException as error:
        code = _fail(f"{_named(error)}; `bench --help` lists the commands", USAGE)
    except BrokenPipeError:
        code = 0
    except Exception as error:
        code = _internal(error)
    sys.exit(code if isinstance(code, int) else 0)
