"""Topics of the subject: found however they are spelt, refused with the nearest."""

from __future__ import annotations

import dataclasses

import pytest
from measured import EXPERIMENTS

from bench.model import topics
from bench.model.errors import UsageError

KNOWN = {
    "HTTP/2": {"a": ["A1"], "b": ["B1"]},
    "long polling": {"a": ["A2"]},
    "multiplexing": {"b": ["B2"]},
    "demultiplexing": {"b": ["B3"]},
    "SSE (server-sent events)": {"a": ["A3"]},
}


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("long polling", "long polling"),
        ("Long-Polling", "long polling"),
        ("http 2", "HTTP/2"),
        ("sse", "SSE (server-sent events)"),
        ("multiplexing", "multiplexing"),
        ("demulti", "demultiplexing"),
    ],
)
def test_a_topic_is_found_however_it_is_spelt(text: str, topic: str) -> None:
    assert topics.about(text, KNOWN) == KNOWN[topic]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("long poling", "did you mean long polling?"),
        ("multiplex", "did you mean multiplexing or demultiplexing?"),
        ("nothing of it", "topics: HTTP/2, long polling,"),
        ("", "topics: HTTP/2"),
    ],
)
def test_another_is_refused_with_the_nearest(text: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        topics.about(text, KNOWN)
    assert words in str(caught.value)


def test_experiments_share_topics() -> None:
    one = dataclasses.replace(EXPERIMENTS["proxies"], name="a", topics={"x": ("P1",)})
    other = dataclasses.replace(one, name="b", topics={"x": ("P2",), "W": ("P1",)})
    assert topics.by_topic([one, other]) == {"W": {"b": ["P1"]}, "x": {"a": ["P1"], "b": ["P2"]}}
