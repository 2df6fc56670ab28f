"""The load processes of a trial behind one face: Locust's local runner, or master and workers.

Commands and rows between master and workers travel over Locust's own channel,
rows in compressed blocks.  Knows nothing of what is measured.
"""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any, BinaryIO

import gevent
from locust.env import Environment

from bench.clock import now_ns
from bench.load.session import WorkerIndex
from bench.load.wire import total_of
from bench.load.worker import Worker, client_class

COMMAND, REPLY, ROWS = "patternbench_do", "patternbench_reply", "patternbench_rows"
HELLO = 0
"""The number of the reply that nobody asked for: a worker now listens to commands."""
WORKERS_READY_SECONDS = 20.0
REPLY_SECONDS = 60.0
MASTER_HOST = "127.0.0.1"


class RowsFile:
    """Where the rows of all load processes end up."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("wb")

    def write(self, block: bytes) -> None:
        self._file.write(block)

    def close(self) -> None:
        self._file.close()


class LocalFleet:
    """All clients in this process."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.rows = RowsFile(Path(config["rows"]))
        self.worker = Worker(config, WorkerIndex(), self.rows.write)
        self.runner = self.worker.environment.create_local_runner()

    def wait_until_ready(self) -> None:
        pass

    def ask(self, message: dict[str, Any]) -> list[dict[str, Any]]:
        return [getattr(self.worker, f"do_{message['do']}")(message)]

    def spawn(self, clients: int) -> None:
        self.worker.begin_flushing()
        self.runner.start(clients, spawn_rate=clients)


class MasterFleet:
    """All clients in worker processes; this one only commands and collects."""

    def __init__(self, config: dict[str, Any], port: int) -> None:
        self.workers = int(config["workers"])
        self.rows = RowsFile(Path(config["rows"]))
        self.environment = Environment(user_classes=[client_class(config["pattern"])])
        self.runner = self.environment.create_master_runner(MASTER_HOST, port)
        self._replies: dict[int, list[dict[str, Any]]] = {HELLO: []}
        self._number = 0
        self.runner.register_message(REPLY, self._on_reply)
        self.runner.register_message(ROWS, self._on_rows)

    def wait_until_ready(self) -> None:
        """Return when all workers have reported; RuntimeError where they do not."""
        deadline = now_ns() + int(WORKERS_READY_SECONDS * 1e9)
        hellos = self._replies[HELLO]
        while len(self.runner.clients.ready) < self.workers or len(hellos) < self.workers:
            if now_ns() > deadline:
                raise RuntimeError(f"{len(hellos)} of {self.workers} workers reported")
            gevent.sleep(0.005)

    def _on_reply(self, msg: Any, **_: Any) -> None:
        self._replies[msg.data["number"]].append(msg.data["reply"])

    def _on_rows(self, msg: Any, **_: Any) -> None:
        self.rows.write(zlib.decompress(msg.data))

    def ask(self, message: dict[str, Any]) -> list[dict[str, Any]]:
        self._number += 1
        replies = self._replies[self._number] = []
        self.runner.send_message(COMMAND, {"number": self._number, "message": message})
        deadline = now_ns() + int(REPLY_SECONDS * 1e9)
        while len(replies) < self.workers:
            if now_ns() > deadline:
                raise RuntimeError(f"{len(replies)} of {self.workers} workers answered in time")
            gevent.sleep(0.002)
        del self._replies[self._number]
        return replies

    def spawn(self, clients: int) -> None:
        # Locust hands out users in the order of the workers' ids, the odd ones first.
        self.ask({"do": "flush", "order": sorted(self.runner.clients)})
        self.runner.start(clients, spawn_rate=clients)


def run_worker(config: dict[str, Any], place: WorkerIndex, port: int) -> None:
    """The life of a worker process: do what the master says until it ends."""
    runner: Any = None

    def give_rows(block: bytes) -> None:
        runner.send_message(ROWS, zlib.compress(block, 1))

    worker = Worker(config, place, give_rows)
    runner = worker.environment.create_worker_runner(MASTER_HOST, port)

    def on_command(msg: Any, **_: Any) -> None:
        message = msg.data["message"]
        if message["do"] == "flush":
            number = message["order"].index(runner.client_id)
            worker.session.take_place(WorkerIndex(number, place.of))
            worker.begin_flushing()
            reply: dict[str, Any] = {}
        else:
            reply = getattr(worker, f"do_{message['do']}")(message)
        runner.send_message(REPLY, {"number": msg.data["number"], "reply": reply})

    runner.register_message(COMMAND, on_command, concurrent=True)
    # Locust calls a worker ready before it listens to commands of ours.
    runner.send_message(REPLY, {"number": HELLO, "reply": {}})
    runner.greenlet.join()


def combined(replies: list[dict[str, Any]]) -> dict[str, Any]:
    """One reply from those of all load processes: numbers added, lists joined."""
    total: dict[str, Any] = {}
    for reply in replies:
        for name, value in reply.items():
            if name == "wire":
                total.setdefault(name, []).append(value)
            elif isinstance(value, bool) or name not in total:
                total[name] = value
            elif isinstance(value, int | float):
                total[name] += value
            elif isinstance(value, list):
                total[name] = total[name] + value
            elif isinstance(value, dict):
                total[name] = {**total[name], **value}
    if "wire" in total:
        snapshots = total["wire"]
        names = snapshots[0].keys()
        total["wire"] = {name: total_of([s[name] for s in snapshots]) for name in names}
    return total
