"""CPU per AMQP delivery of three consumers, taking turns on the same stream: ours, aio-pika, C.

    pytest tests/benchmarks/test_amqp_time.py --benchmark-enable --benchmark-only -s

The C one is compiled here, where librabbitmq's headers are (`apt-get install librabbitmq-dev`).
A plain run of the tests leaves it out; what each part does then is tested elsewhere.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench import catalog
from bench.brokers.rabbitmq import RabbitPublisher
from bench.lab import components, services
from bench.lab.services import Service
from bench.lab.side import ON_LOOPBACK
from bench.model.component import request_of

HERE = Path(__file__).parent
PAYLOAD = b"x" * 200
TURNS, SECONDS = 7, 4.0
PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def rabbitmq(request: pytest.FixtureRequest) -> Iterator[Service]:
    if not request.config.getoption("--benchmark-enable"):
        pytest.skip("two minutes of a whole machine; ask with --benchmark-enable")
    if remedy := components.missing("rabbitmq"):
        pytest.skip(remedy)
    asked = request_of(catalog.components()["rabbitmq"], {})
    found = services.create(asked, sorted(os.sched_getaffinity(0)), ON_LOOPBACK)
    found.start()
    yield found
    found.remove()


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """The consumer in C; None where it cannot be compiled."""
    program = tmp_path_factory.mktemp("c") / "amqp_consumer"
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    source = str(HERE / "amqp_consumer.c")
    words = [compiler, "-O2", "-Wall", source, "-o", str(program), "-lrabbitmq"]
    made = subprocess.run(words, capture_output=True, check=False, text=True)
    return program if made.returncode == 0 else None


async def one_turn(words: Sequence[str], url: str, exchange: str, rate: float) -> tuple[int, float]:
    """How many deliveries a consumer took while `rate` messages a second came, and us for each."""
    publisher = RabbitPublisher(url, exchange)
    await publisher.open()
    consumer = await asyncio.create_subprocess_exec(
        *words, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert consumer.stdin is not None
    assert consumer.stdout is not None
    try:
        assert await consumer.stdout.readline() == b"ready\n"
        consumer.stdin.write(b"go\n")
        loop = asyncio.get_running_loop()
        start, sent = loop.time(), 0
        while (passed := loop.time() - start) < SECONDS:
            while sent < passed * rate:
                await publisher.publish(PAYLOAD)
                sent += 1
            await asyncio.sleep(1 / rate)
        await asyncio.sleep(0.3)
        consumer.stdin.write(b"stop\n")
        taken, cpu_us = map(int, (await consumer.stdout.readline()).split())
        assert await consumer.wait() == 0
    finally:
        if consumer.returncode is None:
            consumer.kill()
            await consumer.wait()
        await publisher.close()
    return taken, cpu_us / taken


@pytest.mark.parametrize(
    ("connections", "rate"), [(200, 50), (1, 10_000)], ids=["many_slow", "one_fast"]
)
def test_cpu_of_a_delivery(
    benchmark: BenchmarkFixture,
    rabbitmq: Service,
    compiled: Path | None,
    connections: int,
    rate: float,
) -> None:
    """Aims of the issue: at most 1.6 times C's, and a tenth of aio-pika's."""
    url, port = str(rabbitmq.address["url"]), str(rabbitmq.address["port"])
    exchange = f"turns-{connections}"
    python = [sys.executable, str(HERE / "amqp_consumers.py")]
    programs: dict[str, list[str]] = {
        name: [*python, name, url, exchange, str(connections)] for name in ("own", "aio_pika")
    }
    if compiled is not None:
        programs["c"] = [str(compiled), port, exchange, str(connections)]
    found: Mapping[str, list[float]] = {name: [] for name in programs}

    async def all_turns() -> None:
        for turn in range(TURNS):
            names = list(programs)
            for name in names if turn % 2 == 0 else reversed(names):
                async with asyncio.timeout(PATIENCE_S):
                    taken, each = await one_turn(programs[name], url, exchange, rate)
                assert taken > 0.5 * rate * SECONDS * connections, name
                found[name].append(each)

    benchmark.pedantic(lambda: asyncio.run(all_turns()), rounds=1)
    medians = {name: statistics.median(each) for name, each in found.items()}
    benchmark.extra_info.update({f"{name}_us": round(each, 2) for name, each in medians.items()})
    words = ", ".join(
        f"{name} {medians[name]:.2f} us ({min(each):.2f} to {max(each):.2f})"
        for name, each in found.items()
    )
    print(f"{connections} connections, {rate:g} events/s: {words}")
    if compiled is None:
        print("C not measured: no compiler or headers; apt-get install gcc librabbitmq-dev")
    assert medians["own"] < medians["aio_pika"] / 3
