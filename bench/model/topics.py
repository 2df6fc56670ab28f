"""Topics of the subject, and which claims speak of them.  Pure.

Must not know any experiment: each says of its own claims what they are about.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping

from bench.model.errors import UsageError
from bench.model.experiment import Experiment

MOST_NEAR = 3
_SIGNS = re.compile(r"[^a-z0-9]+")


def by_topic(experiments: Iterable[Experiment]) -> dict[str, dict[str, list[str]]]:
    """Ids of claims by topic and experiment, topics in alphabetical order."""
    found: dict[str, dict[str, list[str]]] = {}
    for experiment in experiments:
        for topic, ids in experiment.topics.items():
            found.setdefault(topic, {}).setdefault(experiment.name, []).extend(ids)
    return dict(sorted(found.items(), key=lambda item: item[0].lower()))


def about(text: str, known: Mapping[str, Mapping[str, list[str]]]) -> Mapping[str, list[str]]:
    """Ids by experiment of the topic that is meant; capitals and signs do not matter.

    UsageError naming those that are spelt alike, or all.
    """
    by_bare = {_bare(topic): topic for topic in known}
    meant = by_bare.get(_bare(text))
    if meant is None:
        with_word = [
            topic for bare, topic in by_bare.items() if _bare(text) and _bare(text) in bare
        ]
        near = [by_bare[bare] for bare in difflib.get_close_matches(_bare(text), by_bare)]
        found = list(dict.fromkeys([*with_word, *near]))[:MOST_NEAR]
        if len(with_word) == 1:
            return known[with_word[0]]
        words = f"did you mean {' or '.join(found)}?" if found else f"topics: {', '.join(known)}"
        raise UsageError(f"unknown topic {text!r}; {words}")
    return known[meant]


def _bare(text: str) -> str:
    return _SIGNS.sub(" ", text.lower()).strip()
