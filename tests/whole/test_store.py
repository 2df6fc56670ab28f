"""results/ on disk: what is written is what is read, and nothing half-written counts."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_builders import a_record, a_run, put
from unit_builders import OPERATIONS, SECOND, events, reading, row, table, trial

from bench.model import samples
from bench.model.errors import UsageError
from bench.model.readings import Reading, Wire
from bench.model.records import MeterRow, RunFile, TrialFile
from bench.results import jsonfile, parquet, store

int64 = st.integers(-(2**63), 2**63 - 1)
uint32 = st.integers(0, 2**32 - 1)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all examples of a property; each overwrites the file before it."""
    return tmp_path_factory.mktemp("store")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    store.create_run(folder, a_run())
    return folder


# --- round trips -------------------------------------------------------------------


sample = st.tuples(
    st.integers(0, len(OPERATIONS) - 1),
    st.integers(0, 2),
    st.just(0),
    uint32,
    *[int64] * 5,
    *[uint32] * 2,
)


@settings(max_examples=8)
@given(st.lists(sample, max_size=5))
def test_any_rows_come_back_to_the_nanosecond(
    scratch: Path, entries: list[tuple[int, ...]]
) -> None:
    rows = np.array(entries, samples.DTYPE)
    path = scratch / "samples.parquet"
    parquet.write_samples(path, rows, OPERATIONS)
    assert np.array_equal(parquet.read_samples(path, OPERATIONS), rows)


ORIGIN = parquet.Origin(7, "notifications", "sse", "clients=4", 2, 10, 20)


def test_rows_say_of_which_trial_they_are_and_are_read_without_it(tmp_path: Path) -> None:
    rows = table([row(intended_ns=time) for time in (9, 10, 19, 20)])
    path = tmp_path / "samples.parquet"
    parquet.write_samples(path, rows, OPERATIONS, origin=ORIGIN)
    assert np.array_equal(parquet.read_samples(path, OPERATIONS), rows)
    stored = pq.read_table(path, partitioning=None).to_pandas()
    assert tuple(stored.columns)[: len(parquet.ORIGIN)] == parquet.ORIGIN
    assert stored["in_window"].tolist() == [False, True, True, False]
    head = stored[["trial", "experiment", "pattern", "level", "repeat"]].drop_duplicates()
    assert head.to_numpy().tolist() == [[7, "notifications", "sse", "clients=4", 2]]


def test_events_and_meters_say_it_too(tmp_path: Path) -> None:
    published, meters = events((-1, 1, 15, 16)), [MeterRow("server", "t0", reading(10, 0, 1))]
    parquet.write_events(tmp_path / "e", published, ORIGIN)
    parquet.write_meters(tmp_path / "m", meters, ORIGIN)
    assert np.array_equal(parquet.read_events(tmp_path / "e"), published)
    assert [one.reading for one in parquet.read_meters(tmp_path / "m")] == [meters[0].reading]
    for name in ("e", "m"):
        stored = pq.read_table(tmp_path / name).to_pandas()
        assert stored[["trial", "pattern", "in_window"]].to_numpy().tolist() == [[7, "sse", True]]


def test_what_rows_say_of_their_trial_costs_next_to_nothing(tmp_path: Path) -> None:
    rows = np.zeros(20_000, samples.DTYPE)
    rows["intended_ns"] = np.arange(20_000)
    rows["done_ns"] = np.random.default_rng(1).integers(0, 10**9, 20_000)
    sizes = []
    for origin in (None, ORIGIN):
        parquet.write_samples(tmp_path / "s", rows, OPERATIONS, origin=origin)
        sizes.append((tmp_path / "s").stat().st_size)
    assert sizes[1] < 1.05 * sizes[0]


@settings(max_examples=8)
@given(st.lists(st.tuples(*[int64] * 4), max_size=5))
def test_any_events_come_back(scratch: Path, entries: list[tuple[int, ...]]) -> None:
    published = np.array(entries, samples.EVENT_DTYPE)
    path = scratch / "events.parquet"
    parquet.write_events(path, published)
    assert np.array_equal(parquet.read_events(path), published)


@settings(max_examples=8)
@given(
    st.lists(
        st.builds(
            MeterRow,
            st.sampled_from(["server", "generator"]),
            st.sampled_from(["", "idle", "t0", "t1"]),
            st.builds(Reading, int64, int64, int64, int64),
            st.sampled_from(["server", "worker.1"]),
        ),
        max_size=4,
    )
)
def test_any_meters_come_back(scratch: Path, rows: list[MeterRow]) -> None:
    parquet.write_meters(scratch / "meters.parquet", rows)
    assert store.StoredTrial(scratch, a_record()).meters == rows


