"""The load processes of a trial behind one face: Locust's local runner, or master and workers.

Commands and rows between master and workers travel over Locust's own channel,
rows in compressed blocks.  That a worker may be on another host is not known here: whoever
starts it there sees to its channel and its clock.  Knows nothing of what is measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO

import gevent
import msgspec
from locust.env import Environment

from bench.clock import now_ns
from bench.load.crew import Crew, spoken_by_all
from bench.load.session import WorkerIndex
from bench.load.worker import Worker, client_class
from bench.load.worker_messages import BeginClients, WorkerCommand, WorkerReply
from bench.model.messages import (
    Done,
    FinishLoad,
    LoadCommand,
    LoadConfig,
    LoadReply,
    LoadResults,
)
from bench.model.row_blocks import Intake, pack

COMMAND, REPLY, ROWS = "patternbench_do", "patternbench_reply", "patternbench_rows"
HELLO = 0
"""The number of the reply that nobody asked for: a worker now listens to commands."""
WORKERS_READY_SECONDS = 20.0
REPLY_SECONDS = 60.0
MASTER_HOST = "127.0.0.1"


class RowsFile:
    """Where the rows of all load processes end up; at once, where somebody watches."""

    def __init__(self, path: Path, *, is_watched: bool = False) -> None:
        self._file: BinaryIO = path.open("wb")
        self._is_watched = is_watched

    def write(self, block: bytes) -> None:
        self._file.write(block)
        if self._is_watched:
            self._file.flush()

    def close(self) -> None:
        self._file.close()


class LocalFleet:
    """All clients in this process."""

    def __init__(self, config: LoadConfig) -> None:
        self.rows = RowsFile(Path(config.rows), is_watched=bool(config.page))
        self.worker = Worker(config, WorkerIndex(), self.rows.write)
        self.runner = self.worker.environment.create_local_runner()

    def wait_until_ready(self) -> None:
        pass

    def ask(self, command: LoadCommand) -> LoadReply:
        return self.worker.answer(command)

    def lose(self, numbers: Sequence[int]) -> None:
        """It has no workers that may end without it."""

    def spawn(self, clients: int) -> None:
        self.worker.begin_flushing()
        self.runner.start(clients, spawn_rate=clients)


class MasterFleet:
    """All clients in worker processes; this one only commands and collects."""

    def __init__(self, config: LoadConfig, port: int) -> None:
        self.rows = RowsFile(Path(config.rows), is_watched=bool(config.page))
        self.intake = Intake()
        self.environment = Environment(user_classes=[client_class(config.pattern)])
        self.runner: Any = self.environment.create_master_runner(MASTER_HOST, port)
        self.crew = Crew(config.workers)
        self._number = HELLO
        self.crew.expect(HELLO)
        self.runner.register_message(REPLY, self._on_reply)
        self.runner.register_message(ROWS, self._on_rows)

    def wait_until_ready(self) -> None:
        """Return when all workers have reported; RuntimeError where they do not."""
        deadline = now_ns() + int(WORKERS_READY_SECONDS * 1e9)
        crew = self.crew
        while len(self.runner.clients.ready) < len(crew.present) or crew.missing(HELLO):
            if now_ns() > deadline:
                raise RuntimeError(f"{crew.missing(HELLO)} of the workers did not report")
            gevent.sleep(0.005)
        crew.replies(HELLO)

    def _on_reply(self, msg: Any, **_: Any) -> None:
        self.crew.heard(msgspec.msgpack.decode(msg.data, type=WorkerReply), msg.node_id)

    def _on_rows(self, msg: Any, **_: Any) -> None:
        self.rows.write(self.intake.take(msg.data))

    def ask(self, command: LoadCommand | BeginClients) -> LoadReply:
        """The workers' replies as one; RuntimeError where one of them does not answer in time."""
        replies = self._ask(command)
        if isinstance(command, FinishLoad):
            return self._checked(replies)
        return spoken_by_all(list(replies.values()))

    def _ask(self, command: LoadCommand | BeginClients) -> dict[int, LoadReply]:
        self._number += 1
        self.crew.expect(self._number)
        order = WorkerCommand(self._number, command)
        self.runner.send_message(COMMAND, msgspec.msgpack.encode(order))
        deadline = now_ns() + int(REPLY_SECONDS * 1e9)
        while missing := self.crew.missing(self._number):
            if now_ns() > deadline:
                raise RuntimeError(f"{missing} of the workers did not answer in time")
            gevent.sleep(0.002)
        return self.crew.replies(self._number)

    def _checked(self, replies: dict[int, LoadReply]) -> LoadReply:
        """All results as one: what each counted agrees with what came from it.

        Of a worker that has ended the rows count that came.
        """
        known: list[LoadReply] = list(replies.values())
        for worker, reply in replies.items():
            if isinstance(reply, LoadResults):
                self.intake.agree(worker, reply.counted)
        for worker in self.intake.rows.keys() - replies.keys():
            known.append(LoadResults(counted=self.intake.rows[worker]))
        found = spoken_by_all(known)
        if not isinstance(found, LoadResults):
            return found
        return msgspec.structs.replace(
            found,
            errors=[*found.errors, *self.intake.problems],
            rows={str(worker): float(rows) for worker, rows in self.intake.rows.items()},
            blocks={str(worker): float(number) for worker, number in self.intake.blocks.items()},
        )

    def lose(self, numbers: Sequence[int]) -> None:
        """These workers have ended, and their clients with them: nobody else takes their place."""
        self.crew.lose(numbers)
        for number in numbers:
            # Locust would give their clients to the others as soon as it misses them for long.
            worker_id = self.crew.ids.get(number, "")
            if worker_id in self.runner.clients:
                del self.runner.clients[worker_id]

    def spawn(self, clients: int) -> None:
        # Locust hands out users in the order of the workers' ids, the odd ones first.
        self.ask(BeginClients(sorted(self.runner.clients)))
        self.runner.start(clients, spawn_rate=clients)


def run_worker(config: LoadConfig, place: WorkerIndex, port: int) -> None:
    """The life of a worker process: do what the master says until it ends."""
    runner: Any = None
    blocks = count()

    def give_rows(rows: bytes) -> None:
        runner.send_message(ROWS, pack(place.number, next(blocks), rows))

    worker = Worker(config, place, give_rows)
    runner = worker.environment.create_worker_runner(MASTER_HOST, port)

    def reply(number: int, message: LoadReply) -> None:
        runner.send_message(
            REPLY, msgspec.msgpack.encode(WorkerReply(number, place.number, message))
        )

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
