"""`python -m bench.load`: the load process of one trial, told what to do over its pipes.

First line in: {"pattern", "load", "address", "seed", "workers", "rows", "port"};
first line out: {"ready": true, "pids", "trees"}; `trees`: their descendants count with them.
Then commands, one line each:

    try                    one client connects, apart     verify {sequence}  it must get this
    spawn                  all clients                    counters           what was done so far
    window {t0_ns, t1_ns}  when to read the sockets       finish             the rest; then end
"""

from __future__ import annotations

import dataclasses
import logging
import os
import resource
import sys
from typing import Any

from bench.pipes import die_with_parent, first_line, hear, say


def _raise_descriptor_limit() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _fork_workers(config: dict[str, Any]) -> list[int]:
    """Start the workers as copies of this process: Locust is imported once."""
    from bench.load import fleet  # noqa: PLC0415 - here it has its import cost before the fork
    from bench.load.session import WorkerIndex  # noqa: PLC0415

    pids = []
    count, parent = int(config["workers"]), os.getpid()
    for number in range(count):
        pid = os.fork()
        if pid == 0:
            die_with_parent(parent)
            sys.stdin.close()
            fleet.run_worker(config, WorkerIndex(number, count), int(config["port"]))
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


def _answer(fleet: Any, config: dict[str, Any], message: dict[str, Any]) -> dict[str, Any]:
    from bench.load.fleet import combined  # noqa: PLC0415

    if message["do"] == "spawn":
        fleet.spawn(int(config["load"]["clients"]))
        return {}
    reply = combined(fleet.ask(message))
    if message["do"] == "finish":
        fleet.rows.close()
        reply["wire"] = {
            name: dataclasses.asdict(wire) for name, wire in reply.get("wire", {}).items()
        }
    return reply


def main() -> None:
    """Read the configuration, start the fleet, answer commands until `finish` or the end."""
    _raise_descriptor_limit()
    # Before the configuration comes, so that the target can start meanwhile.
    from bench.load.fleet import LocalFleet, MasterFleet  # noqa: PLC0415
    from bench.load.worker import client_class  # noqa: PLC0415

    config = hear(first_line())
    distributed = int(config["workers"]) > 1
    pids = _fork_workers(config) if distributed else [os.getpid()]
    fleet = MasterFleet(config, int(config["port"])) if distributed else LocalFleet(config)
    fleet.wait_until_ready()
    trees = client_class(config["pattern"]).has_processes
    say({"ready": True, "pids": pids, "trees": trees})
    for line in _read_lines():
        message = hear(line)
        try:
            say(_answer(fleet, config, message))
        except Exception as error:
            logging.exception("command %s", message)
            say({"error": f"{type(error).__name__}: {error}"})
        if message["do"] == "finish":
            break
    # Thousands of clients need no goodbye; the kernel closes their sockets.
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    die_with_parent()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    main()
