"""Real components that outlive a trial, one file each, found by being there.

A file says of itself TITLE, ROLE and SETTINGS as literals (`bench.model.component`), has
`missing()` and `version()`, and one subclass of `Service`.  Files that begin with "_" help.
"""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path
from types import ModuleType

from bench import catalog
from bench.lab.services._service import Service, Setup
from bench.lab.side import Sides
from bench.model.component import ServiceRequest
from bench.model.errors import UsageError

__all__ = ["Service", "Setup", "check_foreign", "create", "foreign_of", "release", "service_class"]


def create(request: ServiceRequest, pins: list[int], sides: Sides) -> Service:
    """An instance as it is asked for; it does not run yet."""
    setup = Setup(
        pins,
        sides[request.side],
        sides.standby,
        dict(request.settings),
        request.description,
        request.file,
    )
    return service_class(request.name)(setup)


@cache
def service_class(name: str) -> type[Service]:
    """The class in the service's file."""
    module = _module(name)
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Service)
        and value.__module__ == module.__name__
    ]
    if len(found) != 1:
        raise catalog.CatalogError(
            f"{module.__file__}: defines {len(found)} subclasses of Service; write one"
        )
    return found[0]


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"bench.lab.services.{name}")


def foreign_of(options: dict[str, str]) -> dict[str, str]:
    """The addresses of services that run already, by service, from options by name."""
    known = catalog.components().values()
    return {one.name: url for one in known if one.foreign and (url := options.get(one.foreign, ""))}


def check_foreign(name: str, url: str) -> None:
    """UsageError where `url` is no address of that service on this host."""
    option = catalog.components()[name].foreign
    if wrong := service_class(name).foreign_fault(url):
        raise UsageError(f"{option}={url}: {wrong}")


def release(folder: Path) -> None:
    """Free what a dead service holds outside its folder, as the folder says."""
    for component in catalog.components().values():
        if component.role:
            service_class(component.name).release(folder)
