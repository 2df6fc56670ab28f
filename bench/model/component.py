"""What a pattern can require beside Python, and which settings of a service it may ask for.

A component is only there or not; a service also runs, with a role in the meters.
What both say of themselves are literals in a file of their own (`catalog.components`
reads them).  Must not know any of them by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.model.links import BACKEND, SERVICES, STANDBY

SIDES = (SERVICES, BACKEND, STANDBY)
"""Where a service may run, by default the first, which without a link of its own is the backend."""

SIDE = "side"


@dataclass(frozen=True)
class Setting:
    """One of `choices`, by default the first; with `several`, any number of them, by default none.

    Several stand in one text, with spaces between.
    """

    choices: tuple[str, ...]
    several: bool = False

    @property
    def default(self) -> str:
        return "" if self.several else self.choices[0]

    def allows(self, value: str) -> bool:
        return set(value.split()) <= set(self.choices) if self.several else value in self.choices


@dataclass(frozen=True)
class Component:
    """Something that is installed, or not.

    A service has a role; `foreign` is the option that names one that runs already, "" where
    there is none.  One that is `described` is nobody's before a user's file describes it.
    """

    name: str
    title: str
    role: str = ""
    settings: Mapping[str, Setting] = field(default_factory=dict)
    foreign: str = ""
    described: bool = False


@dataclass(frozen=True)
class ServiceRequest:
    """A service as one pattern asks for it: every setting has a value.

    `description` is the text of the `file` that describes it; "" where the service needs none, or
    has none yet.
    """

    name: str
    side: str = SERVICES
    settings: tuple[tuple[str, str], ...] = ()
    description: str = ""
    file: str = ""


def component_of(name: str, literals: Mapping[str, Any]) -> Component:
    """A component from its file's literals; ValueError says what is wrong there.

    SETTINGS = {"durable": ("off", "on"), "plugins": {"any_of": ("one", "another")}}
    """
    title = literals.get("TITLE")
    if not isinstance(title, str) or not title:
        raise ValueError('has no TITLE; add TITLE = "..."')
    settings = {}
    for key, value in dict(literals.get("SETTINGS", {})).items():
        several = isinstance(value, Mapping)
        choices = value.get("any_of") if several else value
        if not isinstance(choices, tuple | list) or not choices:
            raise ValueError(f"SETTINGS[{key!r}] = {value!r}; write a tuple of values")
        settings[key] = Setting(tuple(map(str, choices)), several)
    role, foreign = str(literals.get("ROLE", "")), str(literals.get("FOREIGN", ""))
    described = bool(literals.get("DESCRIBED", False))
    return Component(name, title, role, settings, foreign, described)


def request_of(service: Component, asked: Mapping[str, str]) -> ServiceRequest:
    """The settings that a pattern asks for, completed; ValueError names the one that is wrong."""
    known = {SIDE: Setting(SIDES), **service.settings}
    for name, value in asked.items():
        if name not in known:
            raise ValueError(f"{service.name} has no setting {name!r}; it has {', '.join(known)}")
        if not isinstance(value, str) or not known[name].allows(value):
            manner = "any of" if known[name].several else "one of"
            choices = ", ".join(known[name].choices)
            raise ValueError(f"{service.name}: {name} = {value!r}; write {manner} {choices}")
    values = {name: asked.get(name, setting.default) for name, setting in known.items()}
    return ServiceRequest(service.name, values.pop(SIDE), tuple(sorted(values.items())))
