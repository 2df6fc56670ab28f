"""`python -m bench.load PATTERN`: the load process of one trial, told what to do over its pipes.

First line in: a LoadConfig; first line out: LoadReady.  Then commands, one line each, in the
types of bench/model/messages.py, until FinishLoad or the end of input.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
from pathlib import Path
from typing import Any

from bench.load.forking import fork_workers, raise_descriptor_limit
from bench.model.messages import (
    Done,
    Failed,
    FinishLoad,
    LoadCommand,
    LoadConfig,
    LoadReady,
    LoadReply,
    LoseWorkers,
    Spawn,
)
from bench.pipes import die_with_parent, first_line, hear, say


def _start_workers(config: LoadConfig) -> list[int]:
    """The processes that hold the clients on this host; none where other hosts start them."""
    if config.from_hosts:
        return []
    return fork_workers(config, range(config.workers))


def _read_lines() -> Any:
    """Lines of standard input, without holding up the greenlets."""
    import gevent.os  # noqa: PLC0415 - after the fork

    rest = b""
    while chunk := gevent.os.tp_read(0, 65536):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines


def _commands(fleet: Any) -> Any:
    """Commands in their order.  A loss is heeded at once: somebody may be waited for just now."""
    import gevent  # noqa: PLC0415 - after the fork
    import gevent.queue  # noqa: PLC0415

    waiting: Any = gevent.queue.Queue()

    def read() -> None:
        for line in _read_lines():
            command = hear(line, LoadCommand)
            if isinstance(command, LoseWorkers):
                fleet.lose(command.numbers)
            else:
                waiting.put(command)
        waiting.put(StopIteration)

    gevent.spawn(read)
    yield from waiting


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
    raise_descriptor_limit()
    # Before the configuration comes: what is imported now, nobody waits for, as targets start too.
    # It stays; to search it again and again while it grows takes a fifth of the time.
    gc.disable()
    from bench.load.fleet import LocalFleet, MasterFleet  # noqa: PLC0415
    from bench.load.worker import client_class  # noqa: PLC0415

    for pattern in sys.argv[1:]:
        client_class(pattern)
    gc.freeze()
    gc.enable()
    config = hear(first_line(), LoadConfig)
    distributed = config.workers > 1 or config.from_hosts
    pids = _start_workers(config) if distributed else [os.getpid()]
    fleet = MasterFleet(config, config.port) if distributed else LocalFleet(config)
    fleet.wait_until_ready()
    if config.page:
        from bench.load import locust_page  # noqa: PLC0415 - only where somebody may look

        locust_page.serve(fleet.runner.environment, Path(config.page))
    say(LoadReady(pids))
    for command in _commands(fleet):
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