def test_meters_of_before_there_were_parts_are_read(tmp_path: Path) -> None:
    path = tmp_path / "meters.parquet"
    rows = [MeterRow("server", "t0", Reading(1, 2, 3, 4), "server")]
    parquet.write_meters(path, rows)
    pq.write_table(pq.read_table(path).drop_columns(["part"]), path)
    assert parquet.read_meters(path) == [dataclasses.replace(rows[0], part="")]


@pytest.mark.parametrize("count", [0, 1, 10, 11])
def test_rows_are_read_one_group_of_a_file_after_the_other(tmp_path: Path, count: int) -> None:
    rows = np.zeros(count, samples.DTYPE)
    rows["operation"] = np.arange(count) % len(OPERATIONS)
    rows["done_ns"] = np.arange(count)
    parquet.write_samples(tmp_path / "whole", rows, OPERATIONS)
    whole = pq.read_table(tmp_path / "whole")
    pq.write_table(whole, tmp_path / "groups", row_group_size=5)
    for name in ("whole", "groups"):
        assert np.array_equal(parquet.read_samples(tmp_path / name, OPERATIONS), rows)
    pq.write_table(whole.drop_columns(["done_ns"]), tmp_path / "less", row_group_size=5)
    with pytest.raises(UsageError, match="no column 'done_ns'"):
        parquet.read_samples(tmp_path / "less", OPERATIONS)


def test_rows_before_they_were_meant_keep_their_sign(tmp_path: Path) -> None:
    rows = table([row(intended_ns=5, done_ns=2), row(intended_ns=-(2**63), done_ns=2**63 - 1)])
    parquet.write_samples(tmp_path / "s", rows, OPERATIONS)
    back = parquet.read_samples(tmp_path / "s", OPERATIONS)
    assert back["done_ns"][0] - back["intended_ns"][0] == -3
    assert (back["intended_ns"][1], back["done_ns"][1]) == (-(2**63), 2**63 - 1)


def test_operations_may_be_listed_in_another_order_when_read(tmp_path: Path) -> None:
    rows = table([row("tick"), row("request"), row("tick")])
    parquet.write_samples(tmp_path / "s", rows, OPERATIONS)
    listed = OPERATIONS[::-1]
    codes = parquet.read_samples(tmp_path / "s", listed)["operation"]
    assert codes.tolist() == [listed.index(name) for name in ("tick", "request", "tick")]


def test_each_chunk_of_a_column_is_read_with_its_own_dictionary() -> None:
    chunks = [
        pa.DictionaryArray.from_arrays(pa.array(codes, pa.int8()), pa.array(words))
        for codes, words in (([1, 0], ["b", "a"]), ([0, 0, 1], ["c", "b"]))
    ]
    found = parquet._codes(pa.chunked_array(chunks), ["a", "b", "c"])
    assert found.tolist() == [0, 1, 2, 2, 1]


@pytest.mark.parametrize(
    "record",
    [
        a_record(),
        a_record(status="failed", reason="verify: 404", log_tail=["one", "two"]),
        a_record(wire={"t1": Wire(rtt_us=None)}),
        TrialFile(store.VERSION, trial(level={}, load={}), "failed"),
    ],
)
def test_a_trials_record_comes_back(tmp_path: Path, record: TrialFile) -> None:
    jsonfile.write_json(tmp_path / "trial.json", record)
    assert jsonfile.read(tmp_path / "trial.json", TrialFile, store.VERSION) == record
    assert [path.name for path in tmp_path.iterdir()] == ["trial.json"]


def test_a_run_comes_back(run: Path) -> None:
    opened = store.open_run(run)
    assert opened.file == a_run(digests="sha256")
    assert opened.folder == run
    assert opened.trials == []


def test_json_is_written_for_people_too(run: Path) -> None:
    text = (run / "run.json").read_text()
    assert text.startswith('{\n "version": 1,\n')
    assert json.loads(text)["trials"][0]["pattern"] == "notifications/sse"


def test_a_file_without_the_optional_fields_is_read(tmp_path: Path) -> None:
    """What version 1 may lack has a default: older files stay readable."""
    whole = dataclasses.asdict(a_run())
    for name in ("not_measured", "goal"):
        del whole[name]
    (tmp_path / "run.json").write_text(json.dumps(whole))
    found = jsonfile.read(tmp_path / "run.json", RunFile, store.VERSION)
    assert (found.not_measured, found.goal) == ({}, None)


def test_files_of_before_there_were_links_are_read(tmp_path: Path) -> None:
    """They said "loopback" in two places, where nothing else could stand."""
    run, record = dataclasses.asdict(a_run()), dataclasses.asdict(a_record())
    del record["link"]
    for planned in (*run["trials"], record["trial"]):
        planned["link"] = "loopback"
    (tmp_path / "run.json").write_text(json.dumps(run | {"link": "loopback"}))
    (tmp_path / "trial.json").write_text(json.dumps(record))
    assert jsonfile.read(tmp_path / "run.json", RunFile, store.VERSION).trials == a_run().trials
    assert jsonfile.read(tmp_path / "trial.json", TrialFile, store.VERSION) == a_record(link={})


