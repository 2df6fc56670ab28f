"""What of its CPU time an end spends on messages: on writing them, and on reading them.

Knows no format.
"""

from __future__ import annotations

import time


class MessageTime:
    """CPU time of this thread inside `with`, and how many calls it was for.

    Nothing else runs meanwhile: there is no waiting inside.
    """

    def __init__(self) -> None:
        self.spent_ns = 0
        self.calls = 0
        self._began_ns = 0

    def __enter__(self) -> None:
        self._began_ns = time.thread_time_ns()

    def __exit__(self, *_: object) -> None:
        self.spent_ns += time.thread_time_ns() - self._began_ns

    def counts(self, end: str) -> dict[str, float]:
        """What the metrics of `calls` read of one end, caller or server."""
        return {f"{end}.messages_ns": self.spent_ns, f"{end}.calls": self.calls}
