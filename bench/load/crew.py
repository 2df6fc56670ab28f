"""Who of a master's workers is there, what each has replied, and who is waited for no more.

Knows nothing of Locust, nor of what is said.
"""

from __future__ import annotations

from collections.abc import Sequence

from bench.load.worker_messages import WorkerReply
from bench.model.combining import combine
from bench.model.messages import Failed, LoadReply


class Crew:
    """The workers of one master, numbered from 0; `ids` are Locust's names of them."""

    def __init__(self, count: int) -> None:
        self.present = set(range(count))
        self.ids: dict[int, str] = {}
        self._replies: dict[int, dict[int, LoadReply]] = {}

    def expect(self, number: int) -> None:
        """Keep the replies to the command of this number from now on."""
        self._replies[number] = {}

    def heard(self, reply: WorkerReply, worker_id: str) -> None:
        """A reply came; that of a worker which is not waited for any more is left out."""
        self.ids[reply.worker] = worker_id
        if reply.worker in self.present and reply.number in self._replies:
            self._replies[reply.number][reply.worker] = reply.reply

    def lose(self, numbers: Sequence[int]) -> None:
        """These have ended: nobody waits for them, and what they said under way is dropped."""
        self.present -= set(numbers)
        for replies in self._replies.values():
            for number in numbers:
                replies.pop(number, None)

    def missing(self, number: int) -> int:
        """How many replies to the command of this number are still to come."""
        return len(self.present) - len(self._replies[number])

    def replies(self, number: int) -> dict[int, LoadReply]:
        """The replies by worker, which are then forgotten."""
        return self._replies.pop(number)


def spoken_by_all(replies: Sequence[LoadReply]) -> LoadReply:
    """The workers' replies as one; the first failure where one failed or nobody is left."""
    if not replies:
        return Failed("all workers have ended")
    failed = [reply for reply in replies if isinstance(reply, Failed)]
    return failed[0] if failed else combine(replies)
