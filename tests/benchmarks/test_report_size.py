"""A report over ten million samples: its time, and the memory that its process needs.

    pytest tests/benchmarks/test_report_size.py --benchmark-enable --benchmark-only -s

Left out of plain runs: it writes 200 MB and takes half a minute.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from make_run import make_run
from pytest_benchmark.fixture import BenchmarkFixture

ROOT = Path(__file__).parents[2]
MILLIONS = 10
SAY = """
import json, resource, sys
from pathlib import Path
from bench.results.evaluation import evaluate
from reports import page
page.write(evaluate(Path(sys.argv[1])))
print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024))
"""


def test_a_report_over_ten_million_samples(
    benchmark: BenchmarkFixture, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if not request.config.getoption("--benchmark-enable"):
        pytest.skip("only with --benchmark-enable: it takes half a minute")
    # 16 trials x 1,000 clients x 620 events: deliveries, ticks and connects.
    run = make_run(
        tmp_path / "run",
        names=["sse", "websocket"],
        clients=[1000],
        rates=[62.0],
        repeats=8,
        spoil=False,
        duration_s=10.0,
    )

    def report() -> int:
        command = [sys.executable, "-c", SAY, str(run)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
        return int(json.loads(done.stdout))

    peak_bytes = benchmark.pedantic(report, rounds=1, iterations=1)
    rows = sum(
        json.loads((trial / "trial.json").read_text())["counted"]
        for trial in (run / "trials").iterdir()
    )
    benchmark.extra_info.update(rows=rows, peak_gb=round(peak_bytes / 1e9, 2))
    print(f"{rows:,} rows, peak {peak_bytes / 1e9:.2f} GB")
    assert rows >= 0.95 * MILLIONS * 1e6
    assert peak_bytes < 2e9
