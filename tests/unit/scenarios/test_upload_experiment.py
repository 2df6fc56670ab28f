"""The load of `upload`, its files, its metrics: what is refused, what counts as sent in vain."""

from __future__ import annotations

import hashlib
import math
from itertools import pairwise
from typing import Any

import measured
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from measured import EXPERIMENTS

from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.errors import UsageError
from scenarios.upload import _planned as planned
from scenarios.upload import claims, laws
from scenarios.upload import load as upload_load
from scenarios.upload._file import BLOCK_BYTES, File
from scenarios.upload.load import LOAD, check, payload_rate

EXPERIMENT = EXPERIMENTS["upload"]

OPERATIONS = EXPERIMENT.operations
SECOND_NS = 1_000_000_000


def test_too_many_chunks_are_refused_with_the_least_size() -> None:
    with pytest.raises(UsageError, match=r"chunk_size=799B: .*10,013 chunks.*chunk_size=800B"):
        check(LOAD(file_size_bytes=8_000_000, chunk_size_bytes=799))
    check(LOAD(file_size_bytes=8_000_000, chunk_size_bytes=800))


def test_files_that_the_disk_has_no_room_for_are_refused(monkeypatch: Any) -> None:
    monkeypatch.setattr(upload_load, "disk_free", lambda _: 39_000_000)
    with pytest.raises(UsageError, match=r"file_size=10MB: 2 clients need 40MB in .* 39MB free"):
        check(LOAD(clients=2, file_size_bytes=10_000_000))
    check(LOAD(clients=1, file_size_bytes=10_000_000))


def test_what_a_link_carries_of_files() -> None:
    assert payload_rate(LOAD()) == 0
    one_way = LOAD(link="emulated", rate=40e6, rate_up=30e6)
    assert payload_rate(one_way) == pytest.approx(30e6 / 8 * 1448 / 1500)


@given(
    size=st.integers(1, 3 * BLOCK_BYTES),
    cuts=st.lists(st.integers(0, 3 * BLOCK_BYTES), max_size=4),
)
def test_a_file_read_in_parts_is_the_whole_file(size: int, cuts: list[int]) -> None:
    file = File("mark", size)
    edges = sorted({0, size, *(min(cut, size) for cut in cuts)})
    found = hashlib.sha256()
    length = 0
    for start, end in pairwise(edges):
        for piece in file.read(start, end):
            found.update(piece)
            length += len(piece)
    assert (length, found.hexdigest()) == (size, file.digest())


def test_no_two_files_are_alike() -> None:
    assert File("a", 1000).digest() != File("b", 1000).digest()


# --- laws --------------------------------------------------------------------------------------

LINKED: dict[str, Any] = {
    "link": "emulated",
    "rate": 80e6,
    "rate_up": 80e6,
    "cc": "reno",
    "send_buffer_bytes": 16_000,
    "file_size_bytes": 2_500_000,
    "chunk_size_bytes": 1_000_000,
    "cut_rate_per_s": 5.0,
}
SEEDS = range(100)
FACTS = {
    "uncut.under_way_bytes": 30_000.0,
    "uncut.latency_mean": 320.0,
    "uncut.between_uploads_mean": 8.0,
    "under_way_bytes": 30_000.0,
}


def law(pattern: str, metric: str) -> Any:
    (one,) = (law for law in EXPERIMENT.predictions_for(pattern) if law.metric == metric)
    return one


def over_plans(pattern: str, metric: str, load: Any, **facts: float) -> float:
    """The mean of what a law says of the plans of many seeds."""
    found = [law(pattern, metric)(load, FACTS | {"seed": seed} | facts) for seed in SEEDS]
    return math.fsum(found) / len(found)


def test_over_many_plans_the_laws_are_their_formulas() -> None:
    """Also of a last chunk that is shorter."""
    load = LOAD(**LINKED, duration_s=40.0)
    b, mu, w = payload_rate(load), 5.0, 30_000
    whole, last = (laws.sent_all_or_nothing(size, size, b, mu, w) for size in (1e6, 5e5))
    wanted = (2 * whole + last) / 2.5e6
    assert over_plans("chunked", "sent_share", load) == pytest.approx(wanted, rel=0.02)
    once = laws.sent_all_or_nothing(2e6, 2e6, b, mu, w) / 2e6
    shorter = LOAD(**LINKED | {"file_size_bytes": 2_000_000}, duration_s=40.0)
    assert over_plans("single_request", "sent_share", shorter) == pytest.approx(once, rel=0.03)
    wasted = laws.wasted_resumable(2.5e6, b, mu, w)
    assert over_plans("resumable", "wasted_bytes", load) == pytest.approx(wasted, rel=0.02)
    beside = (0.320 - 2.5e6 / b) / 3
    seconds = 2 * laws.time_all_or_nothing(1e6, 1e6, b, mu, beside)
    seconds += laws.time_all_or_nothing(5e5, 5e5, b, mu, beside)
    # After a cut what was under way leaves the link first.
    cuts = 2 * laws.failed_tries(mu, b, 1e6) + laws.failed_tries(mu, b, 5e5)
    found = over_plans("chunked", "latency_mean", load)
    assert found == pytest.approx((seconds + cuts * w / b) * 1e3, rel=0.02)


