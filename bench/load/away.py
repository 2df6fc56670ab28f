"""`python -m bench.load.away PATTERN`: a host's workers in a trial whose master is on another one.

First line in: an AwayConfig; first line out: LoadReady.  All else is between Locust's master and
its workers, until whoever started this process ends it.  It ends with the first of its workers.
"""

from __future__ import annotations

import logging
import os
import sys

from bench.load.forking import fork_workers, raise_descriptor_limit
from bench.model.hosts import AwayConfig
from bench.model.messages import LoadReady
from bench.pipes import die_with_parent, first_line, hear, say


def main() -> None:
    """Start the workers that the configuration names, and wait until one has ended."""
    raise_descriptor_limit()
    # Before the configuration comes, as the master imports it meanwhile too.
    from bench.load.worker import client_class  # noqa: PLC0415

    for pattern in sys.argv[1:]:
        client_class(pattern)
    away = hear(first_line(), AwayConfig)
    pids = fork_workers(away.config, away.numbers)
    say(LoadReady(pids))
    _, status = os.wait()
    print(f"a worker ended with exit code {os.waitstatus_to_exitcode(status)}", file=sys.stderr)
    sys.stderr.flush()
    os._exit(1)


if __name__ == "__main__":
    die_with_parent()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    main()
