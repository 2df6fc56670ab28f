"""`python -m bench.load.closed_loop`: how many requests a generator makes on one core.

Two generators, each Locust users in a closed loop against the same server: the
engine's connection (every sample recorded, as in a trial) and Locust's own
FastHttpUser.  Reads a GeneratorConfig, answers a GeneratorResult.  For `bench calibrate` only.
"""

from __future__ import annotations

import gc
import logging
import os
import resource
import sys
import time
from dataclasses import dataclass

import gevent
import numpy as np
from locust import FastHttpUser, constant, task
from locust.env import Environment

from bench.clock import now_ns
from bench.load.clients.http1 import Http1Connection, get
from bench.load.engine import Engine
from bench.load.session import Session
from bench.load.user import ClientUser, environment_for
from bench.model.experiment import Experiment
from bench.model.generator_messages import GeneratorConfig, GeneratorResult
from bench.model.load import LoadType
from bench.model.messages import Address
from bench.model.samples import FAILED, OK, rows
from bench.pipes import die_with_parent, first_line, hear, say

WARM_UP_SECONDS = 1.0


@dataclass(frozen=True)
class Nothing:
    """No parameter of its own."""


CLOSED_LOOP = Experiment(
    name="closed_loop",
    title="Closed loop",
    question="How many requests can the generator make?",
    load=LoadType(Nothing),
    operations=("request",),
    outcome_operation="request",
    headline=(),
    tradeoff=(),
    quick={},
    verify_with={},
)


class EngineUser(ClientUser):
    """Asks again as soon as the answer is there."""

    connection: Http1Connection | None = None

    async def connect(self) -> None:
        session = self.session
        self.connection = await Http1Connection.open(
            session.engine, session.host, session.port, session.wire
        )

    async def live(self) -> None:
        assert self.connection is not None
        session, request, number = self.session, self.connection.request, self.number
        record, code = session.recorder.add, session.recorder.code("request")
        data = get("/", session.host, session.port)
        size = len(data)
        sequence = 0
        done_ns = now_ns()
        while True:
            intended_ns = done_ns
            sent_ns = now_ns()
            reply = await request(data)
            done_ns = reply.done_ns
            sequence += 1
            record(
                code,
                OK if reply.status == 200 else FAILED,
                number,
                sequence,
                intended_ns,
                sent_ns,
                reply.first_byte_ns,
                done_ns,
                size,
                reply.bytes_down,
            )

    async def close(self) -> None:
        if self.connection is not None:
            self.connection.close()


class FastUser(FastHttpUser):
    """What Locust offers for speed."""

    wait_time = constant(0)

    @task
    def ask(self) -> None:
        self.client.get("/")


def run_engine(config: GeneratorConfig) -> GeneratorResult:
    """The engine inside Locust; rows are counted in the window and none is thrown away."""
    address = Address(config.host, config.port)
    session = Session(CLOSED_LOOP, {"clients": config.clients}, address, 1, Engine())
    environment = environment_for(EngineUser, session)
    runner = environment.create_local_runner()
    runner.start(config.clients, spawn_rate=config.clients)
    while session.connected < config.clients:
        gevent.sleep(0.01)
    gc.collect()
    gc.freeze()
    gevent.sleep(WARM_UP_SECONDS)
    start_ns, cpu_ns = now_ns(), time.process_time_ns()
    blocks = []
    while now_ns() < start_ns + config.seconds * 1e9:
        gevent.sleep(0.5)
        blocks.append(session.engine.call(session.recorder.take))
    end_ns, spent_ns = now_ns(), time.process_time_ns() - cpu_ns
    all_rows = rows(b"".join(blocks))
    done = all_rows[
        (all_rows["operation"] == session.recorder.code("request"))
        & (all_rows["done_ns"] >= start_ns)
        & (all_rows["done_ns"] < end_ns)
        & (all_rows["outcome"] == OK)
    ]
    p50, p99 = np.percentile(done["done_ns"] - done["sent_ns"], [50, 99]) / 1e3
    return GeneratorResult(
        requests_per_s=len(done) / ((end_ns - start_ns) / 1e9),
        p50_us=float(p50),
        p99_us=float(p99),
        rows=len(done),
        cpu_us=spent_ns / 1e3 / len(done),
    )


def run_fast_http(config: GeneratorConfig) -> GeneratorResult:
    """Locust's FastHttpUser; counted by Locust's own statistics."""
    environment = Environment(user_classes=[FastUser], host=f"http://{config.host}:{config.port}")
    runner = environment.create_local_runner()
    runner.start(config.clients, spawn_rate=config.clients)
    while runner.user_count < config.clients:
        gevent.sleep(0.01)
    gevent.sleep(WARM_UP_SECONDS)
    total = environment.stats.total
    start_ns, before = now_ns(), total.num_requests - total.num_failures
    cpu_ns = time.process_time_ns()
    gevent.sleep(config.seconds)
    count = total.num_requests - total.num_failures - before
    seconds, spent_ns = (now_ns() - start_ns) / 1e9, time.process_time_ns() - cpu_ns
    return GeneratorResult(
        requests_per_s=count / seconds,
        p50_us=1e3 * float(total.get_response_time_percentile(0.5) or 0),
        p99_us=1e3 * float(total.get_response_time_percentile(0.99) or 0),
        rows=count,
        cpu_us=spent_ns / 1e3 / max(1, count),
    )


if __name__ == "__main__":
    die_with_parent()
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asked = hear(first_line(), GeneratorConfig)
    say(run_engine(asked) if asked.generator == "engine" else run_fast_http(asked))
    os._exit(0)
