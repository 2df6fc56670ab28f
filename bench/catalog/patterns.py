"""Finds patterns by their files, and the components that they can require.

A pattern is a pair of files of the same name, targets/<experiment>/<pattern>.py and
scenarios/<experiment>/<pattern>.py.  The pair is read, never imported: a
scenario would bring Locust, and with it a patched interpreter, into whoever
asks.  What a pattern says of itself stands in its target file:

    docstring            first line: one sentence for lists and reports
    TITLE = "..."        the name in tables and figures (default: from the file)
    REQUIRES = (...)     components beyond Python, e.g. ("rabbitmq",)
    SERVICES = {...}     their settings where they run, {"postgres": {"durable": "on"}}
    EXAMPLE = "..."      a line to try it by hand, with {host} and {port}
    PROXIES = (...)      names of its proxies, "side.*" where each client has one of its own
    COMPARED = False     a floor or a probe, outside the comparison
    ON_REQUEST = True    measured only where it is named, or where a claim or an audit needs it
    PARTS = (...)        its processes, in start order (bench/model/part.py; default: one server)
    STANDS_FOR = "..."   a user's own server takes the place of this pattern's: only if named
    SCHEME = "..."       how the URL begins that clients of such a server connect to
    READS = (...)        the tables of its description that are read (default: those of events)
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from bench.catalog.experiments import DECLARATIONS
from bench.catalog.places import ROOT, CatalogError
from bench.model import module_text
from bench.model.component import Component, ServiceRequest, component_of, request_of
from bench.model.ownserver.description import EVENTS
from bench.model.part import EXAMPLE, SERVER, USUAL_ROLES, Part, read_parts
from bench.model.pattern import Pattern

COMPONENT_FOLDERS = ("bench/lab/services", "bench/lab/components")
NOT_PATTERNS = {*DECLARATIONS, "__init__"}


def _names(folder: Path) -> set[str]:
    return {
        path.stem
        for path in folder.glob("*.py")
        if not path.stem.startswith("_") and path.stem not in NOT_PATTERNS
    }


def patterns(experiment: str, root: Path = ROOT) -> dict[str, Pattern]:
    """The patterns of one experiment by name, in alphabetical order."""
    targets, scenarios = root / "targets" / experiment, root / "scenarios" / experiment
    on_server, on_client = _names(targets), _names(scenarios)
    for name in sorted(on_server ^ on_client):
        missing = (scenarios if name in on_server else targets) / f"{name}.py"
        raise CatalogError(
            f"pattern {experiment}/{name} is half present; "
            f"add {missing.relative_to(root)} or remove the other file"
        )
    return {name: _read_pattern(experiment, name, root) for name in sorted(on_server)}


def _read_pattern(experiment: str, name: str, root: Path) -> Pattern:
    path = root / "targets" / experiment / f"{name}.py"
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise CatalogError(
            f"{path.relative_to(root)}: is not UTF-8 text; save it as such"
        ) from None
    return _pattern_of(experiment, name, root, text)


@cache
def _pattern_of(experiment: str, name: str, root: Path, text: str) -> Pattern:
    """The pattern that a file of this text declares."""
    path = root / "targets" / experiment / f"{name}.py"
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise CatalogError(
            f"{path.relative_to(root)} line {error.lineno}: {error.msg}; correct the file"
        ) from None
    constants = module_text.constants(tree)
    requires = constants.get("REQUIRES", ())
    if isinstance(requires, str):
        raise CatalogError(
            f'{path.relative_to(root)}: REQUIRES = "{requires}" is text; '
            f'write REQUIRES = ("{requires}",)'
        )
    try:
        services = _requested(requires, constants.get("SERVICES", {}), components(root))
    except ValueError as error:
        raise CatalogError(f"{path.relative_to(root)}: {error}") from None
    summary = (ast.get_docstring(tree) or "").strip().split("\n\n")[0].replace("\n", " ")
    if not summary:
        raise CatalogError(
            f"{path.relative_to(root)}: has no docstring; its first sentence describes the "
            "pattern in lists and reports"
        )
    return Pattern(
        experiment=experiment,
        name=name,
        title=constants.get("TITLE", name.replace("_", " ")),
        summary=summary,
        requires=tuple(requires),
        services=services,
        compared=bool(constants.get("COMPARED", True)),
        on_request=bool(constants.get("ON_REQUEST", False)),
        example=constants.get("EXAMPLE", ""),
        proxies=_proxies(constants, path.relative_to(root)),
        parts=_parts(tree, constants, path.relative_to(root)),
        stands_for=constants.get("STANDS_FOR", ""),
        scheme=constants.get("SCHEME", ""),
        reads=tuple(constants.get("READS", EVENTS)),
    )


def _requested(
    requires: Iterable[str], asked: Mapping[str, Any], known: Mapping[str, Component]
) -> tuple[ServiceRequest, ...]:
    """The services among what is required, with their settings; ValueError names a mistake."""
    for name in requires:
        if name not in known:
            raise ValueError(f"REQUIRES names {name!r}; there is {', '.join(sorted(known))}")
    services = [known[name] for name in requires if known[name].role]
    for name in asked:
        if name not in [service.name for service in services]:
            raise ValueError(
                f"SERVICES names {name!r}, which is not a service in REQUIRES; add it there"
            )
        if not isinstance(asked[name], Mapping):
            raise ValueError(f'SERVICES["{name}"] = {asked[name]!r}; write {{"setting": "value"}}')
    return tuple(request_of(service, asked.get(service.name, {})) for service in services)


def _proxies(constants: dict[str, Any], path: Path) -> tuple[str, ...]:
    declared = constants.get("PROXIES", ())
    if isinstance(declared, str) or not all(isinstance(name, str) for name in declared):
        raise CatalogError(
            f"{path}: PROXIES = {declared!r} is not a tuple of names; "
            'write PROXIES = ("near", "far")'
        )
    return tuple(declared)


def _parts(tree: ast.Module, constants: dict[str, Any], path: Path) -> tuple[Part, ...]:
    """The declared parts, whose classes must be there; one server where none are declared."""
    if "PARTS" not in constants:
        if "PARTS" in module_text.assigned(tree):
            raise CatalogError(f"{path}: PARTS is not a literal; write it out, as {EXAMPLE}")
        return (SERVER,)
    try:
        parts = read_parts(constants["PARTS"])
    except ValueError as error:
        raise CatalogError(f"{path}: PARTS: {error}; write it as {EXAMPLE}") from None
    defined = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    for part in parts:
        if part.class_name not in defined | module_text.imported(tree):
            raise CatalogError(
                f"{path}: part {part.name!r} needs class {part.class_name}; "
                'add it, or name another with "class"'
            )
    return parts


@cache
def components(root: Path = ROOT) -> dict[str, Component]:
    """What patterns can require, by name: services, and components that are only there or not."""
    found = {}
    for folder in COMPONENT_FOLDERS:
        for path in sorted((root / folder).glob("[!_]*.py")):
            try:
                found[path.stem] = component_of(
                    path.stem, module_text.constants(ast.parse(path.read_text()))
                )
            except (SyntaxError, ValueError) as error:
                raise CatalogError(f"{path.relative_to(root)}: {error}") from None
    return found


@cache
def roles(root: Path = ROOT) -> tuple[str, ...]:
    """Every role that a part, a service or a proxy of this checkout can have, usual ones first.

    A target file that cannot be read has none; whoever asks for its pattern is told why.
    """
    found = {component.role for component in components(root).values()}
    for path in (root / "targets").glob("*/[!_]*.py"):
        with contextlib.suppress(SyntaxError, ValueError):
            declared = module_text.constants(ast.parse(path.read_text(encoding="utf-8"))).get(
                "PARTS", ()
            )
            found |= {part.role for part in read_parts(declared)} if declared else set()
    return tuple(dict.fromkeys([*USUAL_ROLES, *sorted(filter(None, found))]))
