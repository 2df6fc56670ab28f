"""A visitor's workflow: its name, what it has laid into its basket, and what it must see there.

Pure.  Knows no protocol.
"""

from __future__ import annotations

from dataclasses import dataclass, field

SEPARATOR = "\n"


class Broken(OSError):
    """The workflow cannot go on; `reason` is one of REASONS."""

    def __init__(self, reason: str, words: str) -> None:
        super().__init__(words)
        self.reason = reason


LOST, GAVE_UP, FOREIGN, WRONG = "lost", "gave up", "foreign", "wrong"
REASONS = ("", LOST, GAVE_UP, FOREIGN, WRONG)
"""Why a workflow broke, by the number in its row: its session was not known, nobody served it
in time, it saw what another visitor had laid down, or another answer was wrong."""


LEAST_NUMBER = 100_000
"""All numbers have as many digits, and so have names: a request's bytes do not depend on them."""


def first_number(seed: int) -> int:
    """The number of a client's first workflow in a trial of this seed.

    Trials differ in it: who hashes names would find the same share in all of them otherwise, and
    what is alike in all trials looks certain.
    """
    return LEAST_NUMBER + seed % (8 * LEAST_NUMBER)


def visitor_name(client: int, workflow: int) -> str:
    """A visitor's name: no two workflows of a trial have the same."""
    return f"{client}.{workflow}"


def item_text(name: str, place: int, size: int) -> str:
    """What a visitor lays down at a place: marked with its name, `size` characters."""
    return f"{name}-{place}-".ljust(size, "x")[:size]


@dataclass
class Workflow:
    """One workflow of one client.  Times in ns."""

    client: int
    number: int
    item_bytes: int
    begun_ns: int
    logged_in_ns: int = 0
    basket: list[str] = field(default_factory=list)
    cookies: dict[str, str] = field(default_factory=dict)
    answered: int = 0
    """Requests that were answered as they should be."""

    def __post_init__(self) -> None:
        self.cookies["user"] = self.name

    @property
    def name(self) -> str:
        return visitor_name(self.client, self.number)

    def next_item(self) -> tuple[int, str]:
        """Where the next item goes, and what it is."""
        place = len(self.basket)
        return place, item_text(self.name, place, self.item_bytes)

    def check(self, body: str, expected: list[str]) -> None:
        """Broken where a basket is not what this visitor has laid into it."""
        seen = body.split(SEPARATOR) if body else []
        if seen == expected:
            return
        if any(not item.startswith(f"{self.name}-") for item in seen):
            raise Broken(FOREIGN, "the basket holds what another visitor has laid down")
        raise Broken(WRONG, f"the basket holds {len(seen)} items, and {len(expected)} were laid")
