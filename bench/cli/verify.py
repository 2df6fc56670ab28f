"""The command that checks whether results are what was recorded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.screen import say
from bench.cli.shared import app
from bench.model.errors import UsageError

if TYPE_CHECKING:
    from bench.results import verify

DAMAGED = 2
"""Exit code of a run with a file that is not as it was recorded."""

Runs = Annotated[list[Path], typer.Argument(metavar="RUN", help="folders of results/")]


@app.command("verify")
def verify_runs(runs: Runs) -> None:
    """Check that every file of a run is as recorded; exit 2 if one is not."""
    from bench.results import verify  # noqa: PLC0415 - other commands do without

    damaged = False
    for run in runs:
        try:
            found = verify.verify(run)
        except UsageError as error:
            found = verify.Verified((str(error),), 0, 0, True)
        damaged |= bool(found.problems)
        for line in found.problems or (_good(run, found),):
            say(line, hang=2)
    if damaged:
        raise typer.Exit(DAMAGED)


def _good(run: Path, found: verify.Verified) -> str:
    counted = f"{found.files} files of {found.trials} trials"
    if not found.has_digests:
        return f"{run}: {counted} can be read; it was made before digests were recorded"
    return f"{run}: {counted} as recorded"
