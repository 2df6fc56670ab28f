"""What a report says of its run: the software by which its patterns differ."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pytest

from bench.analysis.evaluated import Evaluated
from bench.model.experiment import Absent
from bench.model.records import Identity
from reports import about

SSE, POLLING = "notifications/sse", "notifications/short_polling"


@pytest.mark.parametrize(
    ("versions", "text"),
    [
        ({}, None),
        ({SSE: {"uvloop": "1"}, POLLING: {"uvloop": "1"}}, None),
        (
            {SSE: {"uvloop": "1", "lxml": "6", "aiohttp": "3"}, POLLING: {"uvloop": "1"}},
            "SSE: aiohttp 3, lxml 6",
        ),
        (
            {SSE: {"aiohttp": "3"}, POLLING: {"aiohttp": "4"}},
            "short polling: aiohttp 4; SSE: aiohttp 3",
        ),
    ],
)
def test_software_is_named_with_versions_where_patterns_differ_in_it(
    run: Evaluated, versions: Mapping[str, dict[str, str]], text: str | None
) -> None:
    code = {name: Identity({}, found) for name, found in versions.items()}
    known = dataclasses.replace(run, file=dataclasses.replace(run.file, code=code))
    assert dict(about.plan(known, run.experiments[0])).get("software by pattern") == text


def test_what_belongs_to_a_question_and_is_not_measured_is_said(run: Evaluated) -> None:
    result = run.experiments[0]
    assert "not measured" not in dict(about.plan(run, result))
    kafka = Absent("Kafka", "no server is in reach", "a broker")
    asked = dataclasses.replace(
        result, experiment=dataclasses.replace(result.experiment, absent=(kafka,))
    )
    assert dict(about.plan(run, asked))["not measured"] == (
        "Kafka: no server is in reach. It would need a broker."
    )


def test_a_run_during_which_a_page_was_served_says_so(run: Evaluated) -> None:
    result = run.experiments[0]
    assert "live page" not in dict(about.plan(run, result))
    (place, group), *_ = result.grid.items()
    first, *others = group.trials
    record = dataclasses.replace(first.record, is_watched=True)
    trials = (dataclasses.replace(first, record=record), *others)
    grid = {**result.grid, place: dataclasses.replace(group, trials=trials)}
    watched = dataclasses.replace(result, grid=grid)
    number = sum(len(one.trials) for one in result.groups)
    assert dict(about.plan(run, watched))["live page"] == (
        f"served during 1 of {number} trials (--web)"
    )
