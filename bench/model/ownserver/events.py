"""Events in the messages of a server that is not ours.  Pure.

A place is one of
    whole          the message: a frame, the data of an SSE event, the body of a reply
    lines          each line of it is an event
    id, event      the field of that name of an SSE event
    $.a.b[0].c     a value in JSON; [*] stands for all entries of a list
    /a (.*)/       what the group of a regular expression holds, wherever it matches
Must not know how messages come, nor what a payload holds.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from bench.model.ownserver.description import EventPlaces

WHOLE, LINES, ID, NAME, JSON, MATCH = "whole", "lines", "id", "event", "json", "match"

ALL = "*"
STEP = re.compile(r"\.([A-Za-z_][\w-]*)|\[(\*|\d+)\]")
NS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}


@dataclass(frozen=True)
class Place:
    """Where something stands; `steps` lead there through JSON: names, indices, ALL."""

    kind: str
    steps: tuple[str | int, ...] = ()
    expression: re.Pattern[bytes] | None = None

    @property
    def is_json(self) -> bool:
        return self.kind == JSON


def place_of(text: str) -> Place:
    """The place that a text names; ValueError where it names none."""
    if text in (WHOLE, LINES, ID, NAME):
        return Place(text)
    if len(text) > 1 and text[0] == text[-1] == "/":
        return Place(MATCH, (), _expression(text[1:-1]))
    if not text.startswith("$"):
        raise ValueError('is no place; write "whole", "lines", "id", "event", "$.name" or "/(.*)/"')
    steps: list[str | int] = []
    at = 1
    while at < len(text):
        step = STEP.match(text, at)
        if step is None:
            raise ValueError(f"cannot be read from {text[at:]!r} on; write e.g. $.events[*].data")
        name, index = step.groups()
        steps.append(name or (ALL if index == ALL else int(index)))
        at = step.end()
    return Place(JSON, tuple(steps))


def _expression(text: str) -> re.Pattern[bytes]:
    """ValueError where it is none, or has not one group."""
    try:
        with warnings.catch_warnings(action="ignore", category=FutureWarning):
            found = re.compile(text.encode())
    except re.error as error:
        raise ValueError(f"is no regular expression ({error}); correct it") from None
    if found.groups != 1:
        raise ValueError(f"has {found.groups} groups; put what is meant into (one)")
    return found


def values_in(document: Any, place: Place) -> list[Any]:
    """The values of a JSON document at a place."""
    return _values(document, place.steps)


class Found(NamedTuple):
    """An event: its payload, what the next {after} is ("" unknown), its number and time.

    Number and time (ns since 1970) are 0 where the payload carries them.
    """

    payload: bytes
    after: str = ""
    sequence: int = 0
    timestamp_ns: int = 0


class EventReader:
    """Finds the events of a message as a description says."""

    def __init__(self, event: EventPlaces) -> None:
        self._payload = place_of(event.payload)
        self._further = [
            place_of(text) if text else None
            for text in (event.after, event.sequence, event.timestamp)
        ]
        self._unit_ns = NS[event.timestamp_unit]
        self._is_plain = self._payload.kind == WHOLE and not any(self._further)
        places = [self._payload, *filter(None, self._further)]
        self._reads_json = any(place.kind == JSON for place in places)

    def read(self, message: bytes, sse_id: bytes = b"", sse_name: bytes = b"") -> list[Found]:
        """Its events, in order; none where it has no such place: a greeting, a sign of life."""
        if self._is_plain:
            return [Found(message)]
        document = _document(message) if self._reads_json else None
        fields = {WHOLE: message, ID: sse_id, NAME: sse_name}

        def values(place: Place) -> list[Any]:
            if place.kind == JSON:
                return _values(document, place.steps)
            if place.expression is not None:
                return place.expression.findall(message)
            if place.kind == LINES:
                return [line for line in message.split(b"\n") if line]
            return [fields[place.kind]]

        payloads = values(self._payload)
        columns = [
            _column(values(place), len(payloads)) if place else None for place in self._further
        ]
        return [
            Found(_bytes(payload), *self._rest(columns, number))
            for number, payload in enumerate(payloads)
        ]

    def _rest(self, columns: Sequence[list[Any] | None], number: int) -> tuple[str, int, int]:
        after, sequence, timestamp = (column[number] if column else None for column in columns)
        time_ns = 0 if timestamp is None else round(_number(timestamp) * self._unit_ns)
        return (
            "" if after is None else _bytes(after).decode(errors="replace"),
            0 if sequence is None else int(_number(sequence)),
            time_ns,
        )


def _document(message: bytes) -> Any:
    try:
        return json.loads(message)
    except ValueError:
        return None


def _values(document: Any, steps: Sequence[str | int]) -> list[Any]:
    found = [document]
    for step in steps:
        if step == ALL:
            found = [entry for one in found if isinstance(one, list) for entry in one]
        elif isinstance(step, int):
            found = [one[step] for one in found if isinstance(one, list) and step < len(one)]
        else:
            found = [one[step] for one in found if isinstance(one, dict) and step in one]
    return [one for one in found if one is not None]


def _column(values: list[Any], length: int) -> list[Any]:
    """As many values as there are payloads; one stands for all."""
    if len(values) == 1:
        return values * length
    if len(values) != length:
        raise ValueError(f"{len(values)} values beside {length} payloads")
    return values


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    return (value if isinstance(value, str) else json.dumps(value)).encode()


def _number(value: Any) -> int | float:
    """ValueError where it is none; exact for whole numbers of any size."""
    if isinstance(value, int | float):
        return value
    text = value.decode() if isinstance(value, bytes) else str(value)
    return int(text) if text.strip().isdecimal() else float(text)
