"""A RabbitMQ of a test's own, what it can be told to do, and work that talks to it in time."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvloop

from bench import catalog
from bench.lab import components, services
from bench.lab.services import Service
from bench.lab.side import ON_LOOPBACK
from bench.model.component import request_of

SECONDS = 60.0
CONTROL = Path("/usr/lib/rabbitmq/bin/rabbitmqctl")


@contextmanager
def node(**settings: str) -> Iterator[Service]:
    """A node that runs; where RabbitMQ is missing the test is skipped with the remedy."""
    if remedy := components.missing("rabbitmq"):
        pytest.skip(remedy)
    asked = request_of(catalog.components()["rabbitmq"], settings)
    found = services.create(asked, sorted(os.sched_getaffinity(0)), ON_LOOPBACK)
    found.start()
    try:
        yield found
    finally:
        found.remove()


def control(rabbitmq: Any, *words: str) -> None:
    """Have the node do something."""
    if not CONTROL.exists():
        pytest.skip(f"{CONTROL} is not there")
    environment = rabbitmq._environment()
    subprocess.run(
        [CONTROL, "-n", environment["RABBITMQ_NODENAME"], *words],
        env=environment,
        check=True,
        capture_output=True,
        timeout=SECONDS,
    )


def run(work: Coroutine[Any, Any, None]) -> None:
    async def timed() -> None:
        await asyncio.wait_for(work, SECONDS)

    uvloop.run(timed())
