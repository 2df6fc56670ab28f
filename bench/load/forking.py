"""Worker processes as copies of this one: Locust is imported once, and then forked.

Knows nothing of what a worker is told.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Sequence

from bench.model.messages import LoadConfig
from bench.pipes import die_with_parent


def fork_workers(config: LoadConfig, numbers: Sequence[int]) -> list[int]:
    """Start the workers with these numbers, which end with this process; their process ids."""
    from bench.load import fleet  # noqa: PLC0415 - here it has its import cost before the fork
    from bench.load.session import WorkerIndex  # noqa: PLC0415

    pids = []
    parent = os.getpid()
    for number in numbers:
        pid = os.fork()
        if pid == 0:
            die_with_parent(parent)
            sys.stdin.close()
            fleet.run_worker(config, WorkerIndex(number, config.workers), config.port)
            os._exit(0)
        pids.append(pid)
    return pids


def raise_descriptor_limit() -> None:
    """As many open sockets as this process may have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
