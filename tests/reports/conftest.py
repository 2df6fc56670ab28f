"""A synthetic run, made and evaluated once for all tests of the reports."""

from __future__ import annotations

from pathlib import Path

import pytest
from make_run import make_run

from bench.analysis.evaluated import Evaluated, ExperimentResult
from bench.model.load import public_name
from bench.results.evaluation import evaluate
from reports import figures


@pytest.fixture
def no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """A report's words and tables alone: to draw and save its figures takes ten seconds."""
    monkeypatch.setattr(figures, "kinds", list)


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five patterns at one level, three repeats; one trial failed, one void, one doubtful."""
    return make_run(tmp_path_factory.mktemp("results") / "one")


@pytest.fixture(scope="session")
def run(run_folder: Path) -> Evaluated:
    return evaluate(run_folder)


@pytest.fixture(scope="session")
def result(run: Evaluated) -> ExperimentResult:
    return run.experiments[0]


@pytest.fixture(scope="session")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Evaluated:
    """Two patterns at three levels; the levels are not in order in the plan."""
    folder = tmp_path_factory.mktemp("results") / "swept"
    names = ("short_polling", "sse")
    settings = {"duration_s": 1.0, "poll_interval_s": 0.5}
    return evaluate(
        make_run(folder, names=names, clients=(8, 4, 12), repeats=2, spoil=False, **settings)
    )


@pytest.fixture(scope="session")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Evaluated:
    """Two patterns at one level whose load takes many words to say."""
    folder = tmp_path_factory.mktemp("results") / "crowded"
    settings = {
        "duration_s": 1.0,
        "poll_interval_s": 0.25,
        "long_poll_timeout_s": 12.5,
        "keep_alive_s": 12.5,
        "payload_bytes": 350,
        "schedule": "constant",
    }
    names = ("short_polling", "sse")
    named = [public_name(name) for name in settings]
    return evaluate(make_run(folder, names=names, repeats=2, spoil=False, named=named, **settings))


@pytest.fixture(scope="session")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Evaluated:
    """Two patterns at levels that speak of different parameters, as those of claims."""
    folder = tmp_path_factory.mktemp("results") / "apart"
    sweeps = {"clients": (8, 4), "rates": (6.0, 12.0), "is_grid": False}
    names = ("short_polling", "sse")
    settings = {"duration_s": 1.0, "poll_interval_s": 0.5}
    return evaluate(make_run(folder, names=names, repeats=2, spoil=False, **sweeps, **settings))
