"""The page that shows a run while it is measured: one file, which asks for snapshots itself.

Knows how it looks; what it shows comes from bench/analysis/live.py, as JSON.
"""

from __future__ import annotations

from reports.page import environment
from reports.style import COLOURS


def page() -> bytes:
    """The whole page, with nothing of a run in it."""
    template = environment().get_template("live.html.j2")
    return template.render(colours=COLOURS).encode()
