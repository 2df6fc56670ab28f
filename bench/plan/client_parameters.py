"""Which load parameters the clients of a pattern read: those that plain Locust offers.  Pure.

Knows how a scenario names what it reads, and no parameter by its name.
"""

from __future__ import annotations

from bench import catalog
from bench.model.load import Parameter
from bench.model.module_text import attributes


def client_parameters(experiment: str, pattern: str) -> list[Parameter]:
    """The experiment's own parameters that a scenario, or what it imports, reads as attributes.

    Parameters that only mean something within a window are left out.
    """
    known = catalog.declared_one(experiment).load.parameters.values()
    read = {name for text in catalog.client_code(experiment, pattern) for name in attributes(text)}
    return [
        one
        for one in known
        if one.section == "own" and one.field_name in read and not one.in_window
    ]
