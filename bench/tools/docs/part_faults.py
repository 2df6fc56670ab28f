"""Every verb of a fault."""

from __future__ import annotations

from pathlib import Path

from bench.lab import faults
from bench.tools.docs.markdown import code, table

LASTS = {
    "never": "takes no `for`",
    "may": "`for`, or until the trial's end",
    "must": "`for` is needed",
}


def part(_: Path) -> str:
    """What each verb does, to whom, and whether it lasts."""
    rows = [
        (code(verb.name), verb.meaning, ", ".join(verb.works_on), LASTS[verb.lasts])
        for verb in faults.verbs().values()
    ]
    return table(("verb", "what happens", "to", "how long"), rows)
