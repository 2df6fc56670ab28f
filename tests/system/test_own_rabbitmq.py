"""Somebody else's RabbitMQ, which a TOML file describes: asked event by event, and measured.

One node for all tests of the file.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aio_pika
import measured
import pytest
from own_builders import bench_run
from rabbitmq_builders import control, node, run
from system_builders import ROOT

from bench.lab.services import Service
from bench.model.ownserver import read
from bench.model.samples import EVERY
from targets._events import Event
from targets._own_publishing import PublishError, ToBroker

PASSWORD = 'not/%to "be told'


@pytest.fixture(scope="module")
def rabbitmq() -> Iterator[Service]:
    with node() as found:
        yield found


@pytest.fixture
def url(rabbitmq: Service) -> str:
    return str(rabbitmq.address["url"])


@pytest.fixture
def name() -> str:
    return f"test-{secrets.token_hex(4)}"


async def published(url: str, **keys: str) -> None:
    """One event to a described broker."""
    lines = "".join(f"{name} = '{value}'\n" for name, value in keys.items())
    subscribe = "[subscribe]\nurl = 'amqp://127.0.0.1/'\nexchange = 'any'\n"
    own = read(f"{subscribe}[publish]\nurl = '{url}'\n{lines}")
    server = {"host": "127.0.0.1", "port": 0, "folder": ".", "env:SECRET": PASSWORD}
    publisher = ToBroker(own, server)
    try:
        await publisher.publish(EVERY, Event(1, b"1 2 3"))
    finally:
        await publisher.close()


@pytest.mark.parametrize(
    ("change", "keys", "words"),
    [
        (("guest:guest", "guest"), {"exchange": "{name}"}, ""),
        (
            ("guest:guest", "me:{env:SECRET}"),
            {"exchange": "{name}"},
            r"publish.url: ACCESS_REFUSED",
        ),
        (("guest:guest", "guest"), {"exchange": "nothing"}, r"= nothing: NOT_FOUND .*declare it"),
        (("guest:guest", "guest"), {"exchange": "{name}", "routing_key": "b"}, "no queue took an"),
    ],
    ids=["taken", "login", "exchange", "key"],
)
def test_a_described_broker_takes_an_event_or_says_why_not(
    url: str, name: str, change: tuple[str, str], keys: dict[str, str], words: str
) -> None:
    keys = {"routing_key": "a"} | {one: value.format(name=name) for one, value in keys.items()}

    async def work() -> None:
        async with await aio_pika.connect(url) as other:
            channel = await other.channel()
            exchange = await channel.declare_exchange(name, auto_delete=True)
            queue = await channel.declare_queue(exclusive=True)
            await queue.bind(exchange, "a")
            if words:
                with pytest.raises(PublishError, match=words) as caught:
                    await published(url.replace(*change), **keys)
                assert PASSWORD not in str(caught.value)
            else:
                await published(url.replace(*change), **keys)
                assert (await queue.get()).body == b"1 2 3"

    run(work())


def test_a_broker_of_somebody_else_is_measured_by_its_description(
    rabbitmq: Any, url: str, tmp_path: Path
) -> None:
    """As docs/own/rabbitmq.toml has it; the password is nowhere afterwards."""

    async def declare() -> None:
        async with await aio_pika.connect(url) as other:
            channel = await other.channel()
            await channel.declare_exchange("news", aio_pika.ExchangeType.TOPIC, durable=True)

    run(declare())
    control(rabbitmq, "add_user", "bench", PASSWORD)
    control(
        rabbitmq, "set_permissions", "bench", "amq.gen-.*", "amq.gen-.*|news", "amq.gen-.*|news"
    )
    text = (ROOT / "docs" / "own" / "rabbitmq.toml").read_text()
    assert text.count(":5672/") == 2
    path = tmp_path / "own.toml"
    path.write_text(text.replace(":5672/", f":{rabbitmq.address['port']}/"))
    env = {"BROKER_PASSWORD": PASSWORD}
    stored = bench_run(tmp_path, "notifications/rabbitmq", "--own", str(path), env=env)
    (trial,) = stored.trials
    assert (trial.record.status, trial.record.reason) == ("ok", "")
    assert trial.record.facts["client_failures"] == 0, trial.record.facts["client_errors"]
    found = measured.compute(trial.data())
    assert found["deliveries"] > 0
    assert found["completeness"] == 1.0
    assert found["duplicated"] == found["out_of_order"] == 0
    files = [one for one in (tmp_path / "results").rglob("*") if one.is_file()]
    assert len(files) > 5
    assert not [one for one in files if PASSWORD.encode() in one.read_bytes()]
