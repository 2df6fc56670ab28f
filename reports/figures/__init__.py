"""The kinds of figure, each found by being a file in this folder.

A kind is a module <kind>.py (no leading underscore) with

    TITLE = "..."      its heading
    CAPTION = "..."    how to read it, in one or two sentences
    SECTION = "..."    the section of the page it stands in (default "figures")
    def draw(run, result) -> list of (name, Figure)
    def caption(result) -> str    where CAPTION does not hold for all (optional)

`draw` gets the whole run and one experiment's result, and returns no figure
where the kind does not apply.  A file that lacks a part stops the report.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from bench import catalog
from bench.analysis.evaluated import Evaluated, ExperimentResult
from bench.model.errors import UsageError
from reports.figures._sheet import slim, thin_out
from reports.style import RC

FOLDER = Path(__file__).parent
SECTIONS = (
    "answer",
    "tradeoff",
    "distribution",
    "curves",
    "claims",
    "laws",
    "load",
    "delivery",
    "figures",
)
"""The sections of the page that take figures, in order."""

Draw = Callable[[Evaluated, ExperimentResult], list[tuple[str, Figure]]]


@dataclass(frozen=True)
class Kind:
    """One kind of figure, as its file declares it."""

    name: str
    title: str
    caption: str
    section: str
    draw: Draw
    caption_for: Callable[[ExperimentResult], str]

    def figures(self, evaluated: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
        """The kind's figures in the common style."""
        with mpl.rc_context(RC):
            found = self.draw(evaluated, result)
            for _, figure in found:
                thin_out(figure)
        return found

    def slim(self, evaluated: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
        """The same figures for a telephone."""
        with slim():
            return self.figures(evaluated, result)


def kinds(folder: Path = FOLDER, package: str = __name__) -> list[Kind]:
    """All kinds, by name; UsageError naming the file and what it lacks."""
    paths = sorted(path for path in folder.glob("*.py") if not path.stem.startswith("_"))
    return [_kind(path, package) for path in paths]


def _kind(path: Path, package: str) -> Kind:
    module = catalog.imported(f"{package}.{path.stem}", path)
    for name, wanted in (("TITLE", "a text"), ("CAPTION", "a text"), ("draw", "a function")):
        value = getattr(module, name, None)
        if not (callable(value) if name == "draw" else isinstance(value, str) and value):
            raise UsageError(f"{path}: {name} must be {wanted}; add it or remove the file")
    section = getattr(module, "SECTION", "figures")
    if section not in SECTIONS:
        raise UsageError(f"{path}: SECTION {section!r} is none of {', '.join(SECTIONS)}; use one")
    caption_for = getattr(module, "caption", lambda _result: module.CAPTION)
    return Kind(path.stem, module.TITLE, module.CAPTION, section, module.draw, caption_for)