@pytest.mark.parametrize("uncut_ms", [320.0, 259.0, 254.0, 251.0])
def test_what_an_upload_takes_beside_its_bytes_stays_as_it_is_also_below_zero(
    uncut_ms: float,
) -> None:
    """The bytes of a file take 250 ms on the link, and its headers 9."""
    load = LOAD(**LINKED, duration_s=40.0)
    b, mu, w = payload_rate(load), 5.0, 30_000
    beside = uncut_ms / 1e3 - 2.5e6 / b
    sizes = (1e6, 1e6, 5e5)
    seconds = sum(laws.failed_tries(mu, b, size) * (1 / mu + w / b) for size in sizes) + beside
    found = over_plans("chunked", "latency_mean", load, **{"uncut.latency_mean": uncut_ms})
    assert found == pytest.approx(seconds * 1e3, rel=0.01)


@pytest.mark.parametrize("uncut_ms", [199.0, 20.0])
@pytest.mark.parametrize(
    ("pattern", "metric"),
    [
        ("single_request", "sent_share"),
        ("chunked", "sent_share"),
        ("chunked", "latency_mean"),
        ("resumable", "wasted_bytes"),
    ],
)
def test_files_faster_than_their_link_say_nothing(
    pattern: str, metric: str, uncut_ms: float
) -> None:
    """The bytes of a file take 200 ms."""
    load = LOAD(**LINKED | {"file_size_bytes": 2_000_000}, duration_s=40.0)
    own, facts = law(pattern, metric), FACTS | {"seed": 1.0}
    assert math.isfinite(own(load, facts | {"uncut.latency_mean": 201.0}))
    faster = facts | {"uncut.latency_mean": uncut_ms}
    assert math.isnan(own(load, faster))
    assert own.reason(load, faster) == "uncut files were faster than the link"


def uploads(**changes: Any) -> planned.Uploads:
    """Files of 2 and 1 bytes, a byte a second; half a second beside a piece, one between files."""
    usual: dict[str, Any] = {
        "pieces": (2, 1),
        "rate": 1.0,
        "beside_s": 0.5,
        "between_s": 1.0,
        "reconnecting_s": 0.25,
        "under_way": 0.25,
    }
    return planned.Uploads(**usual | changes)


@pytest.mark.parametrize(
    ("alive", "sent", "seconds"),
    [
        ([99.0], 3.0, 4.0),
        # In the first piece: what arrived and what was under way is lost.
        ([1.5, 99.0], 3 + 1.75, 4 + 1.75),
        # While its reply is awaited: nothing is lost but the connection and the rest of that time.
        ([2.25, 99.0], 3.0, 4.0),
        # In the second: the first is kept.
        ([2.75, 99.0], 3 + 0.5, 4 + 0.5),
        # Twice in the same.
        ([1.0, 1.5, 99.0], 3 + 1.25 + 1.75, 4 + 1.25 + 1.75),
        # No more is lost than there was.
        ([1.9, 99.0], 3 + 2, 4 + 2.15),
    ],
)
def test_what_a_cut_costs_a_file(alive: list[float], sent: float, seconds: float) -> None:
    found = planned.outcome(uploads(), iter(alive), 0.0, 0.1)
    assert (found.files, found.sent) == (1, pytest.approx(sent))
    assert found.seconds == pytest.approx(seconds)


def test_a_file_that_is_resumed_loses_what_was_under_way() -> None:
    whole = uploads(pieces=(3,), keeps_bytes=True)
    found = planned.outcome(whole, iter([1.5, 1.0, 99.0]), 0.0, 0.1)
    assert (found.sent, found.seconds) == (pytest.approx(3.5), pytest.approx(3.5 + 0.5))


def test_files_begun_in_the_window_count() -> None:
    found = planned.outcome(uploads(), iter([99.0]), 5.0, 15.0)
    assert (found.files, found.seconds) == (2, 8.0)  # at 5 and at 10 s
    assert math.isnan(planned.outcome(uploads(), iter([99.0]), 1.0, 5.0).sent_each)


