"""Consumers in Python, as `amqp_consumer.c` has them in C: one connection and queue each.

    python amqp_consumers.py own|aio_pika URL EXCHANGE CONNECTIONS

Says "ready", then reads lines from its standard input: after the first it counts, after the second
it says how many deliveries and how many microseconds of CPU it took, and ends.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import time
from typing import Any

import aio_pika
import uvloop
from aio_pika.abc import AbstractIncomingMessage

from bench.clock import now_ns
from bench.load.clients.amqp import Consumer
from bench.load.wire import WireMeter


class Counter:
    def __init__(self) -> None:
        self.taken = self.last_ns = 0

    def take(self, _: bytes, read_ns: int) -> None:
        self.taken += 1
        self.last_ns = read_ns


async def own(url: str, exchange: str, counter: Counter) -> Any:
    consumer = Consumer(counter.take, WireMeter())
    await consumer.open(url)
    await consumer.consume(exchange, "")
    return consumer


async def library(url: str, exchange: str, counter: Counter) -> Any:
    connection = await aio_pika.connect(url)
    channel = await connection.channel(publisher_confirms=False)
    queue = await channel.declare_queue(exclusive=True)
    await queue.bind(exchange, "")

    async def take(message: AbstractIncomingMessage) -> None:
        counter.take(message.body, now_ns())

    await queue.consume(take, no_ack=True)
    return connection


async def main() -> None:
    kind, url, exchange, connections = sys.argv[1:]
    counter, asked = Counter(), asyncio.Event()
    make = {"own": own, "aio_pika": library}[kind]
    kept = [await make(url, exchange, counter) for _ in range(int(connections))]

    def hear() -> None:
        os.read(0, 16)
        asked.set()

    asyncio.get_running_loop().add_reader(0, hear)
    gc.freeze()
    print("ready", flush=True)
    await asked.wait()
    asked.clear()
    counter.taken, before = 0, time.process_time_ns()
    await asked.wait()
    print(counter.taken, (time.process_time_ns() - before) // 1000, flush=True)
    os._exit(0 if kept and counter.last_ns else 1)


if __name__ == "__main__":
    uvloop.run(main())
