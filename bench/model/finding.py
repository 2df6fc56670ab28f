"""A typed doubt about a trial or a run, with its remedy.

Must not know what raises it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

Severity = Literal["note", "doubt", "void"]


@dataclass(frozen=True)
class Finding:
    """A typed doubt with its remedy.  `void` forbids to use the numbers."""

    code: str
    severity: Severity
    message: str
    remedy: str

    ORDER: ClassVar[tuple[Severity, ...]] = ("void", "doubt", "note")
