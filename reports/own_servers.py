"""What stands on top of a report where a server was not ours: whose it was, what was not measured.

Words only; what follows from a description is in bench/model/ownserver/notes.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bench.model.ownserver import notes, read
from bench.model.pattern import Pattern


@dataclass(frozen=True)
class OwnWords:
    """Of one pattern: a sentence, what else must be known, and the description itself."""

    sentence: str
    notes: list[str]
    description: str


def words(patterns: Iterable[Pattern]) -> list[OwnWords]:
    """For each pattern whose server is somebody else's; nothing where all are ours."""
    found = []
    for pattern in patterns:
        if (server := pattern.described) is None:
            continue
        sentence = (
            f"{pattern.title} is somebody else's server, as {server.file} described it; all that "
            f"is said of {pattern.id} is said of that server."
        )
        said = notes(read(server.description), pattern.reads)
        found.append(OwnWords(sentence, said, server.description))
    return found


def lines(patterns: Iterable[Pattern]) -> list[str]:
    """The same in lines for a terminal, without the descriptions."""
    found = []
    for pattern in patterns:
        if (server := pattern.described) is not None:
            found.append(f"{pattern.title}: a server of your own. ")
            found[-1] += " ".join(notes(read(server.description), pattern.reads))
    return found
