"""Files that users write or hand on: plans, workloads, results.  Read, or refused in one line.

Whole commands on damaged results are in tests/system/test_damaged_results.py; here only what
reads a file, which is fast enough for thousands.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from fuzz_cases import each_case, mutated
from store_builders import a_record, a_run, put

from bench import catalog
from bench.model import samples
from bench.model.errors import UsageError
from bench.model.ownserver import reading
from bench.model.readings import Reading
from bench.model.records import MeterRow, RunFile, TrialFile
from bench.plan.trials import loads_of
from bench.plan.workload import advice_of, workload_of
from bench.results import digests, jsonfile, parquet, store
from bench.run import planfile, workloadfile

SOAK = {"FUZZ_CASES": "{fuzz_cases}", "FUZZ_SEED": "{seed}"}

EXPERIMENTS = catalog.experiments()
ADVISED = next(name for name, one in EXPERIMENTS.items() if one.advice is not None)

PLANS = [
    (
        b'patterns = ["notifications"]\nrepeats = 2\nseed = 7\n[load]\nclients = [10, 100]\n'
        b'event_rate = "5/s"\nrtt = "50ms"\nfault = ["server:stop@50%,for=1s"]\n'
    ),
    (
        b"patterns = ['notifications/sse', \"notifications/websocket\"]\nworkers = 1\n"
        b'load = { link = "emulated", duration = 2.5, payload = 0x40 }\n'
    ),
]
TOML = [
    *(b"[", b"]]", b"[" * 3000, b"{a={" * 900, b"a.b.c = 1\n", b'"""', b"1979-05-27", b"inf"),
    *(
        b"nan",
        b"0x" + b"f" * 5000,
        b"= true\n",
        b"\n[load]\n",
        b"\xff",
        b"\\u0000",
        b"-1",
        b"1e400",
    ),
]
WORKLOADS = [
    f'experiment = "{ADVISED}"\nclients = 500\nduration = "10s"\nprefer = "cpu"\n'.encode(),
    f'experiment = "{ADVISED}"\nrtt = "50ms"\nevent_rate = 5\nproxy = "none"\n'.encode(),
]


def refused_in_one_line(act: Callable[[], object]) -> None:
    try:
        act()
    except UsageError as error:
        words = str(error)
        assert words.strip()
        assert "\n" not in words


def test_plans(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"

    def act() -> None:
        found = planfile.read(path)
        loads_of(EXPERIMENTS["notifications"], found.settings, measures=False)

    def check(dice: random.Random) -> None:
        path.write_bytes(mutated(dice, PLANS, TOML))
        refused_in_one_line(act)

    each_case("plan", check)


def test_workloads(tmp_path: Path) -> None:
    path = tmp_path / "workload.toml"

    def act() -> None:
        name, texts = workloadfile.read(path)
        experiment = EXPERIMENTS.get(name)
        if experiment is not None:
            workload_of(experiment, advice_of(experiment, EXPERIMENTS), texts)

    def check(dice: random.Random) -> None:
        path.write_bytes(mutated(dice, WORKLOADS, TOML))
        refused_in_one_line(act)

    each_case("workload", check)


OWN = [
    path.read_bytes()
    for path in sorted((Path(__file__).resolve().parents[2]).rglob("*.toml"))
    if b"[subscribe]" in path.read_bytes() and ".venv" not in path.parts
] or [
    b'[subscribe]\nurl = "http://{host}:{port}/events"\n[publish]\nurl = "http://{host}:{port}/p"\n'
]


def test_descriptions_of_own_servers() -> None:
    def check(dice: random.Random) -> None:
        text = mutated(dice, OWN, TOML).decode(errors="replace")
        refused_in_one_line(lambda: reading.read(text))

    each_case("own server", check)


JSON = [
    b"[" * 3000,
    b'{"a":' * 2000,
    b"null",
    b"{}",
    b'"\\ud800"',
    b"1e400",
    b"-0",
    b"true",
    b"\xff",
]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results") / "run"
    store.create_run(folder, a_run())
    put(folder, a_record())
    return folder


def test_typed_files_of_results(run: Path, tmp_path: Path) -> None:
    (trial,) = store.trial_files(run)
    kinds = (
        (run / "run.json", RunFile),
        (trial, TrialFile),
        (run / digests.NAME, digests.DigestsFile),
    )
    path = tmp_path / "some.json"

    def check(dice: random.Random) -> None:
        original, kind = dice.choice(kinds)
        path.write_bytes(mutated(dice, [original.read_bytes()], JSON))
        refused_in_one_line(lambda: jsonfile.read(path, kind, store.VERSION))

    each_case("results json", check)


def test_raw_rows_of_results(tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.parquet" for name in ("samples", "events", "meters")]
    parquet.write_samples(files[0], np.zeros(20, samples.DTYPE), ["connect", "delivery"])
    parquet.write_events(files[1], np.ones(20, samples.EVENT_DTYPE))
    parquet.write_meters(files[2], [MeterRow("server", "t0", Reading(1, 2, 3, 4), "server")] * 20)
    readers: dict[str, Callable[[Path], object]] = {
        "samples": lambda one: parquet.read_samples(one, ["connect", "delivery"]),
        "events": parquet.read_events,
        "meters": parquet.read_meters,
    }
    for file in files:
        readers[file.stem](file)
    path = tmp_path / "some.parquet"

    def check(dice: random.Random) -> None:
        original = dice.choice(files)
        path.write_bytes(mutated(dice, [original.read_bytes()]))
        refused_in_one_line(lambda: readers[original.stem](path))

    each_case("parquet", check)
