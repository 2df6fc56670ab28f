"""Commands on results that are there: report."""

from __future__ import annotations

from bench.cli.answers import write_report
from bench.cli.shared import ExportJson, Open, RunFolder, app


@app.command()
def report(run: RunFolder, export_json: ExportJson = None, open_page: Open = False) -> None:
    """Write a run's report again and print its answer."""
    write_report(run, export_json=export_json, opens=open_page)
