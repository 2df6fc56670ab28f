"""What all tests share: Hypothesis profiles and golden data.

Golden data lives in tests/golden/ as JSON.  After a wanted change write it anew:

    pytest tests/unit --update-golden

and read the difference before committing it.
"""

from __future__ import annotations

import gc
import json
import math
import os
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis.core
import lanes
import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from bench.results.store import StoredTrial
    from bench.run.services import Services

GOLDEN = Path(__file__).parent / "golden"

# At a desk the same few examples each time, so that a red test stays red; in CI many more, new
# ones in each run, with the seed that repeats them.
settings.register_profile("desk", max_examples=15, derandomize=True, deadline=None, database=None)
settings.register_profile("ci", max_examples=50, deadline=None, database=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")

# Tests start hundreds of interpreters.  Where a container forbids bytecode on disk, each would
# compile the project anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Thousands of tests stay until the end: nobody needs to look for garbage among them.
gc.disable()

# Tests count trials, on machines that do other work.
os.environ.setdefault("PATTERNBENCH_KEEP_DISTURBED", "1")


def pytest_configure(config: pytest.Config) -> None:
    if os.environ.get("CI") and config.getoption("--hypothesis-seed", None) is None:
        seed = random.SystemRandom().getrandbits(32)
        hypothesis.core.global_force_seed = seed
        config.option.hypothesis_seed = seed  # workers get the options
    lanes.begin(os.environ.get("PYTEST_XDIST_WORKER"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if lanes.is_repeated(item.nodeid.partition("::")[0]):
            item.add_marker(pytest.mark.flaky(reruns=lanes.REPEATS))
        if item.nodeid.startswith("tests/benchmarks/"):
            item.add_marker(pytest.mark.timeout(0))  # asked for, they take minutes


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Why a test was run again; the summary of pytest names it only."""
    for report in terminalreporter.stats.get("rerun", []):
        crash = getattr(report.longrepr, "reprcrash", None)
        reason = crash.message if crash else str(report.longrepr)
        terminalreporter.write_line(f"RERUN {report.nodeid}: {reason.splitlines()[0][:200]}")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> lanes.LaneScheduling:
    return lanes.LaneScheduling(config, log)


def pytest_report_header(config: pytest.Config) -> str:
    seed = hypothesis.core.global_force_seed
    return "" if seed is None else f"repeat the examples with --hypothesis-seed={seed}"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        default=False,
        help="write tests/golden/*.json anew instead of comparing with them",
    )


def rounded(value: Any) -> Any:
    """JSON-able data with floats to 12 digits: the last bits belong to the C library."""
    if isinstance(value, float):
        return float(f"{value:.12g}") if math.isfinite(value) else str(value)
    if isinstance(value, dict):
        return {str(key): rounded(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(entry) for entry in value]
    return value


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[..., None]:
    """`golden("name", data)` compares data with tests/golden/name.json.

    With `may_grow`, keys that the file does not hold yet are let pass.
    """

    def check(name: str, data: Any, *, may_grow: bool = False) -> None:
        path = GOLDEN / f"{name}.json"
        found = rounded(data)
        if request.config.getoption("--update-golden"):
            path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
        assert path.exists(), f"{path.name} is missing; make it with --update-golden"
        expected = json.loads(path.read_text())
        if may_grow:
            found = {key: value for key, value in found.items() if key in expected}
        assert found == expected

    return check


# --- real trials, for tests/contract and tests/system ---------------------------------------


class Quiet:
    """An observer that lets a trial go on; tests derive those that disturb it."""

    def phase(self, name: str, running: Any) -> None:
        """A phase begins."""


SHARED = pytest.StashKey[list["Services"]]()
"""What runs for the files that measure one after the other: a broker is started once for them."""

SHARING = pytest.StashKey[set[Path]]()
"""The files whose tests ask for it."""


def pytest_collection_finish(session: pytest.Session) -> None:
    gc.freeze()
    gc.enable()
    session.config.stash[SHARED] = []
    session.config.stash[SHARING] = {
        item.path
        for item in session.items
        if "services" in getattr(item, "fixturenames", ())
        and lanes.measures(item.nodeid.partition("::")[0])
    }


def pytest_sessionfinish(session: pytest.Session) -> None:
    end_shared_services(session.config)


def end_shared_services(config: pytest.Config) -> None:
    shared = config.stash.get(SHARED, [])
    while shared:
        shared.pop().stop()


@pytest.fixture(scope="module", autouse=True)
def _no_services_beside_others(request: pytest.FixtureRequest) -> None:
    """A file that does not share them finds the machine without them."""
    if request.path not in request.config.stash[SHARING]:
        end_shared_services(request.config)


@pytest.fixture(scope="module")
def services(request: pytest.FixtureRequest) -> Iterator[Services]:
    """What patterns need besides themselves, each started when a test first asks for it."""
    from bench.run import runner
    from bench.run.services import Services

    shared = request.config.stash[SHARED]
    found = shared[0] if shared else Services(runner.cpu_pins(), {}, print)
    if request.path in request.config.stash[SHARING]:
        shared[:] = [found]
        yield found
    else:
        yield found
        found.stop()


@pytest.fixture
def measure(services: Services, tmp_path: Path) -> Callable[..., StoredTrial]:
    """`measure("experiment/pattern", clients=5, ...)` runs one trial in fresh processes.

    Values that the experiment's load does not have are left out; a pattern
    whose component is missing here skips the test with the remedy.
    """
    from bench import catalog
    from bench.model.errors import ComponentMissing
    from bench.model.load import parameters_of
    from bench.model.trial import Trial
    from bench.results import store
    from bench.run import runner
    from bench.run.trial import run_trial

    def run(
        pattern_id: str, observer: Any = None, workers: int = 1, seed: int = 7, **values: Any
    ) -> StoredTrial:
        (pattern,) = catalog.select([pattern_id])
        try:
            runner.without_missing([pattern], {})
        except ComponentMissing as error:
            pytest.skip(str(error))
        experiment = catalog.experiments()[pattern.experiment]
        known = {parameter.field_name for parameter in parameters_of(experiment.load).values()}
        load = experiment.load(**{name: values[name] for name in known & set(values)})
        number = len(list(tmp_path.glob("trial-*")))
        trial = Trial(number, pattern_id, {}, 1, seed, load.values())
        folder = tmp_path / f"trial-{number}"
        folder.mkdir()
        context = services.context_for(pattern, workers, trial.load)
        record = run_trial(experiment, trial, folder, context, observer or Quiet())
        return store.StoredTrial(folder, services.explain(record))

    return run