# --- a trial's raw data ------------------------------------------------------------


def test_a_trials_data_is_what_the_metrics_take(run: Path) -> None:
    record = a_record()
    partial = store.partial_folder(run, record.trial)
    rows, published = table([row(done_ns=9)]), events((-1, 0, 1, 2))
    parquet.write_samples(partial / "samples.parquet", rows, OPERATIONS)
    parquet.write_events(partial / "events.parquet", published)
    parquet.write_meters(
        partial / "meters.parquet",
        [
            MeterRow("server", "idle", reading(-1, 0, 900)),
            MeterRow("server", "t0", reading(0, 1, 100)),
            MeterRow("server", "", reading(SECOND // 2, 2, 700)),
            MeterRow("generator", "", reading(SECOND // 2, 2, 50)),
            MeterRow("server", "t1", reading(SECOND, 3, 300)),
        ],
    )
    store.finish_trial(partial, record)
    (stored,) = store.open_run(run).trials
    found = stored.data()
    assert stored.is_whole
    assert np.array_equal(found.rows, rows)
    assert np.array_equal(found.events, published)
    assert found.operations == OPERATIONS
    assert found.outcome_operation == "delivery"
    assert (found.t0_ns, found.t1_ns) == (0, SECOND)
    assert found.load == record.trial.load
    assert found.wire == record.wire
    assert found.marks == {
        "idle": {"server": reading(-1, 0, 900)},
        "t0": {"server": reading(0, 1, 100)},
        "t1": {"server": reading(SECOND, 3, 300)},
    }
    # In order of time, without the reading before the first client.
    assert found.series == {
        "server": [
            reading(0, 1, 100),
            reading(SECOND // 2, 2, 700),
            reading(SECOND, 3, 300),
        ],
        "generator": [reading(SECOND // 2, 2, 50)],
    }


def test_a_failed_trial_without_raw_data_is_empty(run: Path) -> None:
    put(run, a_record(status="failed", reason="target died"))
    (stored,) = store.open_run(run).trials
    found = stored.data()
    assert not stored.is_whole
    assert (len(found.rows), len(found.events), found.marks, found.series) == (0, 0, {}, {})
    assert found.rows.dtype == samples.DTYPE
    assert found.events.dtype == samples.EVENT_DTYPE


# --- into place, in one step ---------------------------------------------------------


def test_a_finished_trial_is_renamed_into_place(run: Path) -> None:
    record = a_record()
    partial = store.partial_folder(run, record.trial)
    assert partial == run / "trials" / "0000-notifications.sse-clients=10-r1.partial"
    (partial / "target.log").write_text("ready")
    final = store.finish_trial(partial, record)
    assert final == run / "trials" / "0000-notifications.sse-clients=10-r1"
    assert sorted(path.name for path in final.iterdir()) == ["target.log", "trial.json"]
    assert not partial.exists()


def test_a_trial_under_way_does_not_count(run: Path) -> None:
    put(run, a_record(0))
    partial = store.partial_folder(run, trial(1))
    # Killed between writing trial.json and the renaming.
    jsonfile.write_json(partial / "trial.json", a_record(1))
    opened = store.open_run(run)
    assert [stored.trial.number for stored in opened.trials] == [0]
    assert [entry.number for entry in opened.unfinished] == [1]


def test_a_folder_without_its_record_does_not_count(run: Path) -> None:
    (run / "trials" / trial(0).folder).mkdir()
    assert [entry.number for entry in store.open_run(run).unfinished] == [0, 1]


def test_an_interrupted_trial_is_made_again_from_nothing(run: Path) -> None:
    old = store.partial_folder(run, trial(0))
    (old / "samples.parquet").write_bytes(b"half")
    again = store.partial_folder(run, trial(0))
    assert again == old
    assert list(again.iterdir()) == []


def test_a_trial_made_again_takes_the_place_of_the_other(run: Path) -> None:
    first = put(run, a_record(0, status="failed", reason="first"))
    (first / "old.log").write_text("")
    second = put(run, a_record(0))
    assert second == first
    (stored,) = store.open_run(run).trials
    assert stored.is_whole
    assert not (second / "old.log").exists()


def test_a_failed_trial_is_finished_too(run: Path) -> None:
    put(run, a_record(1, status="failed"))
    assert [entry.number for entry in store.open_run(run).unfinished] == [0]


def test_trials_are_read_in_the_order_of_their_numbers(run: Path) -> None:
    for number in (10, 2, 0):
        put(run, a_record(number))
    assert [stored.trial.number for stored in store.open_run(run).trials] == [0, 2, 10]


def test_a_run_is_created_once(run: Path) -> None:
    with pytest.raises(UsageError, match="exists already; a run is written once"):
        store.create_run(run, a_run())
    assert store.open_run(run).file == a_run(digests="sha256")
