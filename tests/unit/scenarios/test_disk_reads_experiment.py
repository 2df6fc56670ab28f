"""The declaration of `disk_reads`: what it refuses, and its metrics."""

from __future__ import annotations

import math

import pytest
from measured import EXPERIMENTS, METRICS
from unit_builders import MS, data, table

from bench import pagecache
from bench.model.errors import UsageError
from bench.plan.trials import loads_of
from scenarios.disk_reads import load as disk_load
from scenarios.disk_reads.load import LOAD, check_machine

EXPERIMENT = EXPERIMENTS["disk_reads"]


def test_files_that_do_not_fit_the_disk_are_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_load, "disk_free", lambda _: 60_000_000)
    loads_of(EXPERIMENT, {"file_size": "15MB"})
    with pytest.raises(UsageError, match=r"file_size=16MB: 4 files need 64MB .* 60MB free"):
        loads_of(EXPERIMENT, {"file_size": "16MB"})


def test_reads_that_bypass_the_cache_are_of_whole_blocks() -> None:
    loads_of(EXPERIMENT, {"file_size": "4097B"})
    loads_of(EXPERIMENT, {"file_size": "8192B", "cache": "bypassed"})
    with pytest.raises(UsageError, match="multiple of 4096 B"):
        loads_of(EXPERIMENT, {"file_size": "4097B", "cache": "bypassed"})


def test_a_file_system_without_o_direct_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pagecache, "can_bypass", lambda _: False)
    check_machine("disk_threads", LOAD())
    with pytest.raises(UsageError, match=r"cache=bypassed: .* has no O_DIRECT"):
        check_machine("disk_threads", LOAD(cache="bypassed"))


def test_slow_reads_and_what_was_in_memory() -> None:
    rows = table(
        {
            "operation": 0,
            "sequence": number,
            "sent_ns": 1 * MS,
            "done_ns": (1 + took) * MS,
            "bytes_up": cached,
            "bytes_down": 10_000_000,
        }
        for number, (took, cached) in enumerate([(4, 0), (5, 4_000_000), (11, 0)])
    )
    trial = data(rows, operations=("read", "tick"), outcome_operation="read")
    found = {name: METRICS[name].function(trial) for name in ("slow_reads", "cached_share")}
    assert found == pytest.approx({"slow_reads": 1, "cached_share": 4 / 30})
    nothing = data(table([]), operations=("read", "tick"), outcome_operation="read")
    assert math.isnan(METRICS["cached_share"].function(nothing))
