"""The atlas in a minute, for a terminal: how many claims have which verdict, by topic.

Only words and a table; what they rest on is in the page.
"""

from __future__ import annotations

from collections.abc import Sequence

from reports.atlas.page import notices
from reports.atlas.rows import Count, Row, by_topic
from reports.claims_section import MARKS
from reports.fitted_table import FittedTable, fitted


def lines(found: Sequence[Row]) -> list[str]:
    """What all claims come to, and what must be known of the verdicts."""
    return [f"Of {len(found)} claims: {Count('all', tuple(found)).words}.", *notices(found)]


def topics_table(found: Sequence[Row]) -> FittedTable:
    """A line for each topic: how many claims have which verdict."""
    table = [
        (count.name, *(str(many or "") for many in count.by_verdict.values()))
        for count in by_topic(found)
    ]
    return fitted(("topic", *MARKS), table, numbers=len(MARKS))
