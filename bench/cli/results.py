"""Commands on results that are there: report."""

from __future__ import annotations

from bench.cli.shared import ExportJson, RunFolder, app, write_report


@app.command()
def report(run: RunFolder, export_json: ExportJson = None) -> None:
    """Write a run's report again and print its answer."""
    write_report(run, export_json)
