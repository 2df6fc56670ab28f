"""A part of a pattern: one process, or several equal ones, with a role.

Declared in the pattern's target file, in start order:

    PARTS = (
        {"name": "publisher", "role": "publisher"},
        {"name": "backend", "role": "server", "count": "backends", "side": "backend"},
    )

Must not know how a process is started.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from bench.model.errors import UsageError
from bench.model.links import BACKEND, SIDES
from bench.model.load import Parameter

USUAL_ROLES = ("server", "broker", "proxy", "database")
"""Roles that tables show first; a part or a service may have any other."""

CLIENT_ROLES = ("caller", "receiver")
"""Roles of parts that stand where clients do: metered, and no part of the backend's cost."""

GENERATOR = "generator"
"""The role of the load processes, in which clients are simulated."""

MOST_INSTANCES = 64
_NAME = re.compile(r"[a-z][a-z0-9_]*")
EXAMPLE = 'PARTS = ({"name": "worker", "role": "worker", "count": 2, "side": "backend"},)'


@dataclass(frozen=True)
class Part:
    """`count` equal processes of a pattern on one side; a text names the load's parameter.

    `class_name` is the class of the target file that each of them runs.  Clients connect to the
    entrance: where no part says that it is, to the first server.
    """

    name: str
    role: str
    count: int | str = 1
    side: str = BACKEND
    class_name: str = "Target"
    is_entrance: bool = False

    def instances(self, load: Mapping[str, Any], parameters: Mapping[str, Parameter]) -> int:
        """How many there are under this load (by field name); UsageError where it is no number."""
        if isinstance(self.count, int):
            return self.count
        parameter = parameters.get(self.count)
        value = load.get(parameter.field_name) if parameter else None
        if isinstance(value, bool) or not isinstance(value, int) or value > MOST_INSTANCES:
            raise UsageError(
                f"{self.count}={value}: the number of parts {self.name} must be a whole number "
                f"up to {MOST_INSTANCES}; set {self.count}, or correct PARTS"
            )
        return value

    def label(self, number: int) -> str:
        """What one of them is called: `server` where there is one by declaration, `worker.1`."""
        return self.name if self.count == 1 else f"{self.name}.{number}"


def cores_of(role: str) -> str:
    """Which set of cores a role runs on: those who stand where clients do share the load's."""
    return "load" if role in (GENERATOR, *CLIENT_ROLES) else "backend"


SERVER = Part("server", "server")
"""What a pattern has that declares no parts."""


class _Declaration(msgspec.Struct, forbid_unknown_fields=True, rename={"class_name": "class"}):
    name: str
    role: str
    count: int | str = 1
    side: str = BACKEND
    class_name: str = ""
    entrance: bool = False

    def part(self) -> Part:
        camel = "".join(word.capitalize() for word in self.name.split("_"))
        class_name = self.class_name or camel
        return Part(self.name, self.role, self.count, self.side, class_name, self.entrance)


def read_parts(declared: object) -> tuple[Part, ...]:
    """The parts that a PARTS literal declares; ValueError saying what is wrong with it."""
    try:
        found = msgspec.convert(declared, list[_Declaration])
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None
    parts = tuple(one.part() for one in found)
    for wrong in (*_wrong(parts), *(problem for part in parts for problem in _wrong_in(part))):
        raise ValueError(wrong)
    return parts


def _wrong(parts: Sequence[Part]) -> list[str]:
    names = [part.name for part in parts]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    entrances = [part.name for part in parts if part.is_entrance]
    return [
        *(f"{name!r} is declared twice" for name in twice),
        *([] if parts else ["it is empty"]),
        *([f"{' and '.join(entrances)} are entrances; name one"] if len(entrances) > 1 else []),
    ]


def _wrong_in(part: Part) -> list[str]:
    found = [
        f"{what} {text!r} must be lower-case letters, digits and _"
        for what, text in (("name", part.name), ("role", part.role))
        if not _NAME.fullmatch(text)
    ]
    if isinstance(part.count, int) and not 1 <= part.count <= MOST_INSTANCES:
        found.append(f"{part.name}: count {part.count} must be 1 to {MOST_INSTANCES}")
    if part.side not in SIDES:
        found.append(f"{part.name}: unknown side {part.side!r}; there is {', '.join(SIDES)}")
    return found
