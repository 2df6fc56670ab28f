"""What is said of events, said of pages and queries: no word is left, no key is changed."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from report_builders import near, result, trial

from bench import catalog
from bench.analysis import findings, wording
from bench.analysis.evaluated import Deliveries, ExperimentResult
from bench.analysis.metrics import METRICS
from bench.model.experiment import Experiment
from bench.model.finding import Finding
from reports import answer, figures, present, sentences, tables

WORKING = [one for one in catalog.experiments().values() if one.piece != wording.EVENT]
OF_EVENTS = re.compile(r"\b(events?|event_\w+|deliver\w*|owed)\b(?! loop| source)", re.IGNORECASE)


def of_pages(*values: dict[str, float], **more: object) -> ExperimentResult:
    """A result whose clients load pages; one metric, wire bytes."""
    levels = [{name: near(value, 0.1) for name, value in level.items()} for level in values]
    found = result("wire_bytes_per_event", *levels, **more)  # type: ignore[arg-type]
    return dataclasses.replace(
        found, experiment=dataclasses.replace(found.experiment, piece="page")
    )


@pytest.mark.parametrize(
    ("text", "piece", "expected"),
    [
        ("server CPU per event", "page", "server CPU per page"),
        ("CPU per event, per delivery", "query", "CPU per query, per query"),
        ("deliveries per second", "query", "queries per second"),
        ("Deliveries", "page", "Pages"),
        ("What one event takes", "transfer", "What one transfer takes"),
        ("an event, an Event, a delivery", "page", "a page, a page, a page"),
        ("an event", "answer", "an answer"),
        ("the process's event loop and event source", "page", None),
        ("requests_per_event event_rate=2/s prevented eventual", "page", None),
        (
            "All deliveries that were owed arrived",
            "page",
            "All pages that were begun were completed",
        ),
        ("one event, one delivery", "event", "one event, one delivery"),
    ],
)
def test_a_text_is_worded(text: str, piece: str, expected: str | None) -> None:
    assert wording.worded(text, piece) == (text if expected is None else expected)


@pytest.mark.parametrize("text", wording.PHRASES)
def test_every_phrase_is_said_somewhere(text: str) -> None:
    """A phrase whose text has changed where it is said would never be found again."""
    said = [m.title for m in METRICS.values()] + [m.definition for m in METRICS.values()]
    said += [text for kind in figures.kinds() for text in (kind.title, kind.caption)]
    for module in (findings, sentences):
        source = Path(module.__file__).read_text()
        said.append(re.sub(r'"\s+f?"', "", source))  # the parts of one text
    assert any(text in one for one in said)


@pytest.mark.parametrize("experiment", WORKING, ids=lambda one: one.name)
def test_no_metric_that_is_shown_speaks_of_events(experiment: Experiment) -> None:
    keys = [
        *experiment.headline,
        *tables.HARNESS,
        *(k for pair in experiment.tradeoff for k in pair),
    ]
    keys += [prediction.metric for prediction in experiment.predictions]
    for key in keys:
        found = wording.metric(key, experiment.piece)
        assert not OF_EVENTS.search(f"{found.title}. {found.definition}")
        assert (found.key, found.unit, found.function) == (
            key,
            METRICS[key].unit,
            METRICS[key].function,
        )


@pytest.mark.parametrize("kind", figures.kinds(), ids=lambda kind: kind.name)
def test_no_caption_speaks_of_events(kind: figures.Kind) -> None:
    assert not OF_EVENTS.search(wording.worded(f"{kind.title}. {kind.caption}", "page"))


def test_an_experiment_with_events_keeps_its_metrics() -> None:
    assert all(wording.metric(key, wording.EVENT) is METRICS[key] for key in METRICS)


def test_a_doubt_is_worded() -> None:
    message = "3 of 100 deliveries never arrived; latency speaks only of the others"
    remedy = "raise drain, lower event_rate or clients, or look into the target's log"
    found = wording.finding(Finding("incomplete", "doubt", message, remedy), "page")
    assert found.message.startswith("3 of 100 pages were not completed; ")
    assert found.remedy == "raise drain, lower the load, or look into the target's log"
    assert (found.code, found.severity) == ("incomplete", "doubt")


def test_sentences_and_headers_are_worded() -> None:
    lossy = trial("six", deliveries=Deliveries(100, 97, 3, 0, 0, 2))
    found = of_pages({"six": 2.0, "http2": 1.0}, trials={"six": (lossy,)})
    assert sentences.completeness(found) == (
        "Not every page was completed: SIX did not complete 3 of 100."
    )
    assert sentences.completeness(of_pages({"six": 2.0})) == (
        "All 100 pages that were begun were completed."
    )
    said = " ".join(sentences.answer(found))
    assert "wire bytes per page" in said
    assert not OF_EVENTS.search(said)
    (table,) = answer.tables_of(found)
    assert "wire bytes per page (B)" in table.headers
    assert "wire_bytes_per_event" in table.metrics


def test_pieces_of_work_are_begun_and_completed_not_owed() -> None:
    lossy = trial("six", deliveries=Deliveries(100, 97, 3, 0, 0, 2))
    found = of_pages({"six": 2.0}, trials={"six": (lossy,)})
    table = present.deliveries(found)
    assert table.headers == ["pattern", "begun", "completed", "not completed", "failed", "trials"]
    assert table.lines[0].cells == ("SIX", "100", "97", "3", "2", "1")
