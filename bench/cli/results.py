"""Commands on results that are there: report."""

from __future__ import annotations

from bench.cli.shared import RunFolder, app, write_report


@app.command()
def report(run: RunFolder) -> None:
    """Write a run's report again and print its answer."""
    write_report(run)
