"""Finds experiments, patterns and components by their files.

May import: bench.model and below; by name, at run time, an experiment's declarations.
Must not know: any experiment, nor how one is measured or judged.
"""

from bench.catalog.code import client_code, code_of
from bench.catalog.experiments import declared, declared_one, experiments
from bench.catalog.patterns import components, patterns, roles
from bench.catalog.places import ROOT, CatalogError, imported
from bench.catalog.selecting import select

__all__ = [
    "ROOT",
    "CatalogError",
    "client_code",
    "code_of",
    "components",
    "declared",
    "declared_one",
    "experiments",
    "imported",
    "patterns",
    "roles",
    "select",
]
