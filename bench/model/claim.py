"""A statement that a run can confirm or refute, and the trials that it needs.

Must not know how a verdict is reached.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class ClaimSetup:
    """Trials that a claim needs: patterns under settings, as on the command line."""

    patterns: tuple[str, ...]
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class MustSee:
    """What must be seen in the window, or the claim says yes to nothing.

    A metric that counts what is to happen reaches `at_least` in these patterns at every level
    that `where` finds: over all trials of a level, or in every trial of it, which is the way for
    ratios, as they cannot be added up.  `what` names it in the plural, as in "50 timeouts".
    """

    metric: str
    at_least: float
    patterns: tuple[str, ...]
    what: str
    where: Mapping[str, Any] = field(default_factory=dict)
    per: Literal["level", "trial"] = "level"

    @property
    def text(self) -> str:
        scope = "at every level" if self.per == "level" else "in every trial"
        return f"at least {self.at_least:g} {self.what} {scope} ({', '.join(self.patterns)})"


@dataclass(frozen=True)
class Claim:
    """A statement that a run can confirm or refute.

    `rule` judges the statement (bench.verdicts), all its parts together; `law` names the laws
    that it is held against; `setups` are the trials that supply what is read.
    `preconditions` are rules without which the numbers would be of something else, and
    `must_see` is what must have happened: where one fails, the claim is not measured.
    """

    id: str
    statement: str
    setups: tuple[ClaimSetup, ...]
    rule: Any
    law: str = ""
    preconditions: tuple[Any, ...] = ()
    must_see: tuple[MustSee, ...] = ()
