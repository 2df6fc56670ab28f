"""Reads a description of a server that is not ours from its TOML text.  Pure.

What is wrong is one line that names the key, the value and the remedy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from bench.model import hints, tomltext
from bench.model.errors import UsageError
from bench.model.ownserver.checks import check
from bench.model.ownserver.description import KEYS, OwnServer


def read(text: str) -> OwnServer:
    """The description, checked; UsageError names the key, what is wrong and the remedy."""
    content = tomltext.content_of(text)
    try:
        found = msgspec.convert(content, OwnServer)
    except msgspec.ValidationError as error:
        raise UsageError(_wrong(content, str(error))) from None
    check(found, list(content))
    return found


def _wrong(content: Mapping[str, Any], message: str) -> str:
    """What msgspec found, with the key and the remedy."""
    place = re.search(r"at `\$\.?([\w.]*)", message)
    table = place[1] if place else ""
    if name := re.search(r"unknown field `(\w+)`", message):
        return _unknown(f"{table}.{name[1]}".lstrip("."))
    if name := re.search(r"missing required field `(\w+)`", message):
        return _missing(f"{table}.{name[1]}".lstrip("."))
    key = _known(table)
    form = KEYS[key][0] if key in KEYS else "a table"
    return (
        f"{key} = {_value(content, key)!r}: must be {form} ({message.split(' - ', maxsplit=1)[0]})"
    )


def _unknown(key: str) -> str:
    table, _, name = key.rpartition(".")
    there = [known.rpartition(".")[2] for known in KEYS if known.rpartition(".")[0] == table]
    if not table:
        there += dict.fromkeys(known.partition(".")[0] for known in KEYS if "." in known)
    listed = ", ".join(there)
    has = f"[{table}] has" if table else "there is"
    return f"{key}: unknown key; {hints.meant(name, there, f'{has} {listed}')}"


def _missing(key: str) -> str:
    return f"{key}: is missing; it is {KEYS[key][1]}"


def _known(place: str) -> str:
    """The key that a place belongs to: of an entry of a table or list that of the whole."""
    while place and place not in KEYS and "." in place:
        place = place.rpartition(".")[0]
    return place


def _value(content: Mapping[str, Any], key: str) -> Any:
    found: Any = content
    for name in key.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
