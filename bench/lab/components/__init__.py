"""What patterns can require beside Python: whether it is there, its version, the remedy.

One file each, found by being there: TITLE as a literal, `missing()` and `version()`.
What also runs for many trials stands in `bench.lab.services` with the same.
"""

from __future__ import annotations

import importlib
from functools import cache
from types import ModuleType

from bench import catalog


def missing(name: str) -> str:
    """The remedy where this component is absent, "" where it is there."""
    return str(_module(name).missing())


def version(name: str) -> str:
    """Its version; "" where unknown."""
    return str(_module(name).version())


@cache
def _module(name: str) -> ModuleType:
    folder = "services" if catalog.components()[name].role else "components"
    module = importlib.import_module(f"bench.lab.{folder}.{name}")
    for function in ("missing", "version"):
        if not callable(getattr(module, function, None)):
            raise catalog.CatalogError(f"{module.__file__}: has no {function}(); add it")
    return module
