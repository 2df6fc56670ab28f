"""Figures as files, and as SVG that can stand in a page beside others.

The same figure always gives the same bytes: no dates, no random ids.  Knows
nothing of what a figure shows.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from reports.style import FAINT, INK, PAPER, RC

PNG_DPI = 110
FONTS = "system-ui, 'DejaVu Sans', Verdana, sans-serif"
SLUG = re.compile(r"[^a-z0-9=._-]+")
IDS = re.compile(r'\bid="([^"]+)"')
REFERENCES = re.compile(r'(url\(#|href="#)')
TAG = re.compile(r"<[^>]*>")
LONG = re.compile(r"-?\d+\.\d{4,}")
DIGEST = re.compile(r'(?<=["#])(\w*?)[0-9a-f]{10}\b')
"""An id that Matplotlib makes of what it names."""

DECIMALS = 3
"""Of a point: far below what any screen or printer shows."""


def slug(text: str) -> str:
    """A file name: small letters, digits and a few signs."""
    return SLUG.sub("-", text.lower()).strip("-")


def as_svg(figure: Figure, name: str) -> str:
    """The figure as SVG text, ids made from `name` alone; its layout is settled by this."""
    target = io.StringIO()
    with mpl.rc_context(RC | {"svg.hashsalt": name}):
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None})
    figure.set_layout_engine("none")  # the same in all forms, and found once: half of their time
    return settled(target.getvalue())


def settled(text: str) -> str:
    """The SVG without what differs from one drawing of a figure to the next.

    The solver of the layout adds in the order of addresses in memory, so the last bits of
    coordinates differ, and with them the ids that are digests of coordinates.
    """
    names: dict[str, str] = {}

    def numbered(found: re.Match[str]) -> str:
        return names.setdefault(found[0], f"{found[1]}{len(names)}")

    return TAG.sub(lambda tag: DIGEST.sub(numbered, LONG.sub(_short, tag[0])), text)


def _short(found: re.Match[str]) -> str:
    text = f"{float(found[0]):.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def save_png(figure: Figure, path: Path, dpi: int = PNG_DPI) -> None:
    with mpl.rc_context(RC):
        FigureCanvasAgg(figure)
        figure.savefig(path, format="png", dpi=dpi, metadata={"Software": None})


def inline(svg: str, name: str, label: str) -> str:
    """SVG text for an HTML page: ids of its own, the page's ink and paper, a spoken label."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = IDS.sub(rf'id="{name}-\1"', body)
    body = REFERENCES.sub(rf"\g<1>{name}-", body)
    for colour, variable in ((INK, "ink"), (PAPER, "paper"), (FAINT, "line")):
        body = body.replace(colour, f"var(--{variable})")
    body = body.replace("'DejaVu Sans'", FONTS)
    return body.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
