"""The words for what an experiment's outcomes are: one template, filled for each experiment.

Titles, definitions, captions and doubts that are shared are templates with the placeholders
below.  Must not know any experiment, nor where a text is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class OutcomeNoun:
    """What outcomes are called, and the verbs that go with them.

    Several outcomes may come of one event: an event is delivered to each client.  Where
    clients make the work the two are one, see `of_work`.

        {event} {events}        what happens           "CPU per {event}"
        {outcome} {outcomes}    what is counted        "per {outcome}", "{outcomes} per second"
        {owed}                  "deliveries expected", "pages started"
        {done}                  "deliveries delivered", "pages loaded"
        {arrived} {missing}     "deliveries that arrived", "pages that were not loaded"
        {lost}                  "lost 3 of 100", "did not complete 3 of 100"

    A placeholder with a capital gives the word with one.
    """

    event: str = "event"
    events: str = "events"
    outcome: str = "delivery"
    outcomes: str = "deliveries"
    owed: str = "expected"
    done: str = "delivered"
    arrived: str = "arrived"
    missing: str = "never arrived"
    lost: str = "lost"

    @classmethod
    def of_work(cls, one: str, many: str, done: str = "completed") -> OutcomeNoun:
        """The noun of an experiment whose clients make the work: a page is loaded."""
        return cls(
            event=one,
            events=many,
            outcome=one,
            outcomes=many,
            owed="started",
            done=done,
            arrived=f"were {done}",
            missing=f"were not {done}",
            lost="did not complete",
        )

    @cached_property
    def _words(self) -> dict[str, str]:
        words = {name: word for name, word in vars(self).items() if not name.startswith("_")}
        return words | {name.capitalize(): word.capitalize() for name, word in words.items()}

    def fill(self, template: str) -> str:
        """The template in the experiment's words; KeyError where a placeholder has no word."""
        return template.format_map(self._words)
