"""`python -m bench.load PATTERN`: the load process of one trial, told what to do over its pipes.

First line in: a LoadConfig; first line out: LoadReady.  Then commands, one line each, in the
types of bench/model/messages.py, until FinishLoad or the end of input.
"""

from __future__ import annotations

import logging
import os
import resource
import sys
from typing import Any

from bench.model.messages import (
    Done,
    Failed,
    FinishLoad,
    LoadCommand,
    LoadConfig,
    LoadReady,
    LoadReply,
    Spawn,
)
from bench.pipes import die_with_parent, first_line, hear, say


def _raise_descriptor_limit() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _fork_workers(config: LoadConfig) -> list[int]:
    """Start the workers as copies of this process: Locust is imported once."""
    from bench.load import fleet  # noqa: PLC0415 - here it has its import cost before the fork
    from bench.load.session import WorkerIndex  # noqa: PLC0415

    pids = []
    count, parent = config.workers, os.getpid()
    for number in range(count):
        pid = os.fork()
        if pid == 0:
            die_with_parent(parent)
            sys.stdin.close()
            fleet.run_worker(config, WorkerIndex(number, count), config.port)
            os._exit(0)
        pids.append(pid)
    return pids


def _read_lines() -> Any:
    """Lines of standard input, without holding up the greenlets."""
    import gevent.os  # noqa: PLC0415 - after the fork

    rest = b""
    while chunk := gevent.os.tp_read(0, 65536):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines


def _answer(fleet: Any, config: LoadConfig, command: LoadCommand) -> LoadReply:
    if isinstance(command, Spawn):
        fleet.spawn(int(config.load["clients"] or 0))
        return Done()
    reply: LoadReply = fleet.ask(command)
    if isinstance(command, FinishLoad):
        fleet.rows.close()
    return reply


def main() -> None:
    """Read the configuration, start the fleet, answer commands until `finish` or the end."""
    _raise_descriptor_limit()
    # Before the configuration comes: what is imported now, nobody waits for, as targets start too.
    from bench.load.fleet import LocalFleet, MasterFleet  # noqa: PLC0415
    from bench.load.worker import client_class  # noqa: PLC0415

    for pattern in sys.argv[1:]:
        client_class(pattern)
    config = hear(first_line(), LoadConfig)
    distributed = config.workers > 1
    pids = _fork_workers(config) if distributed else [os.getpid()]
    fleet = MasterFleet(config, config.port) if distributed else LocalFleet(config)
    fleet.wait_until_ready()
    say(LoadReady(pids))
    for line in _read_lines():
        command = hear(line, LoadCommand)
        try:
            say(_answer(fleet, config, command))
        except Exception as error:
            logging.exception("%s", command)
            say(Failed(f"{type(error).__name__}: {error}"))
        if isinstance(command, FinishLoad):
            break
    # Thousands of clients need no goodbye; the kernel closes their sockets.
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    die_with_parent()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    main()
