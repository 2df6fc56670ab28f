"""A warning in one line of a terminal: what it says first is kept, the report has all of it.  Pure.

Knows how warnings are written (`... . Remedy: ... .`), and not what they say.
"""

from __future__ import annotations

import re

ROOM = 160
REMEDY = ". Remedy: "
IN_BRACKETS = re.compile(r" \(([^()]*)\)")
NEXT_REMEDY = re.compile(r"; |, and |, or ")


def short(text: str, room: int = ROOM) -> str:
    """The text in at most so many characters, where it can be said in so few.

    First the further remedies go, then what stands in brackets, then further clauses.
    """
    said, mark, remedy = text.removesuffix(".").partition(REMEDY)
    if mark:
        first = NEXT_REMEDY.split(remedy)[0]
        tried = [text, *(f"{one}{REMEDY}{first}." for one in _shorter(said))]
    else:
        tried = [text]
    return next((one for one in tried if len(one) <= room), tried[-1])


def _shorter(said: str) -> list[str]:
    """The same sentence, shorter and shorter; whom it concerns stands before its colon."""
    who, colon, what = said.partition(": ")
    briefly = IN_BRACKETS.sub(lambda found: f" ({found[1].split(', ')[0]})", what)
    bare = IN_BRACKETS.sub("", what)
    clauses = bare.split("; ")
    fewer = ["; ".join(clauses[:count]) for count in range(len(clauses) - 1, 0, -1)]
    one_clause = re.split(r"; |: ", bare)[0]
    return [who + colon + one for one in (what, briefly, bare, *fewer, one_clause)]