@pytest.mark.parametrize(
    "changed",
    [
        {"clients": 2},  # the link's rate is then not one upload's
        {"link": "loopback"},
        {"cc": "cubic"},
        {"cut_rate_per_s": 21.0},
        {"fault": "server:restart@1s"},
    ],
)
def test_laws_say_nothing_elsewhere(changed: dict[str, Any]) -> None:
    load = LOAD(**{**LINKED, **changed})
    facts = FACTS | {"seed": 1}
    assert not math.isnan(law("chunked", "sent_share")(LOAD(**LINKED), facts))
    assert math.isnan(law("single_request", "sent_share")(load, facts))
    assert math.isnan(law("chunked", "sent_share")(load, facts))


def test_the_best_chunk_of_the_claim_is_that_of_the_law() -> None:
    (one,) = (claim for claim in claims.CLAIMS if claim.id == "U3")
    setup, alone = one.setups
    assert {**setup.settings, **alone.settings}.keys() == setup.settings.keys()
    assert setup.settings["server_time"] == "50ms"
    assert setup.settings["cut_rate"] == "2/s"
    best = laws.best_chunk(payload_rate(LOAD(**LINKED)), 2.0, 0.05)
    assert best == pytest.approx(claims.BEST, rel=0.01)
    assert [claims.QUARTER * 4, claims.FOURFOLD / 4] == [claims.BEST, claims.BEST]


# --- metrics -----------------------------------------------------------------------------------


def row(operation: str, sequence: int, up: int, down: int, at_s: float = 0.5) -> np.ndarray:
    rows = np.zeros(1, samples.DTYPE)
    rows["operation"] = OPERATIONS.index(operation)
    rows["outcome"], rows["sequence"] = samples.OK, sequence
    rows["intended_ns"] = rows["sent_ns"] = int(at_s * SECOND_NS)
    rows["done_ns"] = rows["sent_ns"] + SECOND_NS // 10
    rows["bytes_up"], rows["bytes_down"] = up, down
    return rows


def found(*rows: np.ndarray) -> dict[str, float]:
    data = TrialData(
        load=LOAD().values(),
        operations=OPERATIONS,
        outcome_operation="upload",
        rows=np.concatenate(rows),
        events=np.zeros(0, samples.EVENT_DTYPE),
        t0_ns=0,
        t1_ns=SECOND_NS,
    )
    keys = (
        "sent_share",
        "wasted_bytes",
        "lost_per_cut",
        "cuts_seen",
        "cuts_per_upload",
        "under_way_bytes",
        "upload_mbit",
        "between_uploads_mean",
        "resume_mean",
    )
    return measured.compute(data, keys)


def test_what_is_sent_counts_once_for_each_time_it_left() -> None:
    values = found(
        row("cut", 0, 600, 0),
        row("cut", 0, 500, 450),
        row("send", 0, 550, 550),
        row("upload", 0, 1650, 1000),
        row("send", 1, 1000, 1000),
        row("upload", 1, 1000, 1000),
        row("under_way", 40, 0, 0),
        row("under_way", 60, 0, 0),
    )
    assert values["sent_share"] == 2650 / 2000
    assert values["wasted_bytes"] == 325
    assert values["lost_per_cut"] == (600 + 50) / 2
    assert values["cuts_seen"] == 2
    assert values["cuts_per_upload"] == 1
    assert values["under_way_bytes"] == 50
    assert values["upload_mbit"] == pytest.approx(2000 * 8 / 0.2 / 1e6)


def test_files_of_before_the_window_and_unfinished_ones_do_not_count() -> None:
    values = found(
        row("cut", 0, 900, 0, at_s=-0.5),
        row("upload", 0, 900, 1000, at_s=-0.5),
        row("cut", 2, 700, 0),  # its file was not done when the trial ended
        row("send", 1, 1000, 1000),
        row("upload", 1, 1000, 1000),
    )
    assert values["sent_share"] == 1
    assert values["wasted_bytes"] == 0
    assert values["cuts_seen"] == 1


def test_pauses_between_files_and_after_cuts() -> None:
    values = found(
        row("upload", 0, 0, 1000, at_s=0.1),
        row("upload", 1, 0, 1000, at_s=0.25),
        row("cut", 1, 10, 0, at_s=0.25),
        row("send", 1, 10, 10, at_s=0.37),
        row("cut", 1, 10, 0, at_s=0.5),
        row("cut", 1, 10, 0, at_s=0.64),
    )
    assert values["between_uploads_mean"] == pytest.approx(50)
    assert values["resume_mean"] == pytest.approx((20 + 40) / 2)


def test_nothing_uploaded_is_no_share() -> None:
    values = found(row("cut", 0, 900, 0))
    assert math.isnan(values["sent_share"])
    assert math.isnan(values["wasted_bytes"])
    assert math.isnan(values["upload_mbit"])
