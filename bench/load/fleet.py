"""The load processes of a trial behind one face: Locust's local runner, or master and workers.

Commands and rows between master and workers travel over Locust's own channel,
rows in compressed blocks.  Knows nothing of what is measured.
"""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any, BinaryIO

import gevent
import msgspec
from locust.env import Environment

from bench.clock import now_ns
from bench.load.session import WorkerIndex
from bench.load.worker import Worker, client_class
from bench.load.worker_messages import BeginClients, WorkerCommand, WorkerReply
from bench.model.combining import combine
from bench.model.messages import (
    Done,
    Failed,
    LoadCommand,
    LoadConfig,
    LoadReply,
)

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

    def __init__(self, config: LoadConfig) -> None:
        self.rows = RowsFile(Path(config.rows))
        self.worker = Worker(config, WorkerIndex(), self.rows.write)
        self.runner = self.worker.environment.create_local_runner()

    def wait_until_ready(self) -> None:
        pass

    def ask(self, command: LoadCommand) -> LoadReply:
        return self.worker.answer(command)

    def spawn(self, clients: int) -> None:
        self.worker.begin_flushing()
        self.runner.start(clients, spawn_rate=clients)


class MasterFleet:
    """All clients in worker processes; this one only commands and collects."""

    def __init__(self, config: LoadConfig, port: int) -> None:
        self.workers = config.workers
        self.rows = RowsFile(Path(config.rows))
        self.environment = Environment(user_classes=[client_class(config.pattern)])
        self.runner: Any = self.environment.create_master_runner(MASTER_HOST, port)
        self._replies: dict[int, list[LoadReply]] = {HELLO: []}
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
        found = msgspec.msgpack.decode(msg.data, type=WorkerReply)
        self._replies[found.number].append(found.reply)

    def _on_rows(self, msg: Any, **_: Any) -> None:
        self.rows.write(zlib.decompress(msg.data))

    def ask(self, command: LoadCommand | BeginClients) -> LoadReply:
        """The workers' replies as one; RuntimeError where one of them does not answer in time."""
        self._number += 1
        replies = self._replies[self._number] = []
        order = WorkerCommand(self._number, command)
        self.runner.send_message(COMMAND, msgspec.msgpack.encode(order))
        deadline = now_ns() + int(REPLY_SECONDS * 1e9)
        while len(replies) < self.workers:
            if now_ns() > deadline:
                raise RuntimeError(f"{len(replies)} of {self.workers} workers answered in time")
            gevent.sleep(0.002)
        del self._replies[self._number]
        failed = [reply for reply in replies if isinstance(reply, Failed)]
        return failed[0] if failed else combine(replies)

    def spawn(self, clients: int) -> None:
        # Locust hands out users in the order of the workers' ids, the odd ones first.
        self.ask(BeginClients(sorted(self.runner.clients)))
        self.runner.start(clients, spawn_rate=clients)


def run_worker(config: LoadConfig, place: WorkerIndex, port: int) -> None:
    """The life of a worker process: do what the master says until it ends."""
    runner: Any = None

    def give_rows(block: bytes) -> None:
        runner.send_message(ROWS, zlib.compress(block, 1))

    worker = Worker(config, place, give_rows)
    runner = worker.environment.create_worker_runner(MASTER_HOST, port)

    def reply(number: int, message: LoadReply) -> None:
        runner.send_message(REPLY, msgspec.msgpack.encode(WorkerReply(number, message)))

    def on_command(msg: Any, **_: Any) -> None:
        order = msgspec.msgpack.decode(msg.data, type=WorkerCommand)
        if isinstance(order.command, BeginClients):
            number = order.command.order.index(runner.client_id)
            worker.session.take_place(WorkerIndex(number, place.of))
            worker.begin_flushing()
            reply(order.number, Done())
        else:
            reply(order.number, worker.answer(order.command))

    runner.register_message(COMMAND, on_command, concurrent=True)
    # Locust calls a worker ready before it listens to commands of ours.
    reply(HELLO, Done())
    runner.greenlet.join()
