"""Writes the atlas into a folder: the page, its data, and the slides.

    FOLDER/index.html      the whole ledger on one page that needs no other file
    FOLDER/atlas.csv       a row for each claim
    FOLDER/numbers.csv     a row for each number behind a verdict
    FOLDER/slides/         a slide of each measured claim, PNG and SVG

Knows the order of the parts, not how any of them is made.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reports.atlas import data, pictures, rows
from reports.atlas.rows import Count, Row
from reports.claims_section import MARKS, said_of
from reports.numbers import listed
from reports.page import environment

PAGE, SLIDES = "index.html", "slides"
KEPT = "kept"
MOST_NAMED = 20


@dataclass(frozen=True)
class Around:
    """What the page says beside the claims: when it was made, of what, and what was left out."""

    made: datetime
    commit: str
    machine: str
    runs: int
    kept: int = 0
    """So many of these runs are not at hand: an earlier atlas speaks for them."""

    scope: str = ""
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class RunLine:
    """A run on which verdicts rest."""

    name: str
    date: str
    commit: str
    machine: str
    seed: int
    claims: tuple[Row, ...]
    kinds: tuple[str, ...]


def write(found: Sequence[Row], around: Around, folder: Path, *, with_slides: bool = True) -> Path:
    """Write everything and return the page's path; slides of before are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / SLIDES).is_dir():
        shutil.rmtree(folder / SLIDES)
    names = pictures.slides(found, folder / SLIDES) if with_slides else []
    data.claims(found, names).to_csv(folder / "atlas.csv", index=False)
    data.numbers(found).to_csv(folder / "numbers.csv", index=False)
    context = {
        "all": Count("all", tuple(found)),
        "topics": rows.by_topic(found),
        "parts": rows.by_experiment(found),
        "figures": {row.slug: pictures.small(row) for row in found},
        "slides": frozenset(names),
        "runs": run_lines(found),
        "notices": notices(found),
        "around": around,
        "marks": MARKS,
        "said_of": said_of,
        "kind_of": rows.kind_of,
        "day": rows.day,
    }
    text = environment().get_template("atlas.html.j2").render(context)
    where = folder / PAGE
    where.write_text(text, encoding="utf-8")
    return where


def run_lines(found: Sequence[Row]) -> list[RunLine]:
    """The runs on which the rows rest, newest first."""
    by_run: dict[str, list[Row]] = {}
    for row in found:
        if row.made is not None:
            by_run.setdefault(row.made.run, []).append(row)
    lines = []
    for name, own in by_run.items():
        made, source = own[0].made, own[0].entry.source
        assert made is not None
        assert source is not None
        kinds = dict.fromkeys(kind for row in own if row.made for kind in row.made.kinds)
        kinds |= dict.fromkeys([KEPT] * any(is_kept(row) for row in own))
        seed = source.origin.seed
        lines.append(
            RunLine(name, made.date, made.commit, made.machine, seed, tuple(own), tuple(kinds))
        )
    return sorted(lines, key=lambda one: one.name, reverse=True)


def is_kept(row: Row) -> bool:
    """Whether its run is not at hand, so that an earlier atlas speaks for it."""
    return row.entry.source is not None and row.entry.source.is_kept


def notices(found: Sequence[Row]) -> list[str]:
    """What must be known before a verdict is quoted: which are not of this machine and code."""
    counts: dict[str, list[str]] = {}
    for row in found:
        for kind in row.made.kinds if row.made else ():
            counts.setdefault(kind, []).append(row.id)
    words = {
        "older code": ("was", "were", "measured with code that has changed since"),
        "another machine": (
            "was",
            "were",
            "measured on another machine, not the one that made this page",
        ),
        "doubtful": ("is", "are", "known only from a run that is not reliable"),
    }
    found_words = []
    for kind, ids in counts.items():
        one, many, rest = words[kind]
        text = f"{len(ids)} claim {one}" if len(ids) == 1 else f"{len(ids)} claims {many}"
        which = listed(ids) if len(ids) <= MOST_NAMED else f"each is marked “{kind}”"
        found_words.append(f"{text} {rest}: {which}.")
    return found_words
