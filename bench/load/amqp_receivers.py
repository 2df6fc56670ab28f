"""`python -m bench.load.amqp_receivers`: receivers of AMQP, a connection and a queue each.

    own|aio_pika URL EXCHANGE CONNECTIONS

`own` is the client of the load process, `aio_pika` that library.  Says so when all are open.  Then
it answers each line on its standard input with the deliveries so far, and ends with it.  For
`bench calibrate` only.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys

import aio_pika
import uvloop
from aio_pika.abc import AbstractIncomingMessage

from bench.clock import now_ns
from bench.load.clients.amqp import Consumer
from bench.load.wire import WireMeter
from bench.model.generator_messages import BareCount, BareReady
from bench.pipes import die_with_parent, say

QUESTION_BYTES = 4096


class Counter:
    """What a scenario's client does at least: it looks at the clock, and counts."""

    def __init__(self) -> None:
        self.taken = self.last_ns = 0

    def take(self, _: bytes, read_ns: int) -> None:
        self.taken += 1
        self.last_ns = read_ns


async def own(url: str, exchange: str, counter: Counter) -> object:
    """A client of the load process."""
    consumer = Consumer(counter.take, WireMeter())
    await consumer.open(url)
    await consumer.consume(exchange, "")
    return consumer


async def library(url: str, exchange: str, counter: Counter) -> object:
    """The same with aio-pika."""
    connection = await aio_pika.connect(url)
    channel = await connection.channel(publisher_confirms=False)
    queue = await channel.declare_queue(exclusive=True)
    await queue.bind(exchange, "")

    async def take(message: AbstractIncomingMessage) -> None:
        counter.take(message.body, now_ns())

    await queue.consume(take, no_ack=True)
    return connection


async def answer(counter: Counter) -> None:
    """Say the count for each line, until there are no more."""
    ended = asyncio.Event()

    def hear() -> None:
        if os.read(0, QUESTION_BYTES):
            say(BareCount(counter.taken))
        else:
            ended.set()

    loop = asyncio.get_running_loop()
    loop.add_reader(0, hear)
    say(BareReady())
    await ended.wait()
    loop.remove_reader(0)


async def main(kind: str, url: str, exchange: str, connections: int) -> None:
    """Connect, count, answer."""
    counter = Counter()
    make = {"own": own, "aio_pika": library}[kind]
    kept = [await make(url, exchange, counter) for _ in range(connections)]
    gc.collect()
    gc.freeze()
    await answer(counter)
    del kept


if __name__ == "__main__":
    die_with_parent()
    uvloop.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
