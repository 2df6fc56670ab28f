"""What both servers know: the answer to each query, and when it is due; and what they counted.

Knows nothing of sockets.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from scenarios.query_ids import _dns as dns
from scenarios.query_ids import _planned as planned

FORGED = "forged"
"""The text of every forged answer: it is right for no name."""


class Answers:
    """Answers by the zone of a trial; forges some where that is asked for."""

    def __init__(self, load: Any, seed: int) -> None:
        self._own = load.own
        self._zone = planned.Zone(load, seed)
        self._chance = random.Random(f"{seed}/forged")
        self.queries = self.answered = self.malformed = self.forgeries = self.connections = 0

    def read(self, data: bytes) -> dns.Query | None:
        """A query; None, and counted, where it is none."""
        try:
            query = dns.read_query(data)
        except ValueError:
            self.malformed += 1
            return None
        self.queries += 1
        return query

    def right(self, query: dns.Query) -> tuple[bytes, float]:
        """The answer, and in how many seconds it is due."""
        truth = self._zone.truth(query.name)
        return dns.write_answer(query.id, query.name, truth.text), truth.delay_ns / 1e9

    def is_attacked(self) -> bool:
        """Whether forged answers come to this query."""
        share = self._own.forged_share
        return bool(share) and self._chance.random() < share

    def with_right_id(self, query: dns.Query) -> bytes:
        """A forged answer of somebody who has seen the query."""
        self.forgeries += 1
        return dns.write_answer(query.id, query.name, FORGED)

    def with_other_id(self, query: dns.Query) -> bytes:
        """One of somebody who knows the question only."""
        self.forgeries += 1
        id_ = self._chance.randrange(self._own.ids)
        if self._own.forged_id == "wrong":
            others = self._own.ids - 1
            id_ = (query.id + 1 + self._chance.randrange(others)) % self._own.ids
        return dns.write_answer(id_, query.name, FORGED)

    def counted(self, send: Callable[[], None]) -> Callable[[], None]:
        """Send an answer, and count it."""

        def act() -> None:
            self.answered += 1
            send()

        return act

    def counts(self) -> dict[str, float]:
        """What was counted since the start."""
        return {
            "queries": self.queries,
            "answered": self.answered,
            "malformed": self.malformed,
            "forgeries": self.forgeries,
            "connections": self.connections,
        }
