"""How a reply is made: piece by piece at its times, gathered into batches, and accounted for.

Knows nothing of how a batch gets to its reader.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import NamedTuple

from bench.clock import now_ns
from scenarios.streamed_reply._plan import Plan

Until = Callable[[int], Awaitable[None]]


class Batch(NamedTuple):
    """Pieces that are sent together; `is_last` with those that end the reply."""

    text: bytes
    is_last: bool


class Account:
    """What one server has made, of all replies, and whose departure it has noticed."""

    def __init__(self) -> None:
        self.begun = self.made = self.noticed = 0
        self.noticed_s = 0.0
        """The sum of the moments at which departures were noticed."""

    def notice(self) -> None:
        """A reader is gone, and what it asked for is given up."""
        self.noticed += 1
        self.noticed_s += now_ns() / 1e9

    def counts(self) -> dict[str, float]:
        return {
            "begun": self.begun,
            "made": self.made,
            "noticed": self.noticed,
            "noticed_s": self.noticed_s,
        }


async def made(
    plan: Plan, begun_ns: int, batch_ns: int, until: Until, account: Account
) -> AsyncIterator[Batch]:
    """The batches of a reply, each when it is to be sent.

    The first piece is sent at once, and so are those that end the reply.  In between at least
    `batch_ns` lie between two sendings; what is made meanwhile goes together.  Who takes a batch
    late holds up what follows: no piece is made before the batch before it was taken.
    """
    account.begun += 1
    pending: list[bytes] = []
    sent_ns, last = -batch_ns, len(plan) - 1
    for number, due_ns in enumerate(plan.offsets_ns):
        if pending and sent_ns + batch_ns < due_ns:
            sent_ns += batch_ns
            await until(begun_ns + sent_ns)
            yield Batch(b"".join(pending), False)
            pending = []
        await until(begun_ns + due_ns)
        account.made += 1
        pending.append(plan.piece(number))
        if number == last or due_ns >= sent_ns + batch_ns:
            sent_ns = due_ns
            yield Batch(b"".join(pending), number == last)
            pending = []
