"""The verbs of faults, each found by being a file in this folder.

A verb is a module <verb>.py (no leading underscore) with

    docstring          its first line: what is done, in a few words
    WORKS_ON = (...)   kinds of actor: "part", "service", "proxy", "path", "clients"
    LASTS = "never"    or "may", "must": whether it holds until it is undone (`for=`)
    def begin(actor)   do it to one bench.lab.actors.Actor
    def end(actor)     undo it; where it lasts

A verb for paths is written `path_down` here and may be `path:down` in a fault.
A file that lacks a part stops the command.  Must not know when a fault is due.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import get_args

from bench import catalog
from bench.lab.actors import Actor
from bench.model.errors import UsageError
from bench.model.fault import ActorKind, Lasting, Verb

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Action:
    """A verb with what carries it out."""

    verb: Verb
    begin: Callable[[Actor], None]
    end: Callable[[Actor], None]


@cache
def actions(folder: Path = FOLDER, package: str = __name__) -> dict[str, Action]:
    """All verbs by name; UsageError naming the file and what it lacks."""
    paths = sorted(path for path in folder.glob("*.py") if not path.stem.startswith("_"))
    return {path.stem: _action(path, package) for path in paths}


def verbs() -> dict[str, Verb]:
    """What is known of each verb, by name."""
    return {name: action.verb for name, action in actions().items()}


def _action(path: Path, package: str) -> Action:
    module = catalog.imported(f"{package}.{path.stem}", path)
    meaning = (module.__doc__ or "").strip().splitlines()
    works_on = getattr(module, "WORKS_ON", ())
    lasts: Lasting = getattr(module, "LASTS", "never")
    _check(path, module, bool(meaning), works_on, lasts)
    verb = Verb(path.stem, meaning[0].rstrip("."), tuple(works_on), lasts)
    return Action(verb, module.begin, getattr(module, "end", _nothing))


def _check(path: Path, module: ModuleType, has_meaning: bool, works_on: object, lasts: str) -> None:
    kinds = get_args(ActorKind)
    is_known = isinstance(works_on, tuple) and works_on and all(one in kinds for one in works_on)
    wanted = {
        "a docstring": has_meaning,
        f"WORKS_ON, a tuple of {', '.join(kinds)}": is_known,
        f"LASTS, one of {', '.join(get_args(Lasting))}": lasts in get_args(Lasting),
        "a function begin(actor)": callable(getattr(module, "begin", None)),
        "a function end(actor)": lasts == "never" or callable(getattr(module, "end", None)),
    }
    for what, is_there in wanted.items():
        if not is_there:
            raise UsageError(f"{path}: it needs {what}; add it or remove the file")


def _nothing(_: Actor) -> None:
    """What does not last has no end."""
