"""A statement that a run can confirm or refute, and the trials that it needs.

Must not know how a verdict is reached.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ClaimSetup:
    """Trials that a claim needs: patterns under settings, as on the command line."""

    patterns: tuple[str, ...]
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Claim:
    """A statement that a run can confirm or refute.

    `rule` judges (see bench.claims); `law` names the laws that it is held
    against; `setups` are the trials that supply what the rule reads.
    """

    id: str
    statement: str
    setups: tuple[ClaimSetup, ...]
    rule: Any
    law: str = ""
