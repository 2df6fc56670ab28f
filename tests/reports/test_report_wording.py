"""What is said of events, said of pages and queries: no word is left, no key is changed."""

from __future__ import annotations

import dataclasses
import re

import pytest
from report_builders import near, result, trial

from bench import catalog
from bench.analysis.evaluated import Deliveries, ExperimentResult
from bench.analysis.metrics import SHARED, metrics_of
from bench.model.experiment import Experiment
from bench.model.outcome import OutcomeNoun
from reports import answer, arrivals, figures, present, sentences, tables

WORKING = [
    one
    for one in catalog.experiments().values()
    if one.work_by != "schedule" and one.noun.event != "event"
]
PAGE = OutcomeNoun.of_work("page", "pages", "loaded")
OF_EVENTS = re.compile(r"\b(events?|event_\w+|deliver\w*|owed)\b(?! loop| source)", re.IGNORECASE)


def of_pages(*values: dict[str, float], **more: object) -> ExperimentResult:
    """A result whose clients load pages; one metric, wire bytes."""
    levels = [{name: near(value, 0.1) for name, value in level.items()} for level in values]
    found = result("wire_bytes_per_event", *levels, **more)  # type: ignore[arg-type]
    return dataclasses.replace(
        found, experiment=dataclasses.replace(found.experiment, noun=PAGE, work_by="clients")
    )


@pytest.mark.parametrize(
    ("template", "events", "pages"),
    [
        ("server CPU per {event}", "server CPU per event", "server CPU per page"),
        ("{outcomes} per second", "deliveries per second", "pages per second"),
        ("{Outcomes} {owed}", "Deliveries expected", "Pages started"),
        ("nothing was {done}", "nothing was delivered", "nothing was loaded"),
        ("not all {outcomes} {arrived}", "not all deliveries arrived", "not all pages were loaded"),
        ("3 {outcomes} {missing}", "3 deliveries never arrived", "3 pages were not loaded"),
        ("it {lost} 3", "it lost 3", "it did not complete 3"),
        ("no word of it", "no word of it", "no word of it"),
    ],
)
def test_a_template_is_filled(template: str, events: str, pages: str) -> None:
    assert OutcomeNoun().fill(template) == events
    assert PAGE.fill(template) == pages


def test_a_placeholder_without_a_word_is_no_text() -> None:
    with pytest.raises(KeyError):
        PAGE.fill("a {thing}")


@pytest.mark.parametrize("noun", [OutcomeNoun(), PAGE], ids=["event", "page"])
def test_every_shared_text_can_be_filled(noun: OutcomeNoun) -> None:
    for one in SHARED.values():
        worded = one.worded(noun)
        assert not set("{}") & set(worded.title + worded.definition)
    for kind in figures.kinds():
        assert "{" not in noun.fill(f"{kind.title}. {kind.caption}")


@pytest.mark.parametrize("experiment", WORKING, ids=lambda one: one.name)
def test_no_metric_that_is_shown_speaks_of_events(experiment: Experiment) -> None:
    keys = [
        *experiment.headline,
        *tables.HARNESS,
        *(k for pair in experiment.tradeoff for k in pair),
    ]
    keys += [prediction.metric for prediction in experiment.predictions]
    known = metrics_of(experiment)
    for key in keys:
        found = known[key].worded(experiment.noun)
        assert not OF_EVENTS.search(f"{found.title}. {found.definition}")
        assert (found.key, found.unit, found.function) == (
            key,
            known[key].unit,
            known[key].function,
        )


@pytest.mark.parametrize("kind", figures.kinds(), ids=lambda kind: kind.name)
def test_no_caption_speaks_of_events(kind: figures.Kind) -> None:
    assert not OF_EVENTS.search(PAGE.fill(f"{kind.title}. {kind.caption}"))


def test_sentences_and_headers_are_worded() -> None:
    lossy = trial("six", deliveries=Deliveries(100, 97, 3, 0, 0, 2))
    found = of_pages({"six": 2.0, "http2": 1.0}, trials={"six": (lossy,)})
    assert arrivals.completeness(found) == (
        "Not all pages were loaded: SIX did not complete 3 of 100."
    )
    assert arrivals.completeness(of_pages({"six": 2.0})) == ("All 100 started pages were loaded.")
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
    assert table.headers == ["pattern", "begun", "loaded", "not loaded", "failed", "trials"]
    assert table.lines[0].cells == ("SIX", "100", "97", "3", "2", "1")
