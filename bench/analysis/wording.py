"""A text about events in the words of an experiment that has none.  Pure.

Metrics, captions and doubts speak of events and deliveries.  Where clients make the
work, an experiment says what one piece of it is (`Experiment.piece`: page, query), and
here the one word is put for the other.  Knows no report and no experiment.
"""

from __future__ import annotations

import dataclasses
import re
from functools import cache

from bench.analysis.metrics import METRICS, Metric
from bench.model.finding import Finding

EVENT = "event"
"""The piece of experiments in which the backend has something to tell."""

# An event is owed to somebody and arrives; a piece of work is begun and completed.  Tried in
# order, before single words.
PHRASES = {
    "deliveries that were owed arrived": "{pieces} that were begun were completed",
    "deliveries owed in the window that arrived at least once": (
        "{pieces} begun in the window that were completed"
    ),
    "Deliveries owed in the window that never arrived": (
        "{Pieces} begun in the window that were not completed"
    ),
    "Not every delivery arrived": "Not every {piece} was completed",
    "deliveries never arrived": "{pieces} were not completed",
    "Events delivered in the window": "{Pieces} completed in the window",
    "nothing was delivered": "nothing was completed",
    "the scheduled time of the event to the moment the client's loop got the bytes": (
        "the time for which the {piece} was meant to the moment the client's loop had all of it"
    ),
    "raise event_rate or duration, so that events fall into the window": (
        "raise duration or drain, so that {pieces} are begun and completed"
    ),
    "raise duration, event_rate or clients": "raise duration or clients",
    "lower event_rate or clients": "lower the load",
    "fewer clients or events": "a lower load",
    "Requests, useless replies and bytes on the wire; bars": "Bars",
}
WORDS = re.compile(
    r"\b(?P<article>an? )?(?P<word>events?|delivery|deliveries)\b(?! (?:loop|source)\b)",
    re.IGNORECASE,
)
PLURALS = ("events", "deliveries")


def plural(piece: str) -> str:
    return f"{piece.removesuffix('y')}ies" if piece.endswith("y") else f"{piece}s"


@cache
def worded(text: str, piece: str) -> str:
    """The text with the experiment's piece in place of events and deliveries."""
    if piece == EVENT:
        return text
    many = plural(piece)
    for about_events, about_pieces in PHRASES.items():
        said = about_pieces.format(piece=piece, pieces=many, Pieces=many.capitalize())
        text = text.replace(about_events, said)
    return WORDS.sub(lambda found: _replaced(found, piece), text)


def _replaced(found: re.Match[str], piece: str) -> str:
    word = plural(piece) if found["word"].lower() in PLURALS else piece
    article = ""
    if found["article"]:
        article = found["article"][0] + ("n " if piece[0] in "aeiou" else " ")
    elif found["word"][0].isupper():
        word = word.capitalize()
    return article + word


def metric(key: str, piece: str) -> Metric:
    """A metric with its title and definition so worded; key, unit and value are the same."""
    found = METRICS[key]
    if piece == EVENT:
        return found
    return dataclasses.replace(
        found, title=worded(found.title, piece), definition=worded(found.definition, piece)
    )


def finding(found: Finding, piece: str) -> Finding:
    """A doubt so worded."""
    if piece == EVENT:
        return found
    return dataclasses.replace(
        found, message=worded(found.message, piece), remedy=worded(found.remedy, piece)
    )
