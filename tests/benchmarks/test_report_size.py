"""A report over ten million samples: its time, and the memory that its process needs; and how
long the verdicts of a run of 500 trials take to open.

    pytest tests/benchmarks/test_report_size.py --benchmark-enable --benchmark-only -s

Left out of plain runs: it writes 300 MB and takes two minutes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from make_run import make_run
from pytest_benchmark.fixture import BenchmarkFixture

ROOT = Path(__file__).parents[2]
MILLIONS = 10
SHAPES: dict[str, dict[str, Any]] = {
    "16 trials": {
        "names": ["sse", "websocket"],
        "clients": [1000],
        "rates": [62.0],
        "repeats": 8,
    },
    "one trial": {"names": ["sse"], "clients": [10_000], "rates": [100.0], "repeats": 1},
    "one trial of requests": {
        "names": ["long_polling"],
        "clients": [5000],
        "rates": [100.0],
        "repeats": 1,
    },
}
"""Of ten million rows each; one trial needs the most memory."""
FIVE_HUNDRED: dict[str, Any] = {
    "names": ["short_polling", "long_polling", "sse", "websocket"],
    "clients": [5, 10, 25, 50, 100],
    "rates": [1.0, 2.0, 5.0, 10.0, 20.0],
    "repeats": 5,
}
SAY = """
import sys
from pathlib import Path
from bench.results.evaluation import evaluate
from reports import page
page.write(evaluate(Path(sys.argv[1])))
status = Path("/proc/self/status").read_text()
print(1024 * int(status.partition("VmHWM:")[2].split()[0]))
"""
"""Not `ru_maxrss`: a child begins with that of the process that started it, which made the run."""


@pytest.fixture(autouse=True)
def _on_request(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--benchmark-enable"):
        pytest.skip("only with --benchmark-enable: it takes two minutes")


@pytest.mark.parametrize("shape", SHAPES)
def test_a_report_over_ten_million_samples(
    benchmark: BenchmarkFixture, tmp_path: Path, shape: str
) -> None:
    run = make_run(tmp_path / "run", spoil=False, duration_s=10.0, **SHAPES[shape])

    def report() -> int:
        command = [sys.executable, "-c", SAY, str(run)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
        return int(done.stdout)

    peak_bytes = benchmark.pedantic(report, rounds=1, iterations=1)
    rows = sum(
        json.loads((trial / "trial.json").read_text())["counted"]
        for trial in (run / "trials").iterdir()
    )
    benchmark.extra_info.update(rows=rows, peak_gb=round(peak_bytes / 1e9, 2))
    print(f"{rows:,} rows, peak {peak_bytes / 1e9:.2f} GB")
    assert rows >= 0.95 * MILLIONS * 1e6
    assert peak_bytes < 2e9


def test_the_verdicts_of_500_trials(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", spoil=False, duration_s=4.0, **FIVE_HUNDRED)
    command = [sys.executable, "-m", "bench", "claims", str(run)]

    def claims() -> None:
        subprocess.run(command, capture_output=True, cwd=ROOT, check=True)

    claims()  # evaluates it, as the end of a run does
    benchmark.pedantic(claims, rounds=3, iterations=1)
