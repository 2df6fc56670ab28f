"""One value, one meaning, from end to end: the tables of a run that was really measured."""

from __future__ import annotations

import json
from pathlib import Path

from system_builders import TINY, run_here
from value_order import STEPS, out_of_order, summary_out_of_order

PATTERNS = ("notifications/sse", "notifications/short_polling")
KEYS = [f"latency_{step}" for step in STEPS]


def test_the_tables_of_a_real_run_are_in_order(tmp_path: Path) -> None:
    tiny = [word.replace("event_rate=20/s", "event_rate=200/s") for word in TINY]
    ran = run_here(
        "run", *PATTERNS, *tiny, "--repeats", "2", "--no-calibration", "--results", str(tmp_path)
    )
    assert ran.returncode == 0, ran.stderr
    (run,) = tmp_path.iterdir()
    assert summary_out_of_order(run / "report" / "summary.csv") == []
    chosen = [word for key in KEYS for word in ("--metric", key)]
    compared = run_here("compare", str(run), str(run), *chosen, "--format", "json")
    rows = json.loads(compared.stdout)["rows"]
    assert {row["pattern"] for row in rows} == {"sse", "short_polling"}
    for pattern in ("sse", "short_polling"):
        values = [
            (row["metric"], row["a"]["value"])
            for row in rows
            if row["pattern"] == pattern and row["a"]["value"] is not None
        ]
        assert len(values) > 2
        assert out_of_order(values) == []
